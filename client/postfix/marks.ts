/** Which recipients are done with, and the marks that say so in the queue file. */
import { isProbe, type Outcome } from '../request.ts';
import { REQUEST_FLAGS } from './delivery-protocol.ts';
import type { QueueFile } from './queue-file.ts';
import type { ReceivedRequest } from './received-request.ts';

/** -1 as an unsigned long: the recipient has no place in the queue file. */
const NOWHERE = '18446744073709551615';

/** A probe is finished with what it found, if that was recorded. */
export function isFinished({ status, logStatus }: Outcome, { delivery }: ReceivedRequest): boolean {
  return isProbe(delivery) ? logStatus !== undefined : status !== 'deferred';
}

/** Marks recipients in the queue file at the moment at which they are done with. */
export class Marks {
  readonly #file: QueueFile;
  readonly #request: ReceivedRequest;
  /** Of the first mark that could not be set; the message is delivered again then. */
  failure: unknown;

  constructor(file: QueueFile, request: ReceivedRequest) {
    this.#file = file;
    this.#request = request;
  }

  note(outcome: Outcome): void {
    const { flags, offsets } = this.#request;
    const offset = offsets.get(outcome.recipient);
    const isDone = isFinished(outcome, this.#request) && outcome.status !== 'passed';
    if ((flags & REQUEST_FLAGS.markDone) === 0 || !isDone || offset === undefined || offset === NOWHERE)
      return;
    try {
      this.#file.markDone(offset);
    } catch (error) {
      this.failure ??= error;
    }
  }
}
