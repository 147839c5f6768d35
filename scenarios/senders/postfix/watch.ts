/** Gathers what the log and the status reports say about one message. */
import type { Recipient } from '../../../client/request.ts';
import type { LogLine, RecipientOutcome, SenderReport, Submission } from '../sender.ts';
import { asLogLine, type MailLogLine, readOutcome } from './mail-log.ts';
import type { StatusReport } from './status-services.ts';

/** The log goes through another process: it may come later than the agent's answer. */
const LATE_LIMIT_MS = 2_000;

/** What the queue manager makes of an agent that goes away without an answer. */
const DEATH = {
  status: 'deferred',
  dsn: '4.3.0',
  relay: 'none',
  reason: 'unknown mail transport error',
} as const;

export class Watch {
  readonly #program: string;
  readonly #submission: Submission;
  readonly #queueId: string;
  readonly #outcomes: RecipientOutcome[] = [];
  readonly #log: LogLine[] = [];
  readonly #replies = new Map<string, string>();
  #expected = 0;
  #enough: () => void = () => {};

  constructor(transport: string, submission: Submission, queueId: string) {
    this.#program = `postfix/${transport}/${submission.service}`;
    this.#submission = submission;
    this.#queueId = queueId;
  }

  onLogLine({ program, text }: MailLogLine): void {
    if (program !== this.#program) return;
    // Under the name that our client gives the message.
    this.#log.push(asLogLine(text.replaceAll(this.#queueId, this.#submission.queueId)));
    const logged = readOutcome(text);
    if (logged === undefined || logged.queueId !== this.#queueId) return;
    const { queueId: _, ...outcome } = logged;
    this.#outcomes.push(outcome);
    if (this.#outcomes.length >= this.#expected) this.#enough();
  }

  onReport({ queueId, recipient, reply }: StatusReport): void {
    if (queueId === this.#queueId) this.#replies.set(recipient, reply);
  }

  onDeath(recipients: readonly Recipient[]): void {
    const told = new Set(this.#outcomes.map(({ address }) => address));
    const left = recipients.filter(({ address }) => !told.has(address));
    this.#outcomes.push(...left.map(({ address }) => ({ address, ...DEATH })));
    this.#expected = this.#outcomes.length;
  }

  /** Waits, for a limited time, until the log has told of that many recipients more. */
  heard(recipients: number, signal: AbortSignal): Promise<void> {
    this.#expected += recipients;
    if (this.#outcomes.length >= this.#expected || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#enough = () => {};
        this.#expected = this.#outcomes.length;
        resolve();
      };
      const timer = setTimeout(done, LATE_LIMIT_MS);
      signal.addEventListener('abort', done, { once: true });
      this.#enough = done;
    });
  }

  report(): SenderReport {
    const outcomes = this.#outcomes.map((outcome) => {
      const reply = this.#replies.get(outcome.address) ?? outcome.reply;
      return reply === undefined ? outcome : { ...outcome, reply };
    });
    return { outcomes, log: this.#log };
  }
}
