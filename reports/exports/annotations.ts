/**
 * Workflow commands of GitHub Actions, which show what failed beside the scenario in a pull request: an error for what
 * makes the exit status 1, a warning for failures that the baseline has too.
 */
import { compareResults, type Result, type Results, resultKey } from '../../scenarios/results.ts';
import { changeNames } from '../diff/words.ts';
import { grouped, visible } from '../format.ts';

/** GitHub shows ten of each kind for a step, and drops the rest. */
const shownLimit = 10;
const messageLimitCharacters = 2_000;

interface Annotation {
  readonly title: string;
  readonly message: string;
  readonly result: Result | undefined;
}

export function githubAnnotations(results: Results): string {
  const failures = results.results
    .filter(({ verdict, expected }) => verdict === 'failed' && expected === undefined)
    .toSorted(compareResults)
    .map((result) => ({ title: `failed: ${result.scenario}`, message: failureText(result), result }));
  const problems = (results.problems ?? []).map((message) => ({
    title: 'expectation',
    message,
    result: undefined,
  }));
  if (results.baseline === undefined) return commands('error', [...failures, ...problems]);
  const index = new Map(results.results.map((result) => [resultKey(result), result]));
  const regressions = results.baseline.changes
    .filter(({ regression }) => regression)
    .map(({ kind, text, of }): Annotation => {
      const result = of && index.get(resultKey(of));
      const scenario = of === undefined ? '' : `: ${of.scenario}`;
      return {
        title: `${changeNames[kind]}${scenario}`,
        message: result === undefined ? text : `${text}\n${failureText(result)}`,
        result,
      };
    });
  const blamed = new Set(regressions.map(({ result }) => result));
  const known = failures.filter(({ result }) => !blamed.has(result));
  return `${commands('error', regressions)}${commands('warning', known)}`;
}

function failureText({ title, reason, sender, world, replay }: Result): string {
  return `${title} (${sender}, ${world} world)\n${reason}\nReplay: ${replay}`;
}

function commands(command: 'error' | 'warning', all: readonly Annotation[]): string {
  const shown = all.length > shownLimit ? all.slice(0, shownLimit - 1) : all;
  const more = all.length - shown.length;
  return [
    ...shown,
    ...(more > 0
      ? [{ title: `and ${grouped(more)} more`, message: 'See the summary of the job.', result: undefined }]
      : []),
  ]
    .map(({ title, message, result }) => {
      const properties = [
        ...(result?.file === undefined ? [] : [`file=${property(result.file)}`]),
        ...(result?.line === undefined ? [] : [`line=${result.line}`]),
        `title=${property(title)}`,
      ];
      return `::${command} ${properties.join(',')}::${data(message.slice(0, messageLimitCharacters))}\n`;
    })
    .join('');
}

/** Line ends stay, as GitHub writes them; other control characters are shown. */
function data(text: string): string {
  const shown = text.split('\n').map(visible).join('\n').toWellFormed();
  return shown.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
