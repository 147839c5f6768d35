/** Runs scenarios in the live world, one after another inside one sandbox, and brings back the evidence. */
import { mkdir, rm } from 'node:fs/promises';
import { nodePlatform } from '../../client/platform/node.ts';
import { SANDBOX_FOLDER, SANDBOX_NAME_SERVER } from '../../simulator/live/sandbox.ts';
import { impossibleLive, type LiveSite, type LiveWorld, openLiveSite } from '../../simulator/live/world.ts';
import type { WorldDescription } from '../../simulator/world.ts';
import type { Evidence } from '../evidence.ts';
import { submissionOf } from '../message.ts';
import { readConversation } from '../monitors/conversation.ts';
import type { Scenario } from '../scenario-shape.ts';
import {
  type Sender,
  type SenderReport,
  type SenderSurroundings,
  UnsupportedError,
} from '../senders/sender.ts';
import type { ScenarioWorld, WorldRun, WorldRunOptions } from '../worlds.ts';
import type { SandboxState } from './protocol.ts';

export interface LiveWorldOptions extends Omit<SenderSurroundings, 'folder'> {}

/** A world that lives in this process's sandbox. Senders are started when their first scenario comes. */
export class LiveScenarioWorld implements ScenarioWorld {
  readonly kind = 'live';
  readonly #options: LiveWorldOptions;
  readonly #site: LiveSite;
  readonly #started = new Map<string, Promise<void>>();
  /** After the last scenario. */
  state: SandboxState = 'good';

  static async open(options: LiveWorldOptions): Promise<LiveScenarioWorld> {
    return new LiveScenarioWorld(options, await openLiveSite());
  }

  private constructor(options: LiveWorldOptions, site: LiveSite) {
    this.#options = options;
    this.#site = site;
  }

  async close(senders: readonly Sender[]): Promise<void> {
    for (const sender of senders) if (this.#started.has(sender.name)) await sender.stop?.();
    await this.#site.close();
  }

  async run(scenario: Scenario, sender: Sender, options: WorldRunOptions): Promise<WorldRun> {
    const config = { ...scenario.config, ...options.overrides };
    const hostname = config.myhostname ?? this.#options.hostname;
    const world = await this.#site.enter({ ...descriptionOf(scenario), hostname, seed: options.seed });
    const { clock } = nodePlatform();
    this.state = 'noSender';
    try {
      await this.#start(sender);
      this.state = 'good';
      const startMs = clock.now();
      const submissions = scenario.messages.map(submissionOf);
      const growing = setInterval(() => {
        const report: SenderReport = { outcomes: [], log: [] };
        const elapsedMs = clock.now() - startMs;
        options.onGrowth?.(evidenceOf(world, sender, { submissions, report, elapsedMs }), startMs);
      }, GROWTH_MS);
      const { report, failure } = await withLimit(options, (signal) =>
        sender.send(submissions, {
          world: 'live',
          platform: nodePlatform(),
          nameServer: SANDBOX_NAME_SERVER,
          hostname,
          config,
          flags: scenario.flags,
          downServices: scenario.downServices,
          signal,
          emit: () => {},
        }),
      ).finally(() => clearInterval(growing));
      const elapsedMs = clock.now() - startMs;
      if (failure !== undefined) this.state = 'spent';
      await world.quiet();
      const evidence = evidenceOf(world, sender, { submissions, report, elapsedMs });
      return { evidence, startMs, eventHash: undefined, failure };
    } finally {
      await world.leave();
    }
  }

  /** Rejects, for every scenario of the sender, if it could not be started. */
  #start(sender: Sender): Promise<void> {
    let started = this.#started.get(sender.name);
    if (started === undefined) {
      const folder = `${SANDBOX_FOLDER}/${sender.name}`;
      started = (async () => {
        await rm(folder, { recursive: true, force: true });
        await mkdir(folder, { recursive: true });
        await sender.start?.({ ...this.#options, folder });
      })();
      this.#started.set(sender.name, started);
    }
    return started;
  }
}

/** Why a scenario cannot be had in real time, beside what it says itself. */
export function obstacleToLive(scenario: Scenario): string | undefined {
  return impossibleLive(descriptionOf(scenario));
}

function descriptionOf({ zones, hosts, network, files, tables }: Scenario): WorldDescription {
  return { dns: zones, hosts, network, files, tables };
}

function evidenceOf(
  world: LiveWorld,
  sender: Sender,
  run: { submissions: Evidence['submissions']; report: SenderReport; elapsedMs: number },
): Evidence {
  const sessions = [...world.sessions];
  return {
    world: 'live',
    sender,
    submissions: run.submissions,
    ...run.report,
    sessions,
    conversations: sessions.map(readConversation),
    attempts: world.attempts,
    deliveries: world.deliveries,
    queries: world.queries,
    questions: [...world.questions],
    elapsedMs: run.elapsedMs,
    problems: world.problems(),
    listening: world.listening,
  };
}

/** Between two looks at a scenario that runs. */
const GROWTH_MS = 200;

/** How long a sender that was told to stop may take to say what it knows. */
const GRACE_MS = 2_000;

async function withLimit(
  { limitMs, signal }: WorldRunOptions,
  work: (signal: AbortSignal) => Promise<SenderReport>,
): Promise<{ report: SenderReport; failure: string | undefined }> {
  const stop = new AbortController();
  const nothing: SenderReport = { outcomes: [], log: [] };
  let failure: string | undefined;
  let giveUp: NodeJS.Timeout | undefined;
  const gaveUp = Promise.withResolvers<SenderReport>();
  const end = (reason: string) => {
    failure ??= reason;
    stop.abort();
    giveUp ??= setTimeout(() => gaveUp.resolve(nothing), GRACE_MS);
  };
  const onInterrupt = () => end('interrupted');
  signal?.addEventListener('abort', onInterrupt, { once: true });
  const limit = setTimeout(end, limitMs, `took more than ${limitMs} ms`);
  try {
    const report = await Promise.race([work(stop.signal), gaveUp.promise]);
    return { report, failure };
  } catch (error) {
    if (error instanceof UnsupportedError) throw error;
    return { report: nothing, failure: failure ?? (error instanceof Error ? error.message : String(error)) };
  } finally {
    clearTimeout(limit);
    clearTimeout(giveUp);
    signal?.removeEventListener('abort', onInterrupt);
  }
}
