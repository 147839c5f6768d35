/**
 * A host's view of its client: lines and content in, replies out, and every way to end a connection.
 *
 * Reads are pulled, so a host is linear code. No read, wait or ending lasts for ever: reads take a time limit, and
 * all of them return when the connection is gone.
 */
import type { Clock } from '../../client/platform/platform.ts';
import { ContentScanner } from './content.ts';
import type { Tap } from './recorder.ts';

/** Input read ahead of the host; beyond it the network is asked to wait. */
const INPUT_HIGH_WATER_BYTES = 256 * 1024;
/** How long a host waits for a client to read replies before it gives the connection up. */
const WRITE_LIMIT_MS = 300_000;
/** After an orderly close the host drops the connection when the client has not closed its side by then. */
const CLOSE_LINGER_MS = 2_000;
/** A half-closed, silent or stalled connection ends at last when the client never ends it. */
const ABANDON_LIMIT_MS = 24 * 3_600_000;

export type Input =
  | { readonly kind: 'line'; readonly bytes: Buffer; readonly lineEnd: 'crlf' | 'lf' }
  /** More bytes than allowed without a line end; skipped up to its line end. */
  | { readonly kind: 'tooLong' }
  | InputEnd;

export type InputEnd =
  /** The client closed its side; `rest` is an unfinished line. */
  | { readonly kind: 'close'; readonly rest: Buffer }
  | { readonly kind: 'reset' }
  | { readonly kind: 'timeout' };

export type ContentInput =
  /** Through the terminator; `sent` lacks bytes when there were more than the limit (`oversize`). */
  | {
      readonly kind: 'content';
      readonly sent: Buffer;
      readonly sizeBytes: number;
      readonly oversize: boolean;
    }
  /** `stopAfterBytes` were read before the end. */
  | { readonly kind: 'stopped' }
  | InputEnd;

/** How a host leaves a connection. */
export const ENDINGS = ['close', 'reset', 'halfClose', 'silent', 'stall'] as const;
export type Ending = (typeof ENDINGS)[number];

export class Peer {
  readonly #tap: Tap;
  readonly #clock: Clock;
  #input: Buffer[] = [];
  #inputBytes = 0;
  #output: Buffer[] = [];
  #clientEnd: 'close' | 'reset' | undefined;
  /** Wakes whoever waits for input, time or the end of the connection; one at a time. */
  #wake: (() => void) | undefined;

