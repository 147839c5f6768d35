/**
 * The recipients of one request, from "still to do" to their outcome. Every recipient ends in exactly one outcome.
 *
 * During a session each recipient left is marked: kept for another server, or done. `endSession` takes the done
 * ones out and looks at the rest again with the next server (delivery reference 1.7).
 */
import type { Decision } from '../decision.ts';
import type { EventListener } from '../events.ts';
import type { Clock } from '../platform/platform.ts';
import { oneLine, type Reply } from '../reply.ts';
import type { DeliveryRequest, DeliveryResult, OtherTransport, Outcome, Recipient } from '../request.ts';
import type { Bookkeeping } from './bookkeeping.ts';
import { decide, type Failure, SCOPES } from './failure.ts';
import type { Verdict } from './verdict.ts';

export interface RecipientsOptions {
  readonly clock: Clock;
  readonly emit: EventListener;
  readonly books: Bookkeeping;
  /** `soft_bounce` */
  readonly softBounce: boolean;
}

/** Who is being talked to, as log lines and delivery reports name it. */
export interface Relay {
  /** `host[address]:port` */
  readonly text: string;
  /** The server's name, for a report's Remote-MTA. */
  readonly host: string;
  /** 1 for a fresh connection. */
  readonly connectionUse: number;
  /** Names the session in events; absent where there is none. */
  readonly session?: string;
}

export class Recipients {
  readonly #request: DeliveryRequest;
  readonly #options: RecipientsOptions;
  readonly #outcomes: Outcome[] = [];
  readonly #marked = new Map<Recipient, 'keep' | 'done'>();
  readonly #startedAtMs: number;
  #left: readonly Recipient[];
  #relay: Relay | undefined;
  #setupDoneAtMs: number | undefined;
  #deliverDoneAtMs: number | undefined;
  #sessionCompleted = false;
  #takesDsn = false;
  #setAside = false;
  #throttle: DeliveryResult['throttle'];

  /** No other server will be tried: failures are final now. */
  finalServer = false;

  /** What the log shows of TLS with the server tried last; '' of none, and absent where it is not to be shown. */
  tlsFeatures: { toString(): string } | undefined;

  constructor(request: DeliveryRequest, options: RecipientsOptions) {
    this.#request = request;
    this.#options = options;
    this.#left = request.recipients;
    this.#startedAtMs = options.clock.now();
  }

  /** Recipients that this session has to deal with: all without a final outcome. */
  get left(): readonly Recipient[] {
    return this.#left;
  }

  get unmarked(): readonly Recipient[] {
    return this.#left.filter((recipient) => !this.#marked.has(recipient));
  }

