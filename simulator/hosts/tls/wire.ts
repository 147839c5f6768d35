/**
 * Between a host's TLS engine and the network: what the engine says passes through here, and here it goes wrong.
 *
 * The network's stream is only borrowed: a failed handshake leaves it as it is, for the host to end in its own way.
 */
import { Duplex } from 'node:stream';
import type { Connection } from '../../../client/platform/platform.ts';
import type { HandshakeFaultPlan } from './faults.ts';

export class Wire extends Duplex {
  readonly #raw: Connection;
  readonly #fault: HandshakeFaultPlan | undefined;
  readonly #onFault: () => void;
  #first: Buffer | undefined;
  #sentBytes = 0;
  #cut = false;

  /** `onFault` is called when the fault has come and nothing more of the engine leaves. */
  constructor(raw: Connection, fault: HandshakeFaultPlan | undefined, onFault: () => void) {
    super({ allowHalfOpen: true, readableHighWaterMark: 1 });
    this.#raw = raw;
    this.#fault = fault;
    this.#onFault = onFault;
    raw.on('data', this.#arrived);
    raw.on('end', this.#ended);
    raw.resume();
  }

  /** What the client said where its hello should have been. */
  get spokenInClear(): Buffer | undefined {
    return this.#first === undefined || isTlsRecord(this.#first) ? undefined : this.#first;
  }

  /** Puts bytes on the wire that the engine knows nothing of. */
  inject(bytes: Uint8Array): void {
    if (!this.#raw.destroyed && !this.#raw.writableEnded) this.#raw.write(bytes);
  }

  /** Gives the network's stream back: what arrives is not for the engine. */
  release(): void {
    this.#raw.off('data', this.#arrived);
    this.#raw.off('end', this.#ended);
  }

  /** Nothing more of the engine leaves: its close_notify neither. */
  cut(): void {
    this.#cut = true;
  }

  override _read(): void {
    this.#raw.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#send(chunk, callback);
  }

  /** What the engine has for the wire at one time leaves as one segment. */
  override _writev(chunks: { chunk: Buffer }[], callback: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (this.#raw.destroyed || this.#faultCame()) callback();
    else this.#raw.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.release();
    callback(error);
  }

  readonly #arrived = (chunk: Buffer): void => {
    this.#first ??= chunk;
    if (!this.push(chunk)) this.#raw.pause();
  };

  readonly #ended = (): void => {
    this.push(null);
  };

  #faultCame(): boolean {
    return this.#cut && this.#fault?.ends === true;
  }

  #send(bytes: Buffer, callback: (error?: Error | null) => void): void {
    const raw = this.#raw;
    if (this.#cut || raw.destroyed || raw.writableEnded) {
      callback();
      return;
    }
    const leaving = this.#damaged(bytes);
    if (leaving.length === 0 || raw.write(leaving)) callback();
    else raw.once('drain', () => callback());
    if (this.#faultCame()) this.#onFault();
  }

  /** What leaves in place of these bytes. */
  #damaged(bytes: Buffer): Buffer {
    const fault = this.#fault;
    const start = this.#sentBytes;
    this.#sentBytes += bytes.length;
    if (fault === undefined) return bytes;
    if (fault.instead !== undefined) {
      this.#cut = true;
      return fault.instead;
    }
    if (fault.afterBytes !== undefined && this.#sentBytes >= fault.afterBytes) {
      this.#cut = true;
      return bytes.subarray(0, fault.afterBytes - start);
    }
    const at = fault.corruptByte === undefined ? -1 : fault.corruptByte - start;
    if (at < 0 || at >= bytes.length) return bytes;
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0xff;
    return damaged;
  }
}

/** By its first byte: content types 20 to 23 (RFC 8446 5.1) begin no command. */
export function isTlsRecord(bytes: Uint8Array): boolean {
  const [type = 0] = bytes;
  return type >= 20 && type <= 23;
}
