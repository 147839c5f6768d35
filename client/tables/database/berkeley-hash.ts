/** Hash files of Berkeley DB 5 (version 9 of the format), as `postmap hash:` makes them. */
import { BerkeleyFile, type Page } from './berkeley.ts';
import { DamagedError, type Find } from './bytes.ts';

const KIND = { magic: 0x061561, version: 9 };
/** Offsets in the page that describes the file. */
const META = { maxBucket: 72, highMask: 76, lowMask: 80, checkHash: 92, spares: 96 } as const;
/** A hash of this text tells with which function the file was made. */
const CHECK_TEXT = Buffer.from('%$sniglet^&\0');
const PAGE_TYPES: ReadonlySet<number> = new Set([2, 13]);
/** First byte of an entry. */
const PLAIN = 1;
const ELSEWHERE = 3;
const ELSEWHERE_BYTES = 12;

export function readBerkeleyHash(bytes: Uint8Array): Find {
  const file = new BerkeleyFile(bytes, KIND);
  const meta = file.bytes;
  if (meta.u32(META.checkHash) !== hashOf(CHECK_TEXT))
    throw new DamagedError('made with another hash function');
  const maxBucket = meta.u32(META.maxBucket);
  const firstPageOf = (key: Uint8Array): number => {
    const wide = (hashOf(key) & meta.u32(META.highMask)) >>> 0;
    const bucket = wide > maxBucket ? (wide & meta.u32(META.lowMask)) >>> 0 : wide;
    // Buckets that were added by the same doubling of their number stand together.
    const doubling = bucket === 0 ? 0 : 32 - Math.clz32(bucket);
    return bucket + meta.u32(META.spares + doubling * 4);
  };
  return (key) => {
    let number: number | undefined = firstPageOf(key);
    for (let count = 0; number !== undefined && count < file.pages; count += 1) {
      const page = file.page(number);
      if (!PAGE_TYPES.has(page.type)) throw new DamagedError(`page ${number} is no page of a bucket`);
      for (let index = 0; index + 1 < page.entries; index += 2) {
        const found = entry(index, page, file, key.length);
        if (found !== undefined && Buffer.compare(found, key) === 0) return entry(index + 1, page, file);
      }
      number = page.next;
    }
    return undefined;
  };
}

/** Undefined when its length is not the one wanted. */
function entry(index: number, page: Page, file: BerkeleyFile, wanted?: number): Uint8Array | undefined {
  const { bytes } = file;
  const at = page.entryAt(index);
  const kind = bytes.u8(at);
  const isElsewhere = kind === ELSEWHERE && page.roomOf(index) === ELSEWHERE_BYTES;
  if (kind !== PLAIN && !isElsewhere) throw new DamagedError(`an entry of kind ${kind}`);
  const length = isElsewhere ? bytes.u32(at + 8) : page.roomOf(index) - 1;
  if (wanted !== undefined && length !== wanted) return undefined;
  return isElsewhere ? file.overflow(bytes.u32(at + 4), length) : bytes.slice(at + 1, length);
}

/** The function of Fowler, Noll and Vo (FNV-1), which begins with 0 here. */
function hashOf(key: Uint8Array): number {
  let hash = 0;
  for (const byte of key) hash = Math.imul(hash, 16_777_619) ^ byte;
  return hash >>> 0;
}
