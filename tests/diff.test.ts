/** `nexthop diff` and `run --baseline` as their user meets them: exit statuses, formats, and files that are of no use. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Result } from '../scenarios/results.ts';
import { readResults, writeResults } from '../scenarios/results-file.ts';
import { type CommandOptions, nexthop } from './processes.ts';
import { sampleResult, sampleResults } from './sample-results.ts';
import { root } from './source-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'nexthop-diff-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const inFolder = (args: readonly string[], options: CommandOptions = {}) =>
  nexthop(args, { cwd: folder, ...options });

const passed = (scenario: string): Result => ({
  ...sampleResult(),
  scenario,
  verdict: 'passed',
  reason: '',
  checks: [],
});
const failed = (scenario: string): Result => ({
  ...passed(scenario),
  verdict: 'failed',
  reason: 'seen: ::error::x',
});
const report = (name: string, results: Result[]): string => {
  mkdirSync(join(folder, name));
  const text = writeResults({ ...sampleResults(0), results });
  writeFileSync(join(folder, name, 'results.json'), text);
  return text;
};
const stored = report('old', [passed('dns/a'), failed('dns/b')]);
report('same', [passed('dns/a'), failed('dns/b')]);
report('worse', [failed('dns/a'), passed('dns/b')]);
report('other-seed', [{ ...passed('dns/a'), seed: 77 }]);
writeFileSync(join(folder, 'cut.json'), stored.slice(0, stored.length / 2));
writeFileSync(join(folder, 'foreign.json'), '{"tests": []}');
writeFileSync(join(folder, 'empty.json'), '');
writeFileSync(join(folder, 'newer.json'), stored.replace('"schema":1', '"schema":2'));

describe('diff', () => {
  test('exit status 0 without a regression, though the baseline has a failure too', async () => {
    const { status, stdout, stderr } = await inFolder(['diff', 'old', 'same']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^2 results compared with the run of .*; 1 failure known from it\nno regressions\n$/,
    );
  });

  test('exit status 1 with one; a results.json may be named instead of its folder', async () => {
    const { status, stdout } = await inFolder(['diff', 'old/results.json', 'worse']);
    expect(status).toBe(1);
    expect(stdout).toContain('BROKEN dns/a (nexthop, virtual) passed → failed\n  seen: ::error::x\n');
    expect(stdout).toContain('FIXED dns/b (nexthop, virtual) failed → passed\n');
    expect(stdout).toMatch(/\n1 regression: 1 broken, 1 fixed\n$/);
  });

  test('for a pull request, and for programs', async () => {
    const markdown = await inFolder(['diff', 'old', 'worse', '--format', 'markdown']);
    expect(markdown).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('## Nexthop: 1 regression\n'),
    });
    const json = await inFolder(['diff', 'old', 'worse', '--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      compared: 2,
      changes: [{ kind: 'broken', regression: true, of: { scenario: 'dns/a' } }, { kind: 'fixed' }],
    });
  });

  test.each([
    [['old', 'none'], 'cannot read report none: no such file or folder'],
    [['cut.json', 'old'], /^cut\.json: .+/],
    [['old', 'foreign.json'], 'foreign.json: not a results file of nexthop'],
    [['empty.json', 'old'], /^empty\.json: .+/],
    [['old', 'newer.json'], 'newer.json: schema version 2, this nexthop reads 1'],
    [['old', 'other-seed'], /^old and other-seed cannot be compared: .*seed 77$/],
    [['old'], /^missing required argument 'new'/],
    [['old', 'same', '--format', 'xml'], /'xml' is invalid/],
  ])('%j is a mistake of use, in one line', async (args, message) => {
    const { status, stdout, stderr } = await inFolder(['diff', ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.split('\n')).toHaveLength(2);
    const said = stderr.replace(/^nexthop: /, '').trimEnd();
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
  });
});

describe('in a workflow of GitHub Actions', () => {
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(folder, 'step.md') };

  test('annotations are commands, what servers said is not, and the job has a summary', async () => {
    const { stdout } = await inFolder(['diff', 'old', 'worse'], { env });
    const [, end = ''] = /^::stop-commands::([0-9a-f-]{36})\n/.exec(stdout) ?? [];
    const [shielded = '', commands] = stdout.split(`::${end}::\n`);
    expect(shielded).toContain('::error::x');
    expect(commands).toMatch(/^::error title=broken%3A dns\/a::seen: ::error::x%0A[^\n]*\n$/);
    expect(readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8')).toContain('## Nexthop: 1 regression\n');
  });

  test('a summary that cannot be written is told of, and changes nothing', async () => {
    const blocked = { GITHUB_STEP_SUMMARY: join(folder, 'none', 'step.md') };
    const { status, stderr } = await inFolder(['diff', 'old', 'same'], { env: blocked });
    expect(status).toBe(0);
    expect(stderr).toMatch(/^nexthop: warning: GITHUB_STEP_SUMMARY: cannot write .*: ENOENT\n$/);
  });
});

describe('run --baseline', () => {
  const scenarios = (name: string, passes: string) => {
    writeFileSync(
      join(folder, name),
      `import { deferred, delivered, mailHost, message, scenario, zone } from '${pathToFileURL(join(root, 'scenarios/scenario.ts'))}';
      const to = 'user@example.test';
      export default ['one', 'two'].map((name) => scenario('mine/' + name, {
        title: 'A message arrives',
        clauses: ['rfc5321-2.1-01'],
        dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
        hosts: { a: mailHost() },
        send: message({ to }),
        expect: [(${passes}) ? delivered(to, { via: 'a' }) : deferred(to)],
      }));`,
    );
    return name;
  };
  const run = (file: string, ...options: string[]) => inFolder(['run', file, ...options]);

  test('the exit status speaks of regressions, and the report keeps what changed', async () => {
    expect(await run(scenarios('one-fails.js', "name === 'one'"), '--out', 'base')).toMatchObject({
      status: 1,
    });
    const known = await run('one-fails.js', '--baseline', 'base', '--out', 'known');
    expect(known).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/1 failure known from it\nno regressions/),
    });
    const worse = await run(scenarios('both-fail.js', 'false'), '--baseline', 'base', '--out', 'now');
    expect(worse).toMatchObject({ status: 1, stdout: expect.stringContaining('1 regression: 1 broken\n') });
    const { baseline } = readResults(readFileSync(join(folder, 'now/results.json'), 'utf8'), 'now');
    expect(baseline).toMatchObject({
      compared: 2,
      changes: [{ kind: 'broken', before: { verdict: 'passed' } }],
    });
    // Three commands that look for scenarios.
  }, 60_000);

  test('report compares anew, and keeps what was compared', async () => {
    const told = { stdout: expect.stringContaining('BROKEN dns/a ') };
    expect(await inFolder(['report', 'worse', '--baseline', 'old', '--out', 'anew'])).toMatchObject({
      status: 1,
      ...told,
    });
    expect(await inFolder(['report', 'anew'])).toMatchObject({ status: 0, ...told });
    expect(await inFolder(['report', 'worse', '--baseline', 'other-seed', '--out', 'anew'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^nexthop: --baseline other-seed: nothing to compare with: /),
    });
  });

  test.each([
    ['none', 'cannot read report none: no such file or folder'],
    ['foreign.json', 'foreign.json: not a results file of nexthop'],
    [
      'other-seed',
      /^--baseline other-seed: nothing to compare with: .*seed 77; but wanted are: nexthop, virtual world, seed 1$/,
    ],
  ])('%s is a mistake that is told before the work', async (baseline, message) => {
    const { status, stderr } = await run('dns/null-mx', '--baseline', baseline, '--out', 'never');
    expect(status).toBe(2);
    const said = stderr.replace(/^nexthop: /, '').trimEnd();
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
  });
});
