/**
 * Reading of database files, which may be damaged or made to do harm: nothing is read but what is there.
 * Numbers have their lowest byte first.
 */

/** The file is no database of its kind, or damaged. */
export class DamagedError extends Error {
  override readonly name = 'DamagedError';
}

export class Bytes {
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.length = bytes.length;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(at: number): number {
    return this.#view.getUint8(this.#checked(at, 1));
  }

  u16(at: number): number {
    return this.#view.getUint16(this.#checked(at, 2), true);
  }

  u32(at: number): number {
    return this.#view.getUint32(this.#checked(at, 4), true);
  }

  /** As a number: one beyond 2^53 loses digits, but lies outside of every file. */
  u64(at: number): number {
    return Number(this.#view.getBigUint64(this.#checked(at, 8), true));
  }

  /** Shares its memory with the file. */
  slice(at: number, length: number): Uint8Array {
    return this.#bytes.subarray(this.#checked(at, length), at + length);
  }

  #checked(at: number, length: number): number {
    if (at >= 0 && length >= 0 && at + length <= this.length) return at;
    throw new DamagedError(`nothing at ${at}`);
  }
}

/** Finds the value of a key; throws DamagedError. */
export type Find = (key: Uint8Array) => Uint8Array | undefined;

/** Reads a database of one kind; throws DamagedError. */
export type DatabaseReader = (file: Uint8Array) => Find;

/** Of items in order, the index of the last one that is not behind what is looked for; -1 when all are behind it. */
export function lastNotBehind(count: number, order: (index: number) => number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(middle) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
