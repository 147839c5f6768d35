/** `nexthop ui`: the report as a live page, from which scenarios are run again. */
import type { Command } from 'commander';
import { nodePlatform } from '../client/platform/node.ts';
import { readTemplate } from '../reports/html.ts';
import { Bench } from '../reports/serve/bench.ts';
import { type ReportServer, serveReport } from '../reports/serve/server.ts';
import { hasReport, prepareReport, readReport, writeReport } from '../reports/write.ts';
import { applyExpectations } from '../scenarios/expectations.ts';
import { loadSuites } from '../scenarios/load.ts';
import { compareWithOracle } from '../scenarios/oracle.ts';
import type { Results } from '../scenarios/results.ts';
import { select } from '../scenarios/select.ts';
import { findSenders } from '../scenarios/senders/find.ts';
import { planSandbox } from '../simulator/live/sandbox.ts';
import { asUsage } from './as-usage.ts';
import { interruptible } from './interruptible.ts';
import { openPage } from './open-page.ts';
import {
  readExpectations,
  readScenarioOptions,
  type ScenarioOptions,
  withScenarioOptions,
} from './run-options.ts';
import { EXIT, UsageError } from './usage.ts';
import { nexthopVersion } from './version.ts';
import { wholeNumber } from './whole-number.ts';

interface UiCommandOptions extends ScenarioOptions {
  readonly port: string;
  readonly out: string;
  readonly open?: true;
}

const PORT_LIMIT = 65_535;

export function defineUi(program: Command): void {
  const command = program
    .command('ui')
    .description('serve the report as a live page, to run scenarios again and watch them')
    .argument('[selector...]', 'what "Everything" means, as in `nexthop run`; all scenarios when absent');
  withScenarioOptions(command)
    .option('--port <number>', 'on this machine alone; any that is free when absent', '0')
    .option('--out <folder>', 'the report that is shown and kept up to date', 'nexthop-report')
    .option('--open', 'show the page')
    .action(async (selectors: readonly string[], options: UiCommandOptions) => {
      process.exitCode = await ui(selectors, options);
    });
}

async function ui(selectors: readonly string[], options: UiCommandOptions): Promise<number> {
  const { senders, jobs, seed } = readScenarioOptions(options);
  const port = wholeNumber('--port', options.port, { most: PORT_LIMIT });
  const version = nexthopVersion();
  const { clock } = nodePlatform();
  // All that can be wrong with a command line is found before a page is opened.
  const found = await asUsage(() => findSenders(senders, version));
  const [absent] = found.missing;
  if (absent !== undefined)
    throw new UsageError(`${absent.name} is not installed here; install it with: ${absent.install}`);
  await asUsage(async () => select(await loadSuites(), selectors));
  if (options.world === 'live') await asUsage(planSandbox);
  const expectations = await readExpectations(options);
  await asUsage(() => prepareReport(options.out));
  const results = (await hasReport(options.out)) ? await asUsage(() => readReport(options.out)) : undefined;

  const bench = new Bench({
    order: { selectors, senders, world: options.world, seed, jobs, version },
    results,
    nowMs: () => clock.now(),
    async keep(fresh: Results): Promise<Results> {
      const today = new Date(clock.now()).toISOString().slice(0, 10);
      const judged = applyExpectations(compareWithOracle(fresh), expectations, { today });
      await writeReport(judged, options.out);
      return judged;
    },
  });
  const server = await listening(port, bench, await asUsage(readTemplate));
  await interruptible(async (signal) => {
    const end = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    process.stdout.write(`report: ${server.url}\n`);
    if (options.open === true) openPage(server.url);
    if (results === undefined) bench.run(undefined);
    await end;
  });
  await server.close();
  await bench.close();
  return EXIT.ok;
}

async function listening(port: number, bench: Bench, template: string): Promise<ReportServer> {
  try {
    return await serveReport({ bench, template, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new UsageError(`--port: something else listens on ${port}`);
    if (code === 'EACCES') throw new UsageError(`--port: ${port} is not for this user`);
    throw error;
  }
}
