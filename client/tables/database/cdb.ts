/**
 * Constant databases (cdb(5) of D. J. Bernstein), as `postmap cdb:` makes them: 256 hash tables of record positions, to
 * which the first 2048 bytes point. All numbers are 32 bits long, the lowest byte first.
 */
import { Bytes, type Find } from './bytes.ts';

const TABLES = 256;
/** Of a pointer to a table, of a slot in a table, and of the lengths in front of a record. */
const PAIR_BYTES = 8;

export function readCdb(file: Uint8Array): Find {
  const bytes = new Bytes(file);
  // Shorter files are none.
  bytes.slice(0, TABLES * PAIR_BYTES);
  return (key) => {
    const hash = hashOf(key);
    const pointer = (hash % TABLES) * PAIR_BYTES;
    const table = bytes.u32(pointer);
    const slots = bytes.u32(pointer + 4);
    const first = Math.floor(hash / TABLES);
    for (let tried = 0; tried < slots; tried += 1) {
      const slot = table + ((first + tried) % slots) * PAIR_BYTES;
      const record = bytes.u32(slot + 4);
      if (record === 0) return undefined;
      if (bytes.u32(slot) !== hash) continue;
      const keyLength = bytes.u32(record);
      const keyAt = record + PAIR_BYTES;
      if (Buffer.compare(bytes.slice(keyAt, keyLength), key) === 0) {
        return bytes.slice(keyAt + keyLength, bytes.u32(record + 4));
      }
    }
    return undefined;
  };
}

function hashOf(key: Uint8Array): number {
  let hash = 5381;
  for (const byte of key) hash = ((Math.imul(hash, 33) >>> 0) ^ byte) >>> 0;
  return hash;
}
