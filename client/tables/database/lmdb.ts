/**
 * LMDB files of format 1 as 64-bit little-endian machines write them, such as `postmap lmdb:` makes (one database in a
 * file that is not in a folder of its own): pages of a B+ tree, behind two pages that describe it, of which the one with
 * the later transaction counts.
 */
import { Bytes, DamagedError, type Find, lastNotBehind } from './bytes.ts';

const MAGIC = 0xbeefc0de;
const VERSION = 1;
const PAGE_HEADER_BYTES = 16;
const NODE_HEADER_BYTES = 8;
/** Deeper than any tree of pages that fits into a file. */
const DEPTH_LIMIT = 32;
/** Root of an empty tree. */
const NO_PAGE = Number(2n ** 64n - 1n);

/** Offsets in a describing page. */
const META = { magic: 16, version: 20, pageSize: 40, root: 128, transaction: 144 } as const;
/** Offsets in any page. */
const PAGE = { flags: 10, lower: 12 } as const;
/** Offsets in a node, whose first bytes are the length of its value, or the page below (six bytes). */
const NODE = { flags: 4, keyLength: 6 } as const;
const BRANCH = 0x01;
const LEAF = 0x02;
/** Of a node whose value has pages of its own. */
const BIG_DATA = 0x01;

export function readLmdb(file: Uint8Array): Find {
  const bytes = new Bytes(file);
  if (bytes.u32(META.magic) !== MAGIC || bytes.u32(META.version) !== VERSION)
    throw new DamagedError('not an LMDB file of format 1');
  const pageSize = bytes.u32(META.pageSize);
  const meta = bytes.u64(META.transaction) >= bytes.u64(pageSize + META.transaction) ? 0 : pageSize;
  const root = bytes.u64(meta + META.root);
  return (key) => {
    let page = root;
    for (let depth = 0; depth < DEPTH_LIMIT; depth += 1) {
      if (page === NO_PAGE) return undefined;
      const start = page * pageSize;
      const nodeAt = (index: number) => start + bytes.u16(start + PAGE_HEADER_BYTES + index * 2);
      const order = (index: number) => {
        const node = nodeAt(index);
        return Buffer.compare(bytes.slice(node + NODE_HEADER_BYTES, bytes.u16(node + NODE.keyLength)), key);
      };
      const index = lastNotBehind((bytes.u16(start + PAGE.lower) - PAGE_HEADER_BYTES) >> 1, order);
      const flags = bytes.u16(start + PAGE.flags);
      if ((flags & LEAF) !== 0)
        return index >= 0 && order(index) === 0 ? valueIn(bytes, nodeAt(index), pageSize) : undefined;
      if ((flags & BRANCH) === 0) throw new DamagedError(`page ${page} is of no known kind`);
      const node = nodeAt(Math.max(index, 0));
      page = bytes.u32(node) + bytes.u16(node + NODE.flags) * 2 ** 32;
    }
    throw new DamagedError('the tree is too deep');
  };
}

/** It stands behind the key, or on pages of its own. */
function valueIn(bytes: Bytes, node: number, pageSize: number): Uint8Array {
  const length = bytes.u32(node);
  const at = node + NODE_HEADER_BYTES + bytes.u16(node + NODE.keyLength);
  const isBig = (bytes.u16(node + NODE.flags) & BIG_DATA) !== 0;
  return bytes.slice(isBig ? bytes.u64(at) * pageSize + PAGE_HEADER_BYTES : at, length);
}
