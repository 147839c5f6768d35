/**
 * What the hash and btree files of Berkeley DB have in common: pages, of which the first describes the file, and values
 * that are too long for a page, in chains of pages of their own. The numbers have the byte order of the machine that
 * wrote the file, here one that puts the lowest byte first.
 */
import { Bytes, DamagedError } from './bytes.ts';

const PAGE_HEADER_BYTES = 26;

/** Offsets in the page that describes the file, as far as all kinds have them. */
const META = { magic: 12, version: 16, pageSize: 20, encryption: 24, flags: 26 } as const;
const CHECKSUMS = 0x01;
/** Offsets in all other pages. */
const PAGE = { next: 16, entries: 20, length: 22, type: 25 } as const;
const OVERFLOW = 7;
const NO_PAGE = 0;
const PAGE_LEAST_BYTES = 512;
const PAGE_MOST_BYTES = 65_536;

interface Kind {
  readonly magic: number;
  readonly version: number;
}

export interface Page {
  readonly type: number;
  readonly entries: number;
  /** The page that goes on where this one ends, or undefined. */
  readonly next: number | undefined;
  /** Offset in the file of the entry at `index`. */
  entryAt(index: number): number;
  /** How many bytes there are from the entry to the one before it, or to the page's end: entries are put in backwards. */
  roomOf(index: number): number;
}

/** A file of one kind; throws DamagedError when it is of another one. */
export class BerkeleyFile {
  readonly bytes: Bytes;
  readonly #pageSize: number;

  constructor(file: Uint8Array, kind: Kind) {
    const bytes = new Bytes(file);
    this.bytes = bytes;
    if (bytes.u32(META.magic) !== kind.magic || bytes.u32(META.version) !== kind.version)
      throw new DamagedError('a file of another kind or version');
    if (bytes.u8(META.encryption) !== 0 || (bytes.u8(META.flags) & CHECKSUMS) !== 0)
      throw new DamagedError('encrypted, or with checksums');
    this.#pageSize = bytes.u32(META.pageSize);
    if (this.#pageSize < PAGE_LEAST_BYTES || this.#pageSize > PAGE_MOST_BYTES)
      throw new DamagedError(`pages of ${this.#pageSize} bytes`);
    if (bytes.length % this.#pageSize !== 0) throw new DamagedError('not a whole number of pages');
  }

  get pages(): number {
    return this.bytes.length / this.#pageSize;
  }

  page(number: number): Page {
    const { bytes } = this;
    const size = this.#pageSize;
    const start = number * size;
    const entries = bytes.u16(start + PAGE.entries);
    if (PAGE_HEADER_BYTES + entries * 2 > size)
      throw new DamagedError(`page ${number} has ${entries} entries`);
    const offsetOf = (index: number) => bytes.u16(start + PAGE_HEADER_BYTES + index * 2);
    return {
      type: bytes.u8(start + PAGE.type),
      entries,
      next: bytes.u32(start + PAGE.next) || undefined,
      entryAt: (index) => start + offsetOf(index),
      roomOf: (index) => (index === 0 ? size : offsetOf(index - 1)) - offsetOf(index),
    };
  }

  /** What a chain of pages holds, `length` bytes in all, or as many of the first as are wanted. */
  overflow(first: number, length: number, wanted: number = length): Uint8Array {
    const { bytes } = this;
    if (length > bytes.length) throw new DamagedError('a text that is longer than the file');
    const enough = Math.min(length, wanted);
    const parts: Uint8Array[] = [];
    let got = 0;
    for (let number = first; got < enough; number = bytes.u32(number * this.#pageSize + PAGE.next)) {
      const start = number * this.#pageSize;
      if (number === NO_PAGE || bytes.u8(start + PAGE.type) !== OVERFLOW || parts.length >= this.pages)
        throw new DamagedError(`page ${number} does not go on with a text`);
      const part = bytes.slice(start + PAGE_HEADER_BYTES, bytes.u16(start + PAGE.length));
      parts.push(part);
      got += part.length;
    }
    return Buffer.concat(parts, enough);
  }
}
