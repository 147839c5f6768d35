/**
 * Expectation files: deviations that are known, with the reason, the cause they must have, and the day on which
 * somebody must look at them again. They excuse failures of a sender and differences from the oracle; whatever they do
 * not name is new. An expectation that nothing meets any more is reported, so that no file outlives what it excuses.
 */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { cut } from './bound-result.ts';
import { globTest } from './glob.ts';
import { problemsOf } from './judgements.ts';
import {
  type Comparison,
  type Difference,
  evidenceLimitCharacters,
  expectationsLimit,
  type Judgement,
  nameLimitCharacters,
  problemsLimit,
  type Result,
  type Results,
  result as resultShape,
} from './results.ts';
import { asStored } from './stored-run.ts';
import { differenceKinds } from './verdicts.ts';
import { VersionRange } from './version-range.ts';

const EXPECTATIONS_LIMIT_BYTES = 16 * 1024 * 1024;
const SHOWN_CAUSE_CHARACTERS = 300;

const DEFAULT_FILE = new URL('./expectations.json', import.meta.url);

const words = z.string().min(1).max(evidenceLimitCharacters);
const named = z.string().min(1).max(nameLimitCharacters);

const entry = z.strictObject({
  /** A scenario's id, or a glob over ids: `greeting/*`. */
  scenario: named,
  sender: named,
  /** Of the sender: `3.7` (and all that begin so), or `>=3.7 <3.9`; any when absent. */
  version: named.exactOptional(),
  /** Of the oracle, for a difference; any when absent. */
  oracleVersion: named.exactOptional(),
  /** `verdict` for a failure, or the kind of a difference. */
  kind: z.literal(['verdict', ...differenceKinds]),
  /** What the reason of the failure, or the text of the difference, must contain; or /an expression/ it must match. */
  cause: words,
  /** Why it is accepted. */
  reason: words,
  /** The first day on which it holds no more. */
  expires: z.iso.date(),
});

const file = z.strictObject({ expectations: z.array(entry).max(expectationsLimit) });

export interface Expectation extends z.infer<typeof entry> {
  /** File and position, for messages. */
  readonly origin: string;
  readonly concerns: (place: Placed) => boolean;
  readonly isCause: (text: string) => boolean;
}

type Placed = Pick<Result, 'scenario' | 'sender' | 'senderVersion'> &
  Partial<Pick<Comparison, 'oracleVersion'>>;

/** An expectation file that cannot be used; one line that begins with the file's name. */
export class ExpectationsError extends Error {
  override readonly name = 'ExpectationsError';
}

/** The expectations that Nexthop ships. */
export function defaultExpectations(): Promise<Expectation[]> {
  return load(DEFAULT_FILE, 'expectations.json');
}

/** @throws ExpectationsError */
export function loadExpectations(path: string): Promise<Expectation[]> {
  return load(path, path);
}

async function load(from: string | URL, origin: string): Promise<Expectation[]> {
  const text = await readFile(from, 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new ExpectationsError(`${origin}: cannot be read${code}`);
  });
  return readExpectations(text, origin);
}