  constructor(tap: Tap, clock: Clock) {
    this.#tap = tap;
    this.#clock = clock;
    tap.on('data', (chunk: Buffer) => {
      this.#input.push(chunk);
      this.#inputBytes += chunk.length;
      if (this.#inputBytes >= INPUT_HIGH_WATER_BYTES) tap.pause();
      this.#wake?.();
    });
    tap.on('end', () => {
      this.#clientEnd ??= 'close';
      this.#wake?.();
    });
    tap.on('drain', () => this.#wake?.());
    tap.on('error', () => {
      this.#clientEnd = 'reset';
    });
    tap.on('close', () => {
      this.#clientEnd ??= 'reset';
      this.#wake?.();
    });
  }

  /** The connection is over in both directions. */
  get gone(): boolean {
    return this.#tap.destroyed;
  }

  /** Adds to the bytes to be written with the next flush: replies to a pipelined group leave as one unit. */
  queue(bytes: Buffer): void {
    this.#output.push(bytes);
  }

  /** Writes what was queued as one segment and waits while the client does not read. */
  async flush(): Promise<void> {
    const output = this.#output;
    this.#output = [];
    if (output.length > 0)
      await this.write(output.length === 1 && output[0] ? output[0] : Buffer.concat(output));
  }

  /** Forgets what the client has sent and the host has not read. */
  discardInput(): void {
    this.#consume(this.#inputBytes);
  }

  /** Writes one segment. */
  async write(segment: Buffer): Promise<void> {
    if (this.gone || this.#tap.writableEnded || this.#tap.write(segment)) return;
    const deadlineMs = this.#clock.now() + WRITE_LIMIT_MS;
    while (!this.gone && this.#tap.writableNeedDrain) {
      if (this.#clock.now() >= deadlineMs) {
        this.#tap.fault('the client does not read: connection dropped');
        this.#tap.reset();
        return;
      }
      await this.#woken(deadlineMs);
    }
  }

  /** Returns early when the connection is gone. */
  async sleep(delayMs: number): Promise<void> {
    const untilMs = this.#clock.now() + delayMs;
    while (!this.gone && this.#clock.now() < untilMs) await this.#woken(untilMs);
  }

  /** The next line without its line end. Flushes queued output before it waits. */
  async readLine(limitBytes: number, timeoutMs: number): Promise<Input> {
    const deadlineMs = this.#clock.now() + timeoutMs;
    let skipping = false;
    for (;;) {
      const input = this.#joinedInput();
      const lineFeed = input.indexOf(0x0a);
      if (lineFeed >= 0) {
        this.#consume(lineFeed + 1);
        if (skipping || lineFeed + 1 > limitBytes) return { kind: 'tooLong' };
        const crlf = lineFeed > 0 && input[lineFeed - 1] === 0x0d;
        return {
          kind: 'line',
          bytes: input.subarray(0, crlf ? lineFeed - 1 : lineFeed),
          lineEnd: crlf ? 'crlf' : 'lf',
        };
      }
      if (input.length > limitBytes) {
        skipping = true;
        this.#consume(input.length);
      }
      const end = await this.#moreInput(deadlineMs);
      if (end) return end;
    }
  }

  /**
   * Content from DATA's reply through CRLF.CRLF. At most `limitBytes` are kept; all of it is read. With
   * `stopAfterBytes` the reading ends as soon as so many bytes have come.
   */
  async readContent(
    limitBytes: number,
    timeoutMs: number,
    stopAfterBytes = Number.POSITIVE_INFINITY,
  ): Promise<ContentInput> {
    const scanner = new ContentScanner();
    const kept: Buffer[] = [];
    let sizeBytes = 0;
    for (;;) {
      if (sizeBytes >= stopAfterBytes) return { kind: 'stopped' };
      const chunk = this.#input[0];
      if (!chunk) {
        const end = await this.#moreInput(this.#clock.now() + timeoutMs);
        if (end) return end;
        continue;
      }
      const endsAt = scanner.scan(chunk);
      const part = chunk.subarray(0, endsAt ?? chunk.length);
      this.#consume(part.length);
      sizeBytes += part.length;
      if (sizeBytes <= limitBytes) kept.push(part);
      else kept.length = 0;
      if (endsAt !== undefined && sizeBytes < stopAfterBytes) {
        const oversize = sizeBytes > limitBytes;
        return {
          kind: 'content',
          sent: oversize ? Buffer.alloc(0) : Buffer.concat(kept),
          sizeBytes,
          oversize,
        };
      }
    }
  }

  /** Leaves the connection; returns when nothing more can happen on it. */
  async end(ending: Ending): Promise<void> {
    if (ending !== 'close') this.#tap.fault(ending);
    await this.flush();
    if (ending === 'reset') {
      this.#tap.reset();
      return;
    }
    if (ending === 'close' || ending === 'halfClose') this.#tap.end();
    if (ending === 'stall') this.#tap.pause();
    await this.#discard(ending === 'close' ? CLOSE_LINGER_MS : ABANDON_LIMIT_MS, ending !== 'stall');
  }

  /** Reads and drops until the client has ended its side or the time is over, then drops the connection. */
  async #discard(limitMs: number, reading: boolean): Promise<void> {
    const deadlineMs = this.#clock.now() + limitMs;
    while (!this.gone && this.#clientEnd === undefined && this.#clock.now() < deadlineMs) {
      if (reading) this.#consume(this.#inputBytes);
      await this.#woken(deadlineMs);
    }
    if (this.#clientEnd === undefined) this.#tap.destroy();
    else if (!this.#tap.writableEnded) this.#tap.end();
    this.#consume(this.#inputBytes);
  }

  async #moreInput(deadlineMs: number): Promise<InputEnd | undefined> {
    // Noted before the flush: what arrives while it waits counts as well.
    const knownBytes = this.#inputBytes;
    await this.flush();
    for (;;) {
      if (this.#inputBytes > knownBytes) return undefined;
      if (this.#clientEnd === 'reset' || this.gone) return { kind: 'reset' };
      if (this.#clientEnd === 'close') return { kind: 'close', rest: this.#joinedInput() };
      if (this.#clock.now() >= deadlineMs) return { kind: 'timeout' };
      await this.#woken(deadlineMs);
    }
  }

  /** Until something happens or the time has come; the caller looks which. */
  async #woken(atMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#clock.schedule(Math.max(0, atMs - this.#clock.now()), () => this.#wake?.());
      this.#wake = () => {
        this.#wake = undefined;
        timer.cancel();
        resolve();
      };
    });
  }

  #joinedInput(): Buffer {
    if (this.#input.length > 1) this.#input = [Buffer.concat(this.#input)];
    return this.#input[0] ?? Buffer.alloc(0);
  }

  #consume(count: number): void {
    let left = count;
    while (left > 0) {
      const first = this.#input[0];
      if (!first) break;
      if (first.length > left) {
        this.#input[0] = first.subarray(left);
        this.#inputBytes -= left;
        break;
      }
      this.#input.shift();
      this.#inputBytes -= first.length;
      left -= first.length;
    }
    if (this.#inputBytes < INPUT_HIGH_WATER_BYTES && this.#tap.isPaused() && !this.#tap.destroyed)
      this.#tap.resume();
  }
}
