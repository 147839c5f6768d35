/** Gathers what is heard of one message: from the log, the status services, other transports and the postmaster's mail. */
import type { Notice } from '../../../client/outcome/notices.ts';
import type { Recipient } from '../../../client/request.ts';
import type {
  FlushAdd,
  KeptRecord,
  LogLine,
  RecipientOutcome,
  ScenarioService,
  SenderReport,
  Submission,
} from '../sender.ts';
import { asLogLine, type MailLogLine, readOutcome } from './mail-log.ts';
import type { PassedRecipient } from './other-transports.ts';

/** What the queue manager makes of an agent that goes away without an answer. */
const DEATH = {
  status: 'deferred',
  dsn: '4.3.0',
  relay: 'none',
  reason: 'unknown mail transport error',
} as const;

export class Watch {
  readonly #transport: string;
  readonly #program: string;
  readonly #submission: Submission;
  readonly #queueId: string;
  readonly #outcomes: RecipientOutcome[] = [];
  readonly #log: LogLine[] = [];
  readonly #suspensions: string[] = [];
  readonly #records: KeptRecord[] = [];
  /** Also those that were not kept, by recipient: they have reason and reply in full. */
  readonly #reports = new Map<string, KeptRecord>();
  readonly #notices: Notice[] = [];
  readonly #flushAdds: FlushAdd[] = [];
  readonly #downServices: ReadonlySet<ScenarioService>;
  readonly #stillborn = new AbortController();
  #deaths = 0;

  constructor(
    transport: string,
    submission: Submission,
    { queueId, downServices }: { queueId: string; downServices: ReadonlySet<ScenarioService> },
  ) {
    this.#downServices = downServices;
    this.#transport = transport;
    this.#program = `postfix/${transport}/${submission.service}`;
    this.#submission = submission;
    this.#queueId = queueId;
  }

  /** Aborts when an agent with these parameters cannot even start. */
  get stillborn(): AbortSignal {
    return this.#stillborn.signal;
  }

  /**
   * The last words of an agent. One that cannot start is started again and again: before it has read its options it does
   * not log under the name of its transport, and later it says the same twice.
   */
  onFatal(transport: string, { program, text }: MailLogLine): void {
    if (transport !== this.#transport) return;
    this.#deaths += 1;
    if (this.#deaths === 1) this.#log.push(asLogLine(text));
    if (program !== this.#program || this.#deaths > 1) this.#stillborn.abort();
  }

  onLogLine({ program, text }: MailLogLine): void {
    if (program !== this.#program) return;
    // Under the names that our client gives the message and the service.
    const { queueId, service } = this.#submission;
    this.#log.push(asLogLine(text.replaceAll(this.#queueId, queueId).replaceAll(this.#transport, service)));
    const logged = readOutcome(text);
    if (logged === undefined || logged.queueId !== this.#queueId) return;
    const { queueId: _, ...outcome } = logged;
    const relay = outcome.relay === this.#transport ? this.#submission.service : outcome.relay;
    this.#outcomes.push({ ...outcome, ...(relay !== undefined && { relay }) });
  }

  onPassed({ queueId, recipient, passedTo }: PassedRecipient): void {
    if (queueId === this.#queueId) this.#outcomes.push({ address: recipient, status: 'passed', passedTo });
  }

  onSuspension(reason: string): void {
    this.#suspensions.push(reason);
  }

  onNotice(notice: Notice): void {
    this.#notices.push(notice);
  }

  /** Whether it is noted. */
  onFlushAdd({ domain, queueId }: FlushAdd): boolean {
    if (queueId !== this.#queueId) return true;
    if (this.#downServices.has('flush')) return false;
    this.#flushAdds.push({ domain, queueId: this.#submission.queueId });
    return true;
  }

  /** Whether it is kept. */
  onRecord(record: KeptRecord): boolean {
    // Messages go one after another, so what an address probe finds can only be about this one.
    if (record.service !== 'verify' && record.queueId !== this.#queueId) return true;
    if (record.service !== 'trace') this.#reports.set(record.address, record);
    if (this.#downServices.has(record.service)) return false;
    const { queueId } = this.#submission;
    this.#records.push({ ...record, queueId, reason: record.reason.replaceAll(this.#queueId, queueId) });
    return true;
  }

  /** The agent is gone: recipients that it told nothing about wait. */
  onDeath(recipients: readonly Recipient[]): void {
    const told = new Set(this.#outcomes.map(({ address }) => address));
    const left = recipients.filter(({ address }) => !told.has(address));
    this.#outcomes.push(...left.map(({ address }) => ({ address, ...DEATH })));
  }

  report(): SenderReport {
    return {
      outcomes: this.#outcomes.map((outcome) => this.#completed(outcome)),
      log: this.#log,
      suspensions: this.#suspensions,
      records: this.#records,
      flushAdds: this.#flushAdds,
      notices: this.#notices,
    };
  }

  #completed(outcome: RecipientOutcome): RecipientOutcome {
    const report = this.#reports.get(outcome.address);
    if (report === undefined) return outcome;
    const { reason, reply = '' } = report;
    return {
      ...outcome,
      ...(reason.startsWith(outcome.reason ?? '') ? { reason } : {}),
      ...(reply === '' ? {} : { reply }),
    };
  }
}
