/**
 * The times of a delivery as processes of one machine exchange them: five `struct timeval` and a count, in the order of
 * bytes that the machine has. A queue manager knows the first two.
 */

const TIMES_BYTES = 88;
const TIMEVAL_BYTES = 16;
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export function encodeTimes(arrivedAtMs: number, activeAtMs: number): string {
  const bytes = Buffer.alloc(TIMES_BYTES);
  const put = isLittleEndian ? 'writeBigInt64LE' : 'writeBigInt64BE';
  for (const [index, atMs] of [arrivedAtMs, activeAtMs].entries()) {
    const seconds = Math.floor(atMs / 1000);
    bytes[put](BigInt(seconds), index * TIMEVAL_BYTES);
    bytes[put](BigInt(Math.floor((atMs - seconds * 1000) * 1000)), index * TIMEVAL_BYTES + 8);
  }
  return bytes.toString('base64');
}

/** Undefined where they are not of this form. */
export function decodeTimes(text: string): { arrivedAtMs: number; activeAtMs: number } | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== TIMES_BYTES) return undefined;
  const get = isLittleEndian ? 'readBigInt64LE' : 'readBigInt64BE';
  const [arrivedAtMs = 0, activeAtMs = 0] = [0, TIMEVAL_BYTES].map(
    (at) => Number(bytes[get](at)) * 1000 + Number(bytes[get](at + 8)) / 1000,
  );
  return { arrivedAtMs, activeAtMs };
}
