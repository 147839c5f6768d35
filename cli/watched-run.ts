/** The process of one run under `--watch`: modules stay as they were loaded, so each run loads them anew. */
import { recordImports } from '../scenarios/watch/import-graph.ts';
import type { Ended, Loaded, Wanted } from '../scenarios/watch/watch.ts';
import type { Order } from './run-options.ts';

const imports = recordImports();
// Only now, so that what they load is recorded.
const { run } = await import('./run.ts');
const { EXIT, UsageError } = await import('./usage.ts');

process.once('message', (order: Order) => {
  obey(order)
    .catch((error: unknown) => {
      process.stderr.write(`nexthop: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = error instanceof UsageError ? error.exitStatus : EXIT.failed;
    })
    .finally(() => process.connected && process.disconnect());
});

async function obey({ selectors, options, wanted }: Order): Promise<void> {
  let loaded: Loaded = { imports, scenarios: [] };
  let ran: readonly string[] = [];
  let failed: readonly string[] = [];
  process.exitCode = await run(selectors, options, {
    pick(selected) {
      loaded = { imports, scenarios: selected.map(({ scenario, file }) => ({ id: scenario.id, file })) };
      // What changes from now on is not in this run any more.
      process.send?.(loaded);
      const picked = selected.filter(({ scenario, file }) => isWanted(wanted, scenario.id, file));
      ran = picked.map(({ scenario }) => scenario.id);
      return picked;
    },
    ended({ results }) {
      const bad = results.filter(({ verdict, expected }) => verdict === 'failed' && expected === undefined);
      failed = [...new Set(bad.map(({ scenario }) => scenario))];
    },
  });
  const ended: Ended = { ...loaded, ran, failed };
  await new Promise<void>((resolve) => process.send?.(ended, () => resolve()));
}

function isWanted(wanted: Wanted, id: string, file: string): boolean {
  if (wanted === 'all') return true;
  return 'ids' in wanted ? wanted.ids.includes(id) : wanted.files.includes(file);
}
