/** What a process that master(8) has started shares with it: sockets that are open already, and the word that it is alive. */
import type { Duplex } from 'node:stream';

/** The channel to master(8). */
export const STATUS_DESCRIPTOR = 5;
/** The first, and with one address only, socket to listen on. */
export const LISTEN_DESCRIPTOR = 6;

const STATUS_BYTES = 12;
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** A process is `taken` while it cannot serve another client. */
const STATUS = { taken: 0, available: 1 } as const;

/** As master(8) reads it: process, generation and status, as the machine holds an int. */
export function encodeStatus(processId: number, generation: number, status: keyof typeof STATUS): Buffer {
  const bytes = Buffer.alloc(STATUS_BYTES);
  for (const [index, value] of [processId, generation, STATUS[status]].entries()) {
    if (isLittleEndian) bytes.writeUInt32LE(value, index * 4);
    else bytes.writeUInt32BE(value, index * 4);
  }
  return bytes;
}

export class MasterChannel {
  readonly #channel: Duplex;
  readonly #processId: number;
  readonly #generation: number;

  /** `generation` is what the environment variable GENERATION has, in octal. `onGone`: master(8) reloads, or is gone. */
  constructor(channel: Duplex, processId: number, generation: string, onGone: () => void) {
    this.#channel = channel;
    this.#processId = processId;
    this.#generation = Number.parseInt(generation, 8);
    channel.on('error', () => {});
    channel.once('close', onGone);
    channel.once('end', () => channel.destroy());
    channel.resume();
  }

  /** Each connection counts as a use, and the process is ready for the next one at once. */
  used(): void {
    if (this.#channel.destroyed) return;
    for (const status of ['taken', 'available'] as const)
      this.#channel.write(encodeStatus(this.#processId, this.#generation, status));
  }

  close(): void {
    this.#channel.destroy();
  }
}
