/** Runs a delivery agent from its start to its end, on a socket of its own or as a process of master(8). */
import { ConfigError } from '../config/config-error.ts';
import { resolveSettings } from '../config/settings.ts';
import type { ClientEvent } from '../events.ts';
import {
  becomeUser,
  identity,
  type Listener,
  listenDescriptor,
  listenUnix,
  openDescriptor,
} from '../platform/daemon.ts';
import { onAbort } from '../platform/on-abort.ts';
import type { Platform } from '../platform/platform.ts';
import type { Service } from '../request.ts';
import { Agent } from './agent.ts';
import { CurrentDeliverer } from './current-deliverer.ts';
import { LogWriter } from './log-writer.ts';
import { LISTEN_DESCRIPTOR, MasterChannel, STATUS_DESCRIPTOR } from './master.ts';

/** Whose agent it is: master(8)'s, which has opened the sockets, or one beside it. */
export type Place =
  | { readonly is: 'managed'; readonly generation: string; readonly unprivileged: boolean }
  | { readonly is: 'besides'; readonly socket: string };

export interface AgentRunOptions {
  readonly service: Service;
  /** Of the entry in master.cf, or the file name of the socket. */
  readonly serviceName: string;
  /** Where main.cf is. */
  readonly directory: string;
  /** Arguments of `-o`. */
  readonly overrides: readonly string[];
  readonly flags: string;
  readonly hostname: string;
  readonly platform: Platform;
  readonly place: Place;
  /** Ends the run: what was begun is finished first. */
  readonly signal: AbortSignal;
}

/** After that, what was begun is deferred, as far as no server has taken it. */
const FINISH_LIMIT_MS = 60_000;

/** Resolves when the agent has ended. Rejects when it cannot begin: with ConfigError, or an error of the system. */
export async function runAgent(options: AgentRunOptions): Promise<void> {
  const { platform, directory, serviceName: name } = options;
  const logOptions = { directory, name, clock: platform.clock };
  const early: ClientEvent[] = [];
  let emit = (event: ClientEvent): void => void early.push(event);
  let current: CurrentDeliverer;
  try {
    current = await CurrentDeliverer.create({ ...options, emit: (event) => emit(event) });
  } catch (error) {
    if (error instanceof ConfigError) await logLastWords(error.message, options);
    throw error;
  }
  const { settings } = current;
  const log = new LogWriter(settings, logOptions);
  emit = (event) => log.write(event, settings);
  early.forEach(emit);
  try {
    await new Run(options, current, (event) => emit(event)).toItsEnd(settings.mail_owner);
  } catch (error) {
    log.line('error', `cannot serve ${name}: ${error instanceof Error ? error.message : String(error)}`);
    throw error;
  } finally {
    await current.close();
    await log.close();
  }
}

/** master(8) shows nobody what its processes write: the log has it, where the defaults say. */
async function logLastWords(text: string, options: AgentRunOptions): Promise<void> {
  const { service, hostname, serviceName: name, directory, platform } = options;
  const defaults = resolveSettings(new Map(), service, { hostname, serviceName: name });
  const log = new LogWriter(defaults, { directory, name, clock: platform.clock });
  log.line('error', text);
  await log.close();
}

class Run {
  readonly #options: AgentRunOptions;
  readonly #agent: Agent;
  readonly #giveUp = new AbortController();

  constructor(options: AgentRunOptions, current: CurrentDeliverer, emit: (event: ClientEvent) => void) {
    const { service, platform } = options;
    this.#options = options;
    const { signal } = this.#giveUp;
    this.#agent = new Agent({ service, platform, emit, current, signal });
  }

  async toItsEnd(mailOwner: string): Promise<void> {
    const { place, signal } = this.#options;
    const { isRoot, processId } = identity();
    if (isRoot && (place.is === 'besides' || place.unprivileged)) await becomeUser(mailOwner);
    const masterIsGone = new AbortController();
    const master =
      place.is === 'managed'
        ? new MasterChannel(openDescriptor(STATUS_DESCRIPTOR), processId, place.generation, () =>
            masterIsGone.abort(),
          )
        : undefined;
    const listener = await this.#listen(master);
    await new Promise<void>((resolve) => onAbort(AbortSignal.any([signal, masterIsGone.signal]), resolve));
    listener.close();
    await this.#finish();
    master?.close();
  }

  #listen(master: MasterChannel | undefined): Promise<Listener> {
    const { place } = this.#options;
    if (place.is === 'besides')
      return listenUnix(place.socket, (connection) => this.#agent.accept(connection));
    return listenDescriptor(LISTEN_DESCRIPTOR, (connection) => {
      master?.used();
      this.#agent.accept(connection);
    });
  }

  /** After a reload there is time for everything; whoever wants the process to end, waits for so long only. */
  async #finish(): Promise<void> {
    const { platform, signal } = this.#options;
    let timer: { cancel(): void } | undefined;
    const ignoreAbort = onAbort(signal, () => {
      timer = platform.clock.schedule(FINISH_LIMIT_MS, () => this.#giveUp.abort());
    });
    await this.#agent.idle();
    ignoreAbort();
    timer?.cancel();
  }
}