  get result(): DeliveryResult {
    return {
      outcomes: this.#outcomes,
      ...(this.#throttle && { throttle: this.#throttle }),
      ...(this.#setAside && { setAside: true }),
    };
  }

  beginSession(relay: Relay): void {
    this.#relay = relay;
  }

  /** The server reports to the sender itself (RFC 3461). */
  serverTakesDsn(): void {
    this.#takesDsn = true;
  }

  /** The handshake is over, the transaction begins: what follows counts as transmission. */
  setupDone(): void {
    this.#setupDoneAtMs = this.#options.clock.now();
  }

  /** The protocol ran to its end without losing the connection: later failures do not suspend the destination. */
  sessionCompleted(): void {
    this.#sessionCompleted = true;
  }

  /** All recipients that a reply covers get the same delay. */
  deliverDone(): void {
    this.#deliverDoneAtMs = this.#options.clock.now();
  }

  /** Done: accepted by the server, or, for an address probe, found deliverable. */
  async deliver(recipient: Recipient, reply: Reply, dsn = reply.status): Promise<void> {
    await this.#decided(recipient, { status: 'sent', dsn, reason: oneLine(reply.text) }, reply);
  }

  /** Applies a failure to the recipients given: each is kept for another server, deferred or bounced. */
  async fail(failure: Failure, recipients: readonly Recipient[] = this.unmarked): Promise<void> {
    if (recipients.length === 0) return;
    const circumstances = { finalServer: this.finalServer, softBounce: this.#options.softBounce };
    const decision = decide(failure, circumstances);
    const { scope } = failure;
    const whom = { recipients: recipients.length, dsn: failure.dsn, scope };
    this.#tell({ kind: 'failure', decision, ...whom, ...circumstances });
    if (decision === 'keep') {
      this.#options.emit({
        type: 'log',
        level: 'info',
        queueId: this.#request.queueId,
        text: failure.reason,
      });
      for (const recipient of recipients) this.#marked.set(recipient, 'keep');
      return;
    }
    const { throttles, sharesTime } = SCOPES[failure.scope];
    if (sharesTime) {
      this.deliverDone();
      this.#setupDoneAtMs ??= this.#deliverDoneAtMs;
    }
    const status = decision === 'defer' ? 'deferred' : 'bounced';
    const { dsn, reason, reply } = failure;
    let someDeferred = false;
    for (const recipient of recipients) {
      const told = await this.#decided(recipient, { status, dsn, reason }, reply);
      someDeferred ||= told === 'deferred';
    }
    if (throttles && someDeferred && !this.#sessionCompleted && this.#throttle === undefined) {
      this.#throttle = { dsn, reason };
      this.#tell({ kind: 'suspension', scope });
    }
  }

  /** The message cannot be read. It is of no more use unless somebody has yet to be told that it failed. */
  unreadable(file: string): void {
    if (this.#outcomes.some(({ status }) => status === 'deferred')) return;
    this.#setAside = true;
    this.#options.emit({ type: 'log', level: 'warning', text: `corrupted queue file: ${file}` });
  }

  /** Leaves all recipients without outcome to another transport; `cause` says why. */
  pass(cause: Failure, passedTo: OtherTransport): void {
    const { dsn, reason } = cause;
    this.#tell({ kind: 'passedOn', transport: passedTo.transport });
    for (const recipient of this.unmarked) {
      this.#finish(recipient, { status: 'passed', logStatus: 'passed', dsn, reason, passedTo });
    }
  }

  /** Ends the work with one server; what was kept is looked at again with the next. */
  endSession(): void {
    this.#left = this.#left.filter((recipient) => this.#marked.get(recipient) !== 'done');
    this.#marked.clear();
    this.#relay = undefined;
    this.#takesDsn = false;
    this.#setupDoneAtMs = undefined;
    this.#deliverDoneAtMs = undefined;
  }

  #tell(decision: Decision): void {
    const session = this.#relay?.session;
    this.#options.emit({ type: 'decision', decision, ...(session !== undefined && { session }) });
  }

  /** Records a verdict; returns what it came to. */
  async #decided(
    recipient: Recipient,
    verdict: Omit<Verdict, 'reply'>,
    reply: Reply | undefined,
  ): Promise<Outcome['status']> {
    // Marked first: what comes in meanwhile must not find it again.
    this.#marked.set(recipient, 'done');
    const relay = this.#relay;
    const decider = { relay: relay?.text, host: relay?.host, takesDsn: this.#takesDsn };
    const said = reply && oneLine(reply.text);
    let status: Outcome['status'] = verdict.status;
    await this.#options.books.record(recipient, { ...verdict, reply: said }, decider, (told) => {
      status = told.status;
      this.#finish(recipient, {
        status: told.status,
        ...(told.logStatus !== undefined && { logStatus: told.logStatus }),
        dsn: told.dsn,
        reason: told.reason,
        ...(reply && { reply: reply.text }),
        ...(reply && relay && { remoteMta: relay.host }),
      });
    });
    return status;
  }

  #finish(recipient: Recipient, what: Omit<Outcome, 'recipient' | 'relay' | 'timing'>): void {
    this.#marked.set(recipient, 'done');
    const relay = this.#relay?.text ?? 'none';
    const tls = this.tlsFeatures?.toString() ?? '';
    const outcome: Outcome = {
      recipient,
      ...what,
      relay,
      ...(tls !== '' && { tls }),
      timing: this.#timing(),
    };
    this.#outcomes.push(outcome);
    this.#options.emit({ type: 'outcome', queueId: this.#request.queueId, outcome });
  }

  #timing(): Outcome['timing'] {
    const { arrivedAtMs, activeAtMs = arrivedAtMs } = this.#request;
    const doneAtMs = this.#deliverDoneAtMs ?? this.#options.clock.now();
    const setupAtMs = this.#setupDoneAtMs ?? doneAtMs;
    return {
      totalMs: Math.max(0, doneAtMs - arrivedAtMs),
      beforeActiveMs: Math.max(0, activeAtMs - arrivedAtMs),
      queueMs: Math.max(0, this.#startedAtMs - activeAtMs),
      setupMs: Math.max(0, setupAtMs - this.#startedAtMs),
      transmissionMs: Math.max(0, doneAtMs - setupAtMs),
      connectionUse: this.#relay?.connectionUse ?? 1,
    };
  }
}
