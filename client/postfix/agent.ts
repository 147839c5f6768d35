/**
 * A delivery agent: what a queue manager connects to with a request, and has an answer from when every recipient is
 * delivered, bounced or recorded as deferred (delivery reference 1.7).
 */
import type { Settings } from '../config/register.ts';
import type { Deliverer, DeliveryTerms } from '../deliverer.ts';
import type { EventListener } from '../events.ts';
import { openShared } from '../platform/daemon.ts';
import { onAbort } from '../platform/on-abort.ts';
import type { Connection, Platform } from '../platform/platform.ts';
import { startingFrom } from '../platform/queue-directory.ts';
import { systemText } from '../platform/system-text.ts';
import { withTimeLimit } from '../platform/time-limit.ts';
import type { DeliveryResult, Service } from '../request.ts';
import { protocolGreeting } from './attributes.ts';
import type { CurrentDeliverer } from './current-deliverer.ts';
import { DELIVERY_PROTOCOL, type DeliveryReply, encodeDeliveryReply } from './delivery-protocol.ts';
import { isFinished, Marks } from './marks.ts';
import { passOn } from './pass-on.ts';
import { QueueFile, queuePath } from './queue-file.ts';
import {
  emptyMessage,
  type ReceivedRequest,
  RequestError,
  readRequest,
  recipientCount,
} from './received-request.ts';
import { flushAdder, noticePoster, statusServices } from './reports.ts';
import { listsIn, type ServiceTalk } from './services.ts';
import { Turns } from './turns.ts';

export interface AgentOptions {
  readonly service: Service;
  readonly platform: Platform;
  readonly emit: EventListener;
  readonly current: Pick<CurrentDeliverer, 'use'>;
  /** Ends deliveries early: what is left of them is deferred. */
  readonly signal: AbortSignal;
}

/** Each takes a few descriptors. Others wait, as the queue manager does for them. */
const DELIVERIES_LIMIT = 2_000;

/** The queue manager gives up, and with it all mail, when `daemon_timeout` is over: an answer comes before that. */
const ANSWER_IN_TIME = 0.9;

export class Agent {
  readonly #options: AgentOptions;
  readonly #underWay = new Set<Promise<void>>();
  readonly #turns = new Turns(DELIVERIES_LIMIT);

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  /** Serves the one request of a connection. */
  accept(connection: Connection): void {
    connection.on('error', () => {});
    const served = this.#turns
      .take(() => this.#options.current.use((deliverer) => this.#serve(connection, deliverer)))
      .catch((error: unknown) => this.#warn(`delivery request: ${wordsOf(error)}`))
      .finally(() => {
        connection.destroy();
        this.#underWay.delete(served);
      });
    this.#underWay.add(served);
  }

  /** Resolves when everything that was begun is finished. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #serve(connection: Connection, deliverer: Deliverer): Promise<void> {
    const limitMs = deliverer.settings.ipc_timeout * 1000;
    connection.write(protocolGreeting(DELIVERY_PROTOCOL));
    const lists = listsIn(connection);
    const request = await this.#within(limitMs, connection, () => this.#receive(lists));
    // It found nothing to deliver after all.
    if (request === undefined) return;
    const reply = await this.#deliver(request, deliverer);
    if (reply === undefined || connection.destroyed) return;
    connection.write(encodeDeliveryReply(reply));
    // The queue manager closes when it has read that.
    await this.#within(limitMs, connection, () => lists.next());
  }

  #within<T>(limitMs: number, connection: Connection, work: () => Promise<T>): Promise<T> {
    const { platform, signal: giveUp } = this.#options;
    return withTimeLimit({ clock: platform.clock, limitMs, signal: giveUp }, async (signal) => {
      const ignoreAbort = onAbort(signal, () => connection.destroy());
      return work().finally(ignoreAbort);
    });
  }

  async #receive(
    lists: AsyncIterator<ReadonlyMap<string, string>, void>,
  ): Promise<ReceivedRequest | undefined> {
    const { value: first } = await lists.next();
    if (first === undefined) return undefined;
    const recipients: ReadonlyMap<string, string>[] = [];
    for (let missing = recipientCount(first); missing > 0; missing -= 1) {
      const { value: list } = await lists.next();
      if (list === undefined) throw new RequestError('a request that ends in the middle');
      recipients.push(list);
    }
    return readRequest(first, recipients, this.#options.service);
  }

  /** Undefined: there is no such message, and nothing to say about it. */
  #deliver(request: ReceivedRequest, deliverer: Deliverer): Promise<DeliveryReply | undefined> {
    const { settings } = deliverer;
    const { platform, signal } = this.#options;
    const { clock } = platform;
    const talk = {
      platform: startingFrom(settings.queue_directory, platform),
      limitMs: settings.ipc_timeout * 1000,
    };
    const limitMs = settings.daemon_timeout * 1000 * ANSWER_IN_TIME;
    return withTimeLimit({ clock, limitMs, signal }, async (untilLate) => {
      const terms = {
        services: statusServices(request, settings, talk),
        addToFlush: flushAdder(settings, talk),
        postNotice: noticePoster(settings, talk),
        signal: untilLate,
      };
      const file = await this.#open(request, settings);
      if (file === undefined) return undefined;
      if (file instanceof QueueFile)
        return this.#deliverFrom(file, request, { deliverer, terms, talk }).finally(() => file.close());
      const envelope = { ...request.delivery, message: emptyMessage };
      await deliverer.defer(envelope, `cannot read the message: ${file.fault}`, terms);
      return { finished: false };
    });
  }

  /** Undefined: there is no such file. */
  async #open(
    request: ReceivedRequest,
    settings: Settings,
  ): Promise<QueueFile | { fault: string } | undefined> {
    const path = queuePath(request.queueName, request.queueId, settings);
    try {
      return new QueueFile(await openShared(`${settings.queue_directory}/${path}`), request);
    } catch (error) {
      const fault = `open ${path}: ${systemText(error)}`;
      this.#warn(fault);
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : { fault };
    }
  }

  async #deliverFrom(
    file: QueueFile,
    request: ReceivedRequest,
    { deliverer, terms, talk }: { deliverer: Deliverer; terms: DeliveryTerms; talk: ServiceTalk },
  ): Promise<DeliveryReply> {
    const marks = new Marks(file, request);
    const result = await deliverer.deliver(
      { ...request.delivery, message: file.message },
      {
        ...terms,
        emit: (event) => {
          if (event.type === 'outcome') marks.note(event.outcome);
          this.#options.emit(event);
        },
      },
    );
    if (marks.failure !== undefined)
      this.#warn(`${request.queueId}: mark as done: ${wordsOf(marks.failure)}`);
    if (result.setAside === true) file.markCorrupt();
    const passed = result.outcomes.filter(({ status }) => status === 'passed');
    const passedOn = await passOn(passed, request, { deliverer, terms, talk });
    return replyTo(request, result, passedOn && marks.failure === undefined);
  }

  #warn(text: string): void {
    this.#options.emit({ type: 'log', level: 'warning', text });
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? systemText(error) : String(error);
}

function replyTo(request: ReceivedRequest, result: DeliveryResult, restIsFinished: boolean): DeliveryReply {
  const { throttle, outcomes, setAside } = result;
  const finished = outcomes.every((outcome) => isFinished(outcome, request));
  return {
    finished: finished && restIsFinished && setAside !== true,
    ...(throttle && { throttle }),
  };
}
