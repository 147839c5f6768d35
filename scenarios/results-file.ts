/**
 * The stored model as the text of a file. Nothing in a file is trusted: size, schema version, shape and limits are
 * checked, and every mistake is a `ResultsError` of one line.
 */
import {
  type Baseline,
  compareResults,
  lineLimitCharacters,
  type Results,
  results,
  schemaVersion,
} from './results.ts';

/** A stored file larger than this is not read: V8 strings end at about twice this size. */
export const resultsFileLimitBytes = 256 * 1024 * 1024;

/** A stored file that cannot be used; the message is one line and begins with the file's name. */
export class ResultsError extends Error {
  override name = 'ResultsError';
}

/**
 * Reads a stored file.
 * @param text the file's content
 * @param origin its name, for messages
 * @throws ResultsError
 */
export function readResults(text: string, origin: string): Results {
  if (text.length > resultsFileLimitBytes) {
    throw new ResultsError(`${origin}: larger than ${resultsFileLimitBytes} bytes`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ResultsError(`${origin}: not JSON${text.trim() === '' ? ' (the file is empty)' : ''}`);
  }
  const version = typeof value === 'object' && value !== null && 'schema' in value ? value.schema : undefined;
  if (typeof version !== 'number') throw new ResultsError(`${origin}: not a results file of nexthop`);
  if (version !== schemaVersion) {
    throw new ResultsError(`${origin}: schema version ${version}, this nexthop reads ${schemaVersion}`);
  }
  return checked(value, origin);
}

/**
 * What a reader of the stored file has: a stable order, members in the order of the schema. Every file of a report is
 * made from it, so that one made anew of stored results is the same.
 * @throws ResultsError when the value breaks the schema or its limits
 */
export function asStored(value: Results): Results {
  const stored = checked(value, 'results');
  return {
    ...stored,
    results: stored.results.toSorted(compareResults),
    ...(stored.comparisons && { comparisons: stored.comparisons.toSorted(compareResults) }),
  };
}

/**
 * The text to store: one result in each line, so that two runs can be compared with line tools.
 * @throws ResultsError when the value breaks the schema or its limits
 */
export function writeResults(value: Results): string {
  return storedText(asStored(value));
}

/** @param stored what `asStored` returned */
export function storedText(stored: Results): string {
  const { comparisons, problems, judgements, baseline, history } = stored;
  const members = [
    `"schema":${stored.schema}`,
    `"run":${JSON.stringify(stored.run)}`,
    `"results":${linesOf(stored.results)}`,
    ...(comparisons === undefined ? [] : [`"comparisons":${linesOf(comparisons)}`]),
    ...(problems === undefined ? [] : [`"problems":${linesOf(problems)}`]),
    ...(judgements === undefined ? [] : [`"judgements":${linesOf(judgements)}`]),
    ...(baseline === undefined ? [] : [`"baseline":${baselineText(baseline)}`]),
    ...(history === undefined ? [] : [`"history":${JSON.stringify(history)}`]),
  ];
  return `{${members.join(',')}}\n`;
}

function baselineText({ changes, ...rest }: Baseline): string {
  return `${JSON.stringify(rest).slice(0, -1)},"changes":${linesOf(changes)}}`;
}

function linesOf(entries: readonly unknown[]): string {
  return entries.length === 0 ? '[]' : `[\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]`;
}

function checked(value: unknown, origin: string): Results {
  const parsed = results.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue === undefined ? '' : pathText(issue.path);
  const text = issue === undefined ? 'wrong shape' : issue.message;
  throw new ResultsError(oneLine(`${origin}: ${path === '' ? '' : `${path}: `}${text}`));
}

function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += `${text === '' ? '' : '.'}${String(step)}`;
  }
  return text;
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, lineLimitCharacters);
}
