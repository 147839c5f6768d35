/**
 * The Test Anything Protocol, version 14: a test point for each case, and a YAML block for each that did not pass. What is
 * expected to fail is a `todo`, TAP's word for it; what was not decided is a `skip`.
 */
import type { Results } from '../../scenarios/results.ts';
import { visible } from '../format.ts';
import { type TestCase, testCases } from './cases.ts';

export function tapReport(results: Results): string {
  const { run, results: own } = results;
  const cases = testCases(results);
  const lines = ['TAP version 14', `1..${cases.length}`, ...cases.flatMap(testPoint)];
  if (run.interrupted === true)
    lines.push(`Bail out! interrupted: ${own.length} of ${run.selected ?? 'more'} finished`);
  return `${lines.join('\n')}\n`;
}

function testPoint(entry: TestCase, index: number): string[] {
  const { status, name, suite, message } = entry;
  const ok = status === 'failed' || status === 'expected' ? 'not ok' : 'ok';
  const directive = {
    passed: '',
    failed: '',
    skipped: ` # skip ${plain(message)}`,
    expected: ` # todo ${plain(message)}`,
  };
  const line = `${ok} ${index + 1} - ${plain(`${name}: ${suite}`)}${directive[status]}`;
  return status === 'passed' && entry.changes.length === 0 ? [line] : [line, ...diagnostic(entry)];
}

/** JSON is YAML, once lone surrogates are out of it. */
function diagnostic({ rawStatus, message, details, result, changes, wallMs }: TestCase): string[] {
  const members = {
    severity: rawStatus,
    message,
    ...(details !== '' && { details }),
    ...(result && { title: result.title, seed: result.seed, replay: result.replay, duration_ms: wallMs }),
    ...(result?.file !== undefined && { at: { fileName: result.file, lineNumber: result.line } }),
    ...(changes.length > 0 && { baseline: changes.map(({ kind, text }) => `${kind}: ${text}`) }),
  };
  const entries = Object.entries(members).map(([key, value]) => `  ${key}: ${yaml(value)}`);
  return ['  ---', ...entries, '  ...'];
}

function yaml(value: unknown): string {
  return JSON.stringify(value, (_, entry: unknown) =>
    typeof entry === 'string' ? visibleLines(entry) : entry,
  );
}

/** What YAML cannot carry, even escaped. */
function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n').toWellFormed();
}

/** One line, in which nothing begins a directive. */
function plain(text: string): string {
  return visible(text).toWellFormed().replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}