/** @throws ExpectationsError */
export function readExpectations(text: string, origin: string): Expectation[] {
  if (text.length > EXPECTATIONS_LIMIT_BYTES)
    throw new ExpectationsError(`${origin}: larger than ${EXPECTATIONS_LIMIT_BYTES} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ExpectationsError(`${origin}: not JSON`);
  }
  const parsed = file.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = (issue?.path ?? []).map(String).join('.');
    const what = `${origin}: ${path === '' ? '' : `${path}: `}${issue?.message ?? 'wrong shape'}`;
    throw new ExpectationsError(what.replaceAll(/\p{Cc}+/gu, ' '));
  }
  return parsed.data.expectations.map((data, index) => compiled(data, `${origin}, expectation ${index + 1}`));
}

function compiled(data: z.infer<typeof entry>, origin: string): Expectation {
  if (data.kind === 'verdict' && data.oracleVersion !== undefined)
    throw new ExpectationsError(`${origin}: oracleVersion is for differences, not for a verdict`);
  const matchesId = globTest(data.scenario);
  const version = range(data.version, origin);
  const oracleVersion = range(data.oracleVersion, origin);
  return {
    ...data,
    origin,
    concerns: (place) =>
      place.sender === data.sender &&
      matchesId(place.scenario) &&
      version.contains(place.senderVersion) &&
      oracleVersion.contains(place.oracleVersion ?? ''),
    isCause: causeTest(data.cause, origin),
  };
}

function range(text: string | undefined, origin: string): Pick<VersionRange, 'contains'> {
  if (text === undefined) return { contains: () => true };
  const parsed = VersionRange.parse(text);
  if (parsed === undefined)
    throw new ExpectationsError(
      `${origin}: '${text}' is no version such as 3.7, nor a range such as >=3.7 <3.9`,
    );
  return parsed;
}

function causeTest(cause: string, origin: string): (text: string) => boolean {
  const [, source, flags] = /^\/(.+)\/([imsu]*)$/s.exec(cause) ?? [];
  if (source === undefined) return (text) => text.includes(cause);
  try {
    const expression = new RegExp(source, flags);
    return (text) => expression.test(text);
  } catch {
    throw new ExpectationsError(`${origin}: ${cause} is no regular expression`);
  }
}

export interface ApplyOptions {
  /** `2026-11-23`: what has expired by then excuses nothing. */
  readonly today: string;
  /** Ids of all scenarios there are; expectations that can never be met are reported. */
  readonly scenarioIds?: readonly string[];
}

/**
 * The results with failures and differences that are expected marked as such, and what is wrong with the expectations.
 * In a part of a run, other parts may meet what this one did not, so that is left open.
 */
export function applyExpectations(
  results: Results,
  expectations: readonly Expectation[],
  { today, scenarioIds }: ApplyOptions,
): Results {
  const ledger = new Ledger(expectations.filter(({ expires }) => expires > today));
  const judged = results.results.map((result) => ledger.judgeResult(result));
  const comparisons = results.comparisons?.map((comparison) => ledger.judgeComparison(comparison));
  const judgements = expectations.flatMap((expectation, position): Judgement | readonly Judgement[] => {
    const { origin, expires, scenario, sender, reason } = expectation;
    const matchesId = globTest(scenario);
    if (scenarioIds !== undefined && !scenarioIds.some(matchesId))
      return { position, problem: bounded(`${origin}: there is no scenario '${scenario}'`) };
    if (expires > today) return ledger.judgementOf(expectation, position);
    const wasRun = results.results.some((place) => matchesId(place.scenario) && place.sender === sender);
    return wasRun ? { position, problem: bounded(`${origin}: expired on ${expires}: ${reason}`) } : [];
  });
  const part = results.run.shard !== undefined;
  const problems = problemsOf(judgements, !part);
  return {
    ...results,
    results: judged,
    ...(comparisons !== undefined && { comparisons }),
    ...(problems.length > 0 && { problems: problems.slice(0, problemsLimit) }),
    ...(part && judgements.length > 0 && { judgements }),
  };
}

function bounded(problem: string): string {
  return cut(problem, evidenceLimitCharacters);
}

/** Marks results as they come in; what is wrong with the expectations is known at the end only. */
export function marker(expectations: readonly Expectation[], today: string): (result: Result) => Result {
  const ledger = new Ledger(expectations.filter(({ expires }) => expires > today));
  return (result) => ledger.judgeResult(result);
}

/** Whether anything went wrong that nobody expects: what the exit status tells. */
export function hasFailed({ results, comparisons = [], problems = [] }: Results): boolean {
  return (
    results.some(({ verdict, expected }) => verdict === 'failed' && expected === undefined) ||
    comparisons.some(({ differences }) => differences.some(({ accepted }) => accepted === undefined)) ||
    problems.length > 0
  );
}

/** Verdicts and comparisons that can meet an expectation; others say nothing about it. */
const decided: ReadonlySet<string> = new Set(['passed', 'failed', 'non-strict', 'informational']);

/** Which expectations were met, and by what the others were not. */
class Ledger {
  readonly #expectations: readonly Expectation[];
  readonly #met = new Set<Expectation>();
  /** Where an expectation could have been met, and another cause seen there, if any. */
  readonly #unmet = new Map<Expectation, { readonly cause: string; readonly scenario: string } | undefined>();

  constructor(expectations: readonly Expectation[]) {
    this.#expectations = expectations;
  }

  judgeResult(result: Result): Result {
    if (!decided.has(result.verdict)) return result;
    const failed = result.verdict === 'failed';
    const reason = this.#reasonFor('verdict', result, failed ? result.reason : undefined);
    return reason === undefined ? result : asStored(resultShape, { ...result, expected: reason });
  }

  judgeComparison(comparison: Comparison): Comparison {
    if (comparison.undecided !== undefined) return comparison;
    const reasons = new Map(
      differenceKinds.map((kind) => {
        const difference = comparison.differences.find((candidate) => candidate.kind === kind);
        return [kind, this.#reasonFor(kind, comparison, difference?.text)];
      }),
    );
    const differences = comparison.differences.map((difference): Difference => {
      const accepted = reasons.get(difference.kind);
      return accepted === undefined ? difference : { ...difference, accepted };
    });
    return { ...comparison, differences };
  }

  /** @param seen the cause; undefined where nothing is wrong */
  #reasonFor(kind: Expectation['kind'], place: Placed, seen: string | undefined): string | undefined {
    let reason: string | undefined;
    for (const expectation of this.#expectations) {
      if (expectation.kind !== kind || !expectation.concerns(place)) continue;
      if (seen !== undefined && expectation.isCause(seen)) {
        this.#met.add(expectation);
        reason ??= expectation.reason;
      } else if (this.#unmet.get(expectation) === undefined) {
        this.#unmet.set(expectation, seen === undefined ? seen : { cause: seen, scenario: place.scenario });
      }
    }
    return reason;
  }

  judgementOf(expectation: Expectation, position: number): Judgement | readonly Judgement[] {
    if (this.#met.has(expectation)) return { position, met: true };
    if (!this.#unmet.has(expectation)) return [];
    const { origin, scenario, sender, kind, cause } = expectation;
    const seen = this.#unmet.get(expectation);
    const what = `${origin}: ${kind} of ${sender} in ${scenario}`;
    const open = scenario.includes('*') && { open: true as const };
    if (seen === undefined)
      return { position, problem: bounded(`${what}: no longer so, remove the expectation`), ...open };
    const shown = cut(seen.cause.replaceAll(/\s+/g, ' '), SHOWN_CAUSE_CHARACTERS);
    const problem = bounded(`${what}: the cause '${cause}' is not what was seen: ${shown}`);
    return { position, problem, scenario: seen.scenario, ...open };
  }
}
