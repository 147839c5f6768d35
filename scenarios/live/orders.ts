/**
 * The process inside a sandbox: takes orders over its IPC channel and runs scenarios, one after another. It ends with
 * the channel, and the sandbox with it.
 */

import type { Service } from '../../client/request.ts';
import { type LoadedScenario, loadFile, loadSuites } from '../load.ts';
import { submissionOf } from '../message.ts';
import { runScenarios } from '../runner.ts';
import type { findSenders } from '../senders/find.ts';
import type { Sender, ServiceSetup, WantedSetup } from '../senders/sender.ts';
import { proofConfigs, withProvenClaims } from './proofs.ts';
import type { Answer, Order } from './protocol.ts';
import { LiveScenarioWorld } from './world.ts';

interface Prepared {
  readonly overrides: Readonly<Record<string, string>>;
  readonly world: LiveScenarioWorld;
  readonly scenarios: ReadonlyMap<string, LoadedScenario['scenario']>;
  readonly senders: ReadonlyMap<string, Sender>;
  /** The same, as far as they have proved their claims. */
  readonly proven: Map<string, Sender>;
}

/** Takes orders until the run that gives them has ended. `find` finds the senders that the orders name. */
export function obeyOrders(find: typeof findSenders): void {
  let prepared: Prepared | undefined;
  let work: Promise<void> = Promise.resolve();
  const obey = async (order: Order): Promise<void> => {
    if (order.type === 'run') return run(order, prepared);
    prepared = await prepare(order, find);
    answer({ type: 'ready' });
  };
  process.on('message', (order: Order) => {
    work = work.then(() => obey(order)).catch(breakDown);
  });
  // What a sender leaves to nobody ends the sandbox, with the reason.
  process.on('uncaughtException', breakDown);
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C reaches the whole terminal group; what becomes of the sandboxes is for the run to say.
  process.on('SIGINT', () => {});
}

function breakDown(error: unknown): void {
  answer({ type: 'broken', reason: error instanceof Error ? error.message : String(error) });
}

async function run(order: Extract<Order, { type: 'run' }>, prepared: Prepared | undefined): Promise<void> {
  const scenario = prepared?.scenarios.get(order.id);
  const found = prepared?.senders.get(order.sender);
  if (prepared === undefined || scenario === undefined || found === undefined) {
    throw new Error(`no scenario ${order.id} or no sender ${order.sender} in the sandbox`);
  }
  const sender = prepared.proven.get(order.sender) ?? (await withProvenClaims(found, prepared.world));
  prepared.proven.set(order.sender, sender);
  const { results } = runScenarios([scenario], {
    senders: [sender],
    seed: order.seed,
    world: prepared.world,
    overrides: prepared.overrides,
    scenarioLimitMs: order.limitMs,
    ...(order.isWatched && { onGrowth: (result) => answer({ type: 'growing', result }) }),
  });
  for await (const result of results) answer({ type: 'result', result, sandbox: prepared.world.state });
}

async function prepare(
  order: Extract<Order, { type: 'prepare' }>,
  find: typeof findSenders,
): Promise<Prepared> {
  const loaded = await loadSuites();
  for (const file of order.files) loaded.push(...(await loadFile(file)));
  const wanted = new Set(order.ids);
  const scenarios = new Map(
    loaded.filter(({ scenario }) => wanted.has(scenario.id)).map(({ scenario }) => [scenario.id, scenario]),
  );
  const { senders } = await find(order.senders, order.version);
  const { overrides } = order;
  const setups = new Map<string, WantedSetup & { readonly services: Set<Service> }>();
  const want = ({ config, flags }: ServiceSetup, services: readonly Service[]) => {
    const setup = { config: { ...config, ...overrides }, flags };
    const key = JSON.stringify(setup);
    const wanted = setups.get(key) ?? { ...setup, services: new Set<Service>() };
    for (const service of services) wanted.services.add(service);
    setups.set(key, wanted);
  };
  for (const config of [{}, ...proofConfigs]) want({ config, flags: '' }, ['smtp', 'lmtp']);
  for (const scenario of scenarios.values())
    want(
      scenario,
      scenario.messages.map((sent, index) => submissionOf(sent, index).service),
    );
  const world = await LiveScenarioWorld.open({
    hostname: order.hostname,
    setups: [...setups.values()],
    privilege: order.privilege,
  });
  return {
    overrides,
    world,
    scenarios,
    senders: new Map(senders.map((sender) => [sender.name, sender])),
    proven: new Map(),
  };
}

function answer(what: Answer): void {
  process.send?.(what);
}
