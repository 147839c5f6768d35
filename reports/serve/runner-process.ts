/**
 * The process that runs scenarios for the server of a report. It is a new one each time, so that scenario files that
 * were changed are read anew; it takes one order, answers over its IPC channel, and ends.
 *
 * SIGTERM ends the run: what was finished is kept. So does the end of the server, which closes the channel.
 */
import { runLive } from '../../scenarios/live/run.ts';
import { loadSuites } from '../../scenarios/load.ts';
import { runScenarios } from '../../scenarios/runner.ts';
import { select } from '../../scenarios/select.ts';
import { findSenders } from '../../scenarios/senders/find.ts';
import type { Answer, Order } from './protocol.ts';

const controller = new AbortController();
const stop = () => controller.abort();
process.once('SIGTERM', stop);
process.once('disconnect', stop);
// Ctrl-C reaches the whole group of processes; the server decides what becomes of this one.
process.on('SIGINT', () => {});

process.once('message', (order: Order) => {
  obey(order)
    .catch((error: unknown) =>
      say({ type: 'refused', reason: error instanceof Error ? error.message : String(error) }),
    )
    .finally(() => process.connected && process.disconnect());
});

async function obey(order: Order): Promise<void> {
  const { signal } = controller;
  const selected = await select(await loadSuites(), order.selectors);
  const ids = order.only === undefined ? undefined : new Set(order.only);
  const scenarios = selected
    .map(({ scenario }) => scenario)
    .filter(({ id }) => ids === undefined || ids.has(id));
  const { senders } = await findSenders(order.senders, order.version);
  const common = { senders, seed: order.seed, signal };
  const run =
    order.world === 'live'
      ? await runLive(scenarios, {
          ...common,
          jobs: order.jobs,
          version: order.version,
          onGrowth: (result) => void say({ type: 'growing', result }),
        })
      : runScenarios(scenarios, common);
  await say({ type: 'begun', selected: run.selected });
  for await (const result of run.results) await say({ type: 'result', result });
  await say({ type: 'ended' });
}

/** Resolves when the server has taken it, so that results do not pile up here. */
function say(answer: Answer): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(answer, () => resolve());
    else resolve();
  });
}
