/** Btree files of Berkeley DB 5 (version 9 of the format), as `postmap btree:` makes them. */
import { BerkeleyFile } from './berkeley.ts';
import { DamagedError, type Find, lastNotBehind } from './bytes.ts';

const KIND = { magic: 0x053162, version: 9 };
/** Offset in the page that describes the file. */
const META_ROOT = 88;
const INTERNAL_PAGE = 3;
const LEAF_PAGE = 5;
/** Deeper than any tree of pages that fits into a file. */
const DEPTH_LIMIT = 32;

/** Kinds of entries. The highest bit marks one that was deleted. */
const PLAIN = 1;
const ELSEWHERE = 3;
/** Offsets in an entry of a leaf, whose first two bytes are its length. */
const LEAF = { kind: 2, data: 3, page: 4, length: 8 } as const;
/** Offsets in an entry of an internal page, whose data is what an entry of a leaf is when it is elsewhere. */
const INTERNAL = { kind: 2, page: 4, data: 12 } as const;

export function readBerkeleyBtree(bytes: Uint8Array): Find {
  const file = new BerkeleyFile(bytes, KIND);
  const root = file.bytes.u32(META_ROOT);
  return (key) => {
    // More of a key than this does not change its place.
    const enough = key.length + 1;
    let number = root;
    for (let depth = 0; depth < DEPTH_LIMIT; depth += 1) {
      const page = file.page(number);
      if (page.type === LEAF_PAGE) {
        // Keys and values take turns.
        const order = (pair: number) => Buffer.compare(leafEntry(page.entryAt(pair * 2), file, enough), key);
        const pair = lastNotBehind(page.entries >> 1, order);
        return pair >= 0 && order(pair) === 0 ? leafEntry(page.entryAt(pair * 2 + 1), file) : undefined;
      }
      if (page.type !== INTERNAL_PAGE) throw new DamagedError(`page ${number} is no page of a tree`);
      // The first key of a page is not looked at: it stands for all that are less than the second.
      const order = (index: number) =>
        index === 0 ? -1 : Buffer.compare(internalKey(page.entryAt(index), file, enough), key);
      const index = Math.max(lastNotBehind(page.entries, order), 0);
      number = file.bytes.u32(page.entryAt(index) + INTERNAL.page);
    }
    throw new DamagedError('the tree is too deep');
  };
}

function leafEntry(at: number, file: BerkeleyFile, wanted?: number): Uint8Array {
  const { bytes } = file;
  const kind = bytes.u8(at + LEAF.kind);
  if (kind === PLAIN) return bytes.slice(at + LEAF.data, bytes.u16(at));
  if (kind === ELSEWHERE)
    return file.overflow(bytes.u32(at + LEAF.page), bytes.u32(at + LEAF.length), wanted);
  throw new DamagedError(`an entry of kind ${kind}`);
}

function internalKey(at: number, file: BerkeleyFile, wanted: number): Uint8Array {
  const { bytes } = file;
  const kind = bytes.u8(at + INTERNAL.kind);
  if (kind === PLAIN) return bytes.slice(at + INTERNAL.data, bytes.u16(at));
  if (kind === ELSEWHERE) return leafEntry(at + INTERNAL.data, file, wanted);
  throw new DamagedError(`an entry of kind ${kind}`);
}
