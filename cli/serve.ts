/** `nexthop serve`: the world of a scenario on real sockets, until Ctrl-C. */
import { once } from 'node:events';
import type { Command } from 'commander';
import { LoadError, loadSuites } from '../scenarios/load.ts';
import { ScenarioError } from '../scenarios/scenario.ts';
import { SelectorError, select } from '../scenarios/select.ts';
import { serveScenario } from '../scenarios/serve.ts';
import { ListenError } from '../simulator/live/serve.ts';
import { interruptible } from './interruptible.ts';
import { EXIT, UsageError } from './usage.ts';

interface ServeCommandOptions {
  readonly portBase?: string;
}

export function defineServe(program: Command): void {
  program
    .command('serve')
    .description("serve a scenario's names and hosts on loopback addresses, and show the dialogue")
    .argument('<scenario>', 'its id, or its file')
    .option('--port-base <number>', 'port 25 becomes this number + 25, and so on; free ports when absent')
    .action(async (selector: string, options: ServeCommandOptions) => {
      process.exitCode = await serve(selector, options);
    });
}

async function serve(selector: string, options: ServeCommandOptions): Promise<number> {
  const portBase = options.portBase === undefined ? undefined : checkedBase(options.portBase);
  try {
    const selected = await select(await loadSuites(), [selector]);
    const [first, second] = selected;
    if (first === undefined || second !== undefined) {
      throw new UsageError(
        `'${selector}' are ${selected.length} scenarios, such as ${first?.scenario.id}; name one`,
      );
    }
    await interruptible(async (signal) => {
      const served = await serveScenario(first.scenario, {
        say: (line) => process.stdout.write(`${line}\n`),
        ...(portBase !== undefined && { portBase }),
      });
      if (!signal.aborted) await once(signal, 'abort');
      await served.close();
    });
    return EXIT.ok;
  } catch (error) {
    const known = [ListenError, LoadError, SelectorError, ScenarioError];
    if (error instanceof Error && known.some((kind) => error instanceof kind))
      throw new UsageError(error.message);
    throw error;
  }
}

/** Leaves room for every port that scenarios use. */
const PORT_BASE_LIMIT = 50_000;

function checkedBase(text: string): number {
  const base = Number(text);
  if (!/^\d+$/.test(text) || base > PORT_BASE_LIMIT) {
    throw new UsageError(`--port-base: '${text}' is not a number from 0 to ${PORT_BASE_LIMIT}`);
  }
  return base;
}
