/**
 * How a report of very many results does: how large its files are, how long they take to write and to read back, and
 * how quick the page is in a browser. The results are varied from a run of all scenarios in the virtual world.
 *
 *     node bench/report.ts [COUNT] [--json]
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nexthopVersion } from '../cli/version.ts';
import { grouped } from '../reports/format.ts';
import { readReport, writeReport } from '../reports/write.ts';
import { loadSuites } from '../scenarios/load.ts';
import { type Result, type Results, schemaVersion } from '../scenarios/results.ts';
import { runScenarios } from '../scenarios/runner.ts';
import { nexthopSender } from '../scenarios/senders/nexthop.ts';
import { measurePage } from './browser/report-page.ts';
import { peakMemoryMiB, table } from './figures.ts';
import { manyResults } from './many-results.ts';
import { readOptions } from './options.ts';

const defaultCount = 100_000;
const countLimit = 200_000;

const { json, operands } = readOptions('bench/report.ts', {}, 'count');
const count = Number(operands[0] ?? defaultCount);
if (!Number.isSafeInteger(count) || count < 1 || count > countLimit) {
  process.stderr.write(`bench/report.ts: '${operands[0]}' is not a whole number from 1 to ${countLimit}\n`);
  process.exit(2);
}

const folder = await mkdtemp(join(tmpdir(), 'nexthop-bench-'));
try {
  const results = manyResults(await oneRun(), count);
  const written = await timed(() => writeReport(results, folder));
  const read = await timed(() => readReport(folder));
  const files = Object.entries(written.value) as [string, string][];
  const sizes = await Promise.all(
    files.map(async ([name, path]) => [`${name}, MB`, (await stat(path)).size / 1e6] as const),
  );
  const figures: Record<string, number> = {
    results: read.value.results.length,
    ...Object.fromEntries(sizes),
    'written in, ms': written.ms,
    'read back in, ms': read.ms,
    'peak memory of both, MiB': peakMemoryMiB(),
    ...(await measurePage(written.value.page)),
  };
  const shown = (value: number) => (value < 100 ? value.toFixed(1) : grouped(value));
  process.stdout.write(
    json
      ? `${JSON.stringify(figures)}\n`
      : table(Object.entries(figures).map(([name, value]) => [name, shown(value)])),
  );
} finally {
  await rm(folder, { recursive: true });
}

async function oneRun(): Promise<Results> {
  const scenarios = (await loadSuites()).map(({ scenario }) => scenario);
  const senders = [nexthopSender(nexthopVersion())];
  const results: Result[] = [];
  for await (const result of runScenarios(scenarios, { senders, seed: 1 }).results) results.push(result);
  const startedAt = new Date(0).toISOString();
  return {
    schema: schemaVersion,
    run: { id: 'bench', startedAt, seed: 1, world: 'virtual', nexthop: nexthopVersion() },
    results,
  };
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const startedMs = performance.now();
  const value = await work();
  return { value, ms: performance.now() - startedMs };
}
