/** Runs one scenario in the virtual world and brings back the evidence. */
import { createWorld } from '../simulator/world.ts';
import type { Evidence } from './evidence.ts';
import { submissionOf } from './message.ts';
import { readConversation } from './monitors/conversation.ts';
import type { Scenario } from './scenario.ts';
import type { Sender } from './senders/sender.ts';
import type { ScenarioWorld, WorldRun, WorldRunOptions } from './worlds.ts';

export const virtualWorld: ScenarioWorld = { kind: 'virtual', run };

async function run(scenario: Scenario, sender: Sender, options: WorldRunOptions): Promise<WorldRun> {
  const config = { ...scenario.config, ...options.overrides };
  const hostname = config.myhostname ?? 'client.test';
  const world = createWorld({
    dns: scenario.zones,
    hosts: scenario.hosts,
    network: scenario.network,
    files: { ...options.files, ...scenario.files },
    tables: scenario.tables,
    hostname,
    seed: options.seed,
  });
  const { clock } = world.platform;
  const startMs = clock.now();
  const submissions = scenario.messages.map(submissionOf);
  const stop = new AbortController();
  let stopReason = '';
  const onStop = (reason: string) => {
    stopReason = reason;
    stop.abort();
    // A throw inside a timer is what ends a run that would go on.
    clock.schedule(0, () => {
      throw new Error(stopReason);
    });
  };
  const limit = setTimeout(onStop, options.limitMs, `took more than ${options.limitMs} ms of real time`);
  const onInterrupt = () => onStop('interrupted');
  options.signal?.addEventListener('abort', onInterrupt, { once: true });
  let report: Awaited<ReturnType<Sender['send']>> = { outcomes: [], log: [] };
  let failure: string | undefined;
  let endMs = startMs;
  try {
    await world.run(async () => {
      report = await sender.send(submissions, {
        world: 'virtual',
        platform: world.platform,
        nameServer: world.nameServer,
        hostname,
        config,
        flags: scenario.flags,
        downServices: scenario.downServices,
        signal: stop.signal,
        emit: world.emit,
      });
      endMs = clock.now();
    });
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
    endMs = clock.now();
  } finally {
    clearTimeout(limit);
    options.signal?.removeEventListener('abort', onInterrupt);
  }
  const sessions = [...world.sessions];
  const evidence: Evidence = {
    world: 'virtual',
    sender,
    submissions,
    ...report,
    sessions,
    conversations: sessions.map(readConversation),
    attempts: world.attempts,
    deliveries: world.deliveries,
    queries: world.queries,
    questions: world.questions,
    elapsedMs: endMs - startMs,
    problems: world.problems(),
    listening: world.listening,
  };
  return { evidence, startMs, eventHash: world.eventHash(), failure };
}
