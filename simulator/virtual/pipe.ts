/**
 * One direction of a virtual connection: segments on their way, in order, from a writer to a receiver.
 *
 * The window counts what was put on the way and is not read yet. A writer that finds it full waits. Each segment is
 * delivered in a clock batch of its own, so that the reader meets segment boundaries even where they carry no time.
 *
 * The length of what TLS writes differs by a byte or two from run to run: once concealed, each write is one segment,
 * whatever its size, and takes no time for its bytes.
 */
import type { Clock, Timer } from '../../client/platform/platform.ts';
import type { Path } from './path.ts';

/** The receiving end. A method is called when the thing arrives, never while it is sent. */
export interface PipeReceiver {
  onSegment(bytes: Uint8Array, concealed: boolean): void;
  onEnd(): void;
}

interface Arrival {
  /** Not before this time; later when the one before it comes later: jitter does not reorder a stream. */
  readonly atMs: number;
  /** Undefined is the end of the stream. */
  readonly bytes: Uint8Array | undefined;
  readonly concealed: boolean;
}

interface WaitingWrite {
  rest: Uint8Array;
  readonly accepted: (() => void) | undefined;
}

/** RFC 8446 section 5.1. */
const HANDSHAKE_RECORD = 22;

export class Pipe {
  readonly #clock: Clock;
  readonly #path: Path;
  readonly #receiver: PipeReceiver;
  readonly #underWay: Arrival[] = [];
  readonly #waiting: WaitingWrite[] = [];
  #timer: Timer | undefined;
  #unreadBytes = 0;
  /** When the line is free for the next byte; a fraction of a millisecond counts. */
  #lineFreeAtMs = 0;
  #ending = false;
  #cut = false;
  #concealed = false;

  constructor(clock: Clock, path: Path, receiver: PipeReceiver) {
    this.#clock = clock;
    this.#path = path;
    this.#receiver = receiver;
  }

  /** What is sent from now on belongs to TLS. */
  conceal(): void {
    this.#concealed = true;
  }

  /** `accepted` is called, perhaps at once, when the window has taken the last byte. */
  send(bytes: Uint8Array, accepted?: () => void): void {
    if (this.#waiting.length > 0) {
      this.#waiting.push({ rest: bytes, accepted });
      return;
    }
    const rest = this.#transmit(bytes);
    if (rest === undefined) accepted?.();
    else this.#waiting.push({ rest, accepted });
  }

  /** Ends the stream after all that was sent. */
  end(): void {
    this.#ending = true;
    if (this.#waiting.length === 0) this.#putUnderWay(this.#arrivalMs(0), undefined);
  }

  /** The receiver's reader has consumed this many bytes: the window opens. */
  onRead(byteCount: number): void {
    this.#unreadBytes -= byteCount;
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const rest = this.#transmit(first.rest);
      if (rest !== undefined) {
        first.rest = rest;
        return;
      }
      this.#waiting.shift();
      if (this.#waiting.length === 0 && this.#ending) this.end();
      first.accepted?.();
    }
  }

  /** Loses everything that has not arrived; nothing is delivered from now on. */
  cut(): void {
    this.#cut = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#underWay.length = 0;
    this.#waiting.length = 0;
  }

  /** Sends what the window has room for and returns the rest, undefined when there is none. */
  #transmit(bytes: Uint8Array): Uint8Array | undefined {
    const { windowBytes } = this.#path.settings;
    const segmentBytes = this.#concealed ? bytes.length : this.#path.settings.segmentBytes;
    let offset = 0;
    while (offset < bytes.length) {
      const room = windowBytes - this.#unreadBytes;
      if (room <= 0) return bytes.subarray(offset);
      const length = Math.min(segmentBytes, bytes.length - offset, room);
      const whole = length === bytes.length;
      const segment = whole ? bytes : bytes.subarray(offset, offset + length);
      offset += length;
      this.#unreadBytes += length;
      this.#putUnderWay(this.#arrivalMs(length), segment);
    }
    return undefined;
  }

  #arrivalMs(byteCount: number): number {
    const { bytesPerSecond } = this.#path.settings;
    const nowMs = this.#clock.now();
    let leavesMs = nowMs;
    if (bytesPerSecond !== undefined && !this.#concealed) {
      leavesMs = Math.max(nowMs, this.#lineFreeAtMs) + (byteCount * 1000) / bytesPerSecond;
      this.#lineFreeAtMs = leavesMs;
    }
    return leavesMs + this.#path.delayMs();
  }

  #putUnderWay(atMs: number, bytes: Uint8Array | undefined): void {
    if (this.#cut) return;
    this.#underWay.push({ atMs, bytes, concealed: this.#concealed });
    if (this.#underWay.length === 1) this.#awaitFirst(atMs);
  }

  #awaitFirst(atMs: number): void {
    this.#timer = this.#clock.schedule(atMs - this.#clock.now(), this.#deliverFirst);
  }

  readonly #deliverFirst = (): void => {
    const arrival = this.#underWay.shift();
    if (arrival === undefined) return;
    const next = this.#underWay[0];
    if (next !== undefined) this.#awaitFirst(next.atMs);
    if (arrival.bytes === undefined) this.#receiver.onEnd();
    else this.#receiver.onSegment(arrival.bytes, arrival.concealed || this.#isEarlyHello(arrival.bytes));
  };

  /** Where TLS begins with the first byte, the client's hello may be under way before the host conceals anything. */
  #isEarlyHello([first]: Uint8Array): boolean {
    return this.#concealed && first === HANDSHAKE_RECORD;
  }
}
