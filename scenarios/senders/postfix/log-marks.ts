/**
 * Marks in the log of an instance: what was logged before one has come when the mark has. The log goes through
 * postlogd(8), which keeps the order but may be late. scache(8) writes a mark: it complains of a request that it does
 * not know, and quotes it.
 */
import { createConnection } from 'node:net';
import { encodeAttributes } from '../../../client/postfix/attributes.ts';

/** So long a mark may take; a log that is incomplete then stays so. */
const LATE_LIMIT_MS = 2_000;

export class LogMarks {
  readonly #socketPath: string;
  readonly #awaited = new Map<string, () => void>();
  #count = 0;

  /** @param socketPath where scache(8) listens */
  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Resolves when all that was logged so far has come, or cannot be waited for any more. */
  async pass(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#count += 1;
    const mark = `mark ${this.#count}`;
    const socket = createConnection(this.#socketPath);
    await new Promise<void>((resolve) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(LATE_LIMIT_MS)]);
      this.#awaited.set(mark, resolve);
      limit.addEventListener('abort', () => resolve(), { once: true });
      socket.on('error', () => resolve());
      socket.resume().write(encodeAttributes([['request', mark]]));
    });
    this.#awaited.delete(mark);
    socket.destroy();
  }

  /** Looks at every line of the log. */
  onLogLine(text: string): void {
    const [, mark = ''] = /unrecognized request: "(mark \d+)"/.exec(text) ?? [];
    this.#awaited.get(mark)?.();
  }
}
