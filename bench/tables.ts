/**
 * How long a table in a file takes to load, and how long a lookup in it: a file of made-up entries, or any that is there.
 *
 *     node bench/tables.ts [--entries N] [--lookups N] [--json]
 */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveSettings } from '../client/config/settings.ts';
import { nodePlatform } from '../client/platform/node.ts';
import { foldCase } from '../client/tables/fold.ts';
import { openTable } from '../client/tables/open.ts';
import { Links } from '../client/tables/remote/links.ts';
import { peakMemoryMiB, table } from './figures.ts';
import { readOptions } from './options.ts';

const options = readOptions('bench/tables.ts', {
  entries: { value: 1_000_000, min: 1, max: 5_000_000, meaning: 'in the file' },
  lookups: { value: 100_000, min: 1, max: 10_000_000, meaning: 'how many keys are looked up' },
});
/** Prime, so that keys are not looked up in the order of the file. */
const STRIDE = 7_919;

const key = (index: number) => `user${index}@sub${index % 977}.test`;
const LINES_PER_CHUNK = 10_000;

/** In chunks: the whole text in memory would be measured with the table. */
function* lines(): Generator<string> {
  for (let start = 0; start < options.entries; start += LINES_PER_CHUNK) {
    const count = Math.min(LINES_PER_CHUNK, options.entries - start);
    yield Array.from(
      { length: count },
      (_, index) => `${key(start + index)} user${start + index}@out.test\n`,
    ).join('');
  }
}

const folder = await mkdtemp(join(tmpdir(), 'nexthop-tables-'));
try {
  const path = join(folder, 'table');
  await writeFile(path, lines());
  const { size } = await stat(path);
  report(size, await measure(`texthash:${path}`));
} finally {
  await rm(folder, { recursive: true });
}

async function measure(name: string): Promise<{ readonly loadMs: number; readonly lookupUs: number }> {
  const complain = (line: string) => process.stderr.write(`${line}\n`);
  const platform = nodePlatform();
  const startedMs = performance.now();
  const opened = await openTable(name, {
    ...platform,
    settings: resolveSettings(new Map(), 'smtp', { hostname: 'client.test' }),
    fold: foldCase,
    links: new Links(platform.clock),
    addressesOf: async () => [],
    warn: complain,
    error: complain,
    note: complain,
  });
  const loadedMs = performance.now();
  for (let count = 0; count < options.lookups; count += 1) {
    const wanted = key((count * STRIDE) % options.entries);
    if ((await opened.lookup(wanted)) === undefined) throw new Error(`${wanted} is not found`);
  }
  const lookupUs = ((performance.now() - loadedMs) * 1000) / options.lookups;
  return { loadMs: loadedMs - startedMs, lookupUs };
}

function report(bytes: number, { loadMs, lookupUs }: { readonly loadMs: number; readonly lookupUs: number }) {
  const figures = { entries: options.entries, bytes, loadMs, lookupUs, peakMemoryMiB: peakMemoryMiB() };
  if (options.json) {
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    return;
  }
  process.stdout.write(
    table([
      [`texthash, ${options.entries} entries, ${(bytes / 1e6).toFixed(0)} MB`, ''],
      ['load, ms', loadMs.toFixed(0)],
      ['one lookup, microseconds', lookupUs.toFixed(2)],
      ['peak resident memory, MiB', figures.peakMemoryMiB.toFixed(0)],
    ]),
  );
}
