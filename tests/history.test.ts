/** Shards and histories as their user meets them: by the command line. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Finished, nexthop } from './processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'nexthop-history-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const command = (...args: readonly string[]): Promise<Finished> => nexthop(args, { cwd: folder });

test('shards learn from a history, and the run that they are merged to becomes part of it', async () => {
  const history = ['--history', 'runs.sqlite'];
  expect(await command('run', 'greeting', '--out', 'whole', ...history)).toMatchObject({ status: 0 });
  for (const part of [1, 2]) {
    const { stdout, stderr } = await command(
      ...['run', 'greeting', '--shard', `${part}/2`, '--out', `shard-${part}`, ...history],
    );
    expect(stdout).toContain(`shard ${part} of 2`);
    // A database of Node's own is no experiment to tell of.
    expect(stderr).not.toContain('Warning');
  }
  const merged = await command('report', 'shard-2', 'shard-1', '--out', 'merged', ...history);
  expect(merged.status).toBe(0);
  const { stdout } = await command('history', 'runs.sqlite', '--json');
  const { runs, flaky } = JSON.parse(stdout);
  expect(runs).toHaveLength(2);
  expect(runs[0].counts).toEqual(runs[1].counts);
  expect(flaky).toEqual([]);
  expect((await command('history', 'runs.sqlite', 'greeting/*')).stdout).toMatch(
    /^Runs, the latest first\n.*100 % passed/,
  );

  const alone = await command('report', 'shard-1', 'whole', '--out', 'bad');
  expect(alone.stderr).toMatch(/^nexthop: whole and shard-1 both hold a result for [^\n]+\n$/);
  const twice = await command('report', 'shard-1', 'shard-1', '--out', 'bad');
  expect(twice).toMatchObject({
    status: 2,
    stderr: 'nexthop: shard 1 of 2 is there twice: shard-1 and shard-1\n',
  });
  await command('run', 'greeting', '--shard', '1/3', '--out', 'third');
  await command('run', 'greeting', '--shard', '2/3', '--out', 'third-2');
  const missing = await command('report', 'third', 'third-2', '--out', 'incomplete');
  expect(missing.status).toBe(1);
  expect(missing.stdout).toContain('incomplete: shard 3 of 3 is missing');
  const other = await command('report', 'shard-1', 'third', '--out', 'bad');
  expect(other).toMatchObject({
    status: 2,
    stderr: 'nexthop: shard-1 and third are shards of different runs: not of one number of shards\n',
  });
}, 120_000);

test.each([
  [['run', '--shard', '4/3'], "--shard: '4/3' is not I/N with I from 1 to N, such as 1/3"],
  [['run', '--watch', '--shard', '1/3'], '--watch runs parts as they change, which does not go with --shard'],
  [
    ['run', '--watch', '--history', 'x'],
    '--watch runs parts as they change, which does not go with --history',
  ],
  [['history', 'nowhere'], 'nowhere: no such file; nexthop run --history makes one'],
  [['run', 'greeting', '--history', '.'], '.: not a file'],
])('%j', async (args, told) => {
  expect(await command(...args)).toEqual({ status: 2, stdout: '', stderr: `nexthop: ${told}\n` });
});
