/**
 * A reader of DER (ITU-T X.690) for the few parts of certificates that Node.js does not show. Whatever is not plain DER
 * with definite lengths is a DerError.
 */

export class DerError extends Error {}

/** Identifier bytes. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export interface Element {
  /** The identifier byte. */
  readonly tag: number;
  readonly content: Buffer;
  /** Identifier, length and content. */
  readonly whole: Buffer;
}

/** Elements inside another one. */
const ELEMENTS_LIMIT = 1_000;
const LENGTH_BYTES_LIMIT = 3;

/** The one element that these bytes are. Throws DerError. */
export function readElement(bytes: Buffer): Element {
  const element = elementAt(bytes, 0);
  if (element.whole.length !== bytes.length) throw new DerError('bytes after the end');
  return element;
}

/** The elements inside another one. Throws DerError, also when it is of another kind than `tag`. */
export function readAll(element: Element | undefined, tag: number): Element[] {
  return readSeries(contentOf(element, tag));
}

/** Elements one after another. Throws DerError. */
export function readSeries(bytes: Buffer): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (elements.length === ELEMENTS_LIMIT) throw new DerError('too many elements');
    const element = elementAt(bytes, at);
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

/** The content of an element of this kind. Throws DerError when it is another or absent. */
export function contentOf(element: Element | undefined, tag: number): Buffer {
  if (element?.tag !== tag) throw new DerError('unexpected element');
  return element.content;
}

/** `1.2.840.113549`, or `#` and the bytes in hex where a number is out of range, as those made of UUIDs. Throws DerError. */
export function readOid(element: Element | undefined): string {
  const content = contentOf(element, TAG.oid);
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(number)) return `#${content.toString('hex')}`;
    if (byte < 0x80) {
      numbers.push(number);
      number = 0;
    }
  }
  const [first] = numbers;
  if (first === undefined || (content.at(-1) ?? 0) >= 0x80) throw new DerError('no object identifier');
  const top = Math.min(Math.trunc(first / 40), 2);
  return [top, first - top * 40, ...numbers.slice(1)].join('.');
}

/** Named bits: bit 0 is the first (X.680 22.6). Throws DerError. */
export function readBits(element: Element | undefined): (bit: number) => boolean {
  const bytes = contentOf(element, TAG.bits);
  if (bytes.length === 0) throw new DerError('no bit string');
  return (bit) => ((bytes[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}

function elementAt(bytes: Buffer, at: number): Element {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) throw new DerError('cut off');
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > LENGTH_BYTES_LIMIT) throw new DerError('length out of range');
    if (start + count > bytes.length) throw new DerError('cut off');
    length = bytes.readUIntBE(start, count);
    start += count;
  }
  const end = start + length;
  if (end > bytes.length) throw new DerError('cut off');
  return { tag, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) };
}
