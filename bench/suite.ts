/**
 * How fast the built-in scenarios, or those selected, run with our client in the virtual world: one process, one thread
 * of JavaScript, each pass over all of them with another seed. Passes before the warm-up is over do not count.
 *
 *     node bench/suite.ts [selector...] [--seconds N] [--warmup N] [--seed N] [--json]
 */
import { nexthopVersion } from '../cli/version.ts';
import { countVerdicts, duration, grouped } from '../reports/format.ts';
import { loadSuites } from '../scenarios/load.ts';
import type { Result } from '../scenarios/results.ts';
import { runScenarios } from '../scenarios/runner.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { select } from '../scenarios/select.ts';
import { nexthopSender } from '../scenarios/senders/nexthop.ts';
import { cpuMs, peakMemoryMiB, showSpread, spreadOf, table } from './figures.ts';
import { readOptions } from './options.ts';

/** What is kept of a result: whole ones would count as memory of the suite. */
type Finished = Pick<Result, 'scenario' | 'verdict' | 'virtualMs' | 'wallMs'>;

interface Pass {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly results: readonly Finished[];
}

const options = readOptions(
  'bench/suite.ts',
  {
    seconds: { value: 5, min: 1, max: 600, meaning: 'how long passes are counted' },
    warmup: { value: 3, min: 0, max: 600, meaning: 'seconds of passes that are not counted' },
    seed: { value: 1, min: 0, max: 1_000_000_000, meaning: 'of the first pass; each pass takes the next' },
  },
  'selector',
);
const sender = nexthopSender(nexthopVersion());
const scenarios = (await select(await loadSuites(), options.operands)).map(({ scenario }) => scenario);
await passesFor(options.warmup * 1000, options.seed);
const passes = await passesFor(options.seconds * 1000, options.seed);
report(passes);

/** At least one pass, and more until the time is over. */
async function passesFor(limitMs: number, firstSeed: number): Promise<readonly Pass[]> {
  const passes: Pass[] = [];
  const startedMs = performance.now();
  do passes.push(await pass(scenarios, firstSeed + passes.length));
  while (performance.now() - startedMs < limitMs);
  return passes;
}

async function pass(selected: readonly Scenario[], seed: number): Promise<Pass> {
  const startedMs = performance.now();
  const startedCpuMs = cpuMs();
  const results: Result[] = [];
  for await (const result of runScenarios(selected, { senders: [sender], seed }).results)
    results.push(result);
  return { wallMs: performance.now() - startedMs, cpuMs: cpuMs() - startedCpuMs, results };
}

function report(passes: readonly Pass[]): void {
  const perSecond = (ms: (pass: Pass) => number) =>
    spreadOf(passes.map((each) => (scenarios.length * 1000) / ms(each)));
  const wallMs = sum(passes.map((each) => each.wallMs));
  const results = passes.flatMap((each) => each.results);
  const virtualMs = sum(results.map((result) => result.virtualMs));
  const ranked = bySlowness(results);
  const slowest = ranked.slice(0, 5);
  const figures = {
    scenarios: scenarios.length,
    passes: passes.length,
    perWallSecond: perSecond((each) => each.wallMs),
    perCpuSecond: perSecond((each) => each.cpuMs),
    virtualOverWall: virtualMs / wallMs,
    peakMemoryMiB: peakMemoryMiB(),
    perScenarioMs: spreadOf(ranked.map((each) => each.wallMs)),
    slowest,
    verdicts: countVerdicts(results),
  };
  if (options.json) {
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    return;
  }
  process.stdout.write(
    table([
      [`${scenarios.length} scenarios, ${passes.length} passes`, 'median (min to max)'],
      ['scenarios per second of wall time', showSpread(figures.perWallSecond)],
      ['scenarios per second of CPU time', showSpread(figures.perCpuSecond)],
      ['virtual time over wall time', grouped(figures.virtualOverWall)],
      ['virtual time of one pass', duration(virtualMs / passes.length)],
      ['peak resident memory, MiB', grouped(figures.peakMemoryMiB)],
      ['one scenario, wall ms', showSpread(figures.perScenarioMs, (ms) => ms.toFixed(2))],
      ...slowest.map(({ id, wallMs: ms }, index) => [
        `${index === 0 ? 'slowest scenarios: ' : '                   '}${id}`,
        `${ms.toFixed(2)} ms`,
      ]),
    ]),
  );
  if (figures.verdicts.failed > 0) {
    process.stdout.write(
      `${grouped(figures.verdicts.failed)} of ${grouped(results.length)} results failed\n`,
    );
  }
}

/** Each scenario with its median, the slowest first. */
function bySlowness(results: readonly Finished[]): readonly { id: string; wallMs: number }[] {
  return [...Map.groupBy(results, (result) => result.scenario)]
    .map(([id, same]) => ({ id, wallMs: spreadOf(same.map((result) => result.wallMs)).median }))
    .sort((a, b) => b.wallMs - a.wallMs);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
