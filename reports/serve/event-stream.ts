/**
 * Server-sent events to the pages that listen. A page that does not read is told only the newest of each kind: nothing
 * is kept for it but that.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Result } from '../../scenarios/results.ts';
import type { Bench } from './bench.ts';
import type { Status } from './protocol.ts';

/** Pages that may listen at a time. */
export const listenersLimit = 16;
/** Between two events of a kind. */
const everyMs = 100;
/** Through which a connection that is gone without a word is noticed. */
const heartbeatMs = 15_000;

export class EventStreams {
  readonly #bench: Bench;
  readonly #open = new Set<ServerResponse>();

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  get isFull(): boolean {
    return this.#open.size >= listenersLimit;
  }

  /** Takes the response over. */
  add(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const waiting = new Map<string, Status | Result>();
    let timer: NodeJS.Timeout | undefined;
    const send = () => {
      timer = undefined;
      if (response.writableNeedDrain) return;
      for (const [name, data] of waiting) response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
      if (waiting.size > 0) timer = setTimeout(send, everyMs);
      waiting.clear();
    };
    const tell = (name: string, data: Status | Result) => {
      waiting.set(name, data);
      if (timer === undefined) send();
    };
    response.on('drain', () => timer === undefined && send());
    const stopListening = this.#bench.listen({
      status: (status) => tell('status', status),
      growing: (result) => tell('growing', result),
    });
    const heartbeat = setInterval(() => !response.writableNeedDrain && response.write(':\n\n'), heartbeatMs);
    this.#open.add(response);
    request.socket.once('close', () => {
      stopListening();
      clearInterval(heartbeat);
      clearTimeout(timer);
      this.#open.delete(response);
    });
    tell('status', this.#bench.status);
  }

  /** Resolves when all have heard the end, but for pages that do not read. */
  async close(): Promise<void> {
    const reading = [...this.#open].filter(({ writableNeedDrain }) => !writableNeedDrain);
    await Promise.all(reading.map((response) => new Promise<void>((resolve) => response.end(resolve))));
  }
}
