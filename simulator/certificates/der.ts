/** A writer of DER (ITU-T X.690): each function gives one complete element as bytes. */

export type Der = Buffer;

/** An element with any tag byte. */
export function element(tag: number, ...content: readonly Uint8Array[]): Der {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, ...lengthBytes(body.length)]), body]);
}

export const sequence = (...items: readonly Uint8Array[]): Der => element(0x30, ...items);
export const set = (...items: readonly Uint8Array[]): Der => element(0x31, ...items);
export const octets = (value: Uint8Array): Der => element(0x04, value);
export const boolean = (value: boolean): Der => element(0x01, Buffer.from([value ? 0xff : 0]));
export const nothing = (): Der => element(0x05);
export const utf8 = (value: string): Der => element(0x0c, Buffer.from(value));
/** `[n]` around complete elements, or around primitive content. */
export const tagged = (number: number, ...items: readonly Uint8Array[]): Der =>
  element(0xa0 | number, ...items);
export const primitive = (number: number, content: Uint8Array): Der => element(0x80 | number, content);

/** A whole number of 0 or more. */
export function integer(value: bigint | number): Der {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return element(0x02, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

/** Whole bytes, or with so many unused bits at the end of the last. */
export const bits = (value: Uint8Array, unused = 0): Der => element(0x03, Buffer.of(unused), value);

/** Named bits, the first being bit 0, without zero bits at the end (X.690 11.2.2). */
export function namedBits(numbers: readonly number[]): Der {
  const last = Math.max(...numbers);
  const bytes = Buffer.alloc((last >> 3) + 1);
  for (const number of numbers) bytes[number >> 3] = (bytes[number >> 3] ?? 0) | (0x80 >> (number & 7));
  return bits(bytes, 7 - (last & 7));
}

/** An object identifier in dotted form. */
export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** UTCTime through 2049, GeneralizedTime from 2050 (RFC 5280 4.1.2.5); to the second. */
export function time(iso: string): Der {
  const digits = iso.replace(/\.\d+|[-:T]/g, '');
  const generalized = Number(digits.slice(0, 4)) >= 2050;
  return element(generalized ? 0x18 : 0x17, Buffer.from(generalized ? digits : digits.slice(2)));
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff);
  return [0x80 | bytes.length, ...bytes];
}

function base128(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift(0x80 | (rest & 0x7f));
  return bytes;
}
