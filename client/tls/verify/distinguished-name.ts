/** Distinguished names in a form in which equal ones are the same (RFC 5280 section 7.1). */
import { type Element, readAll, readOid, TAG } from './der.ts';

/** Each item is one relative name; a name is below another one if it begins with its items. */
export type DistinguishedName = readonly string[];

/** Throws DerError. */
export function readName(element: Element | undefined): DistinguishedName {
  return readAll(element, TAG.sequence).map((relative) =>
    readAll(relative, TAG.set)
      .map((attribute) => {
        const [type, value] = readAll(attribute, TAG.sequence);
        return `${readOid(type)}=${comparable(value)}`;
      })
      .toSorted()
      .join('+'),
  );
}

export function sameDistinguishedName(one: DistinguishedName, other: DistinguishedName): boolean {
  return one.length === other.length && isBelow(one, other);
}

export function isBelow(name: DistinguishedName, base: DistinguishedName): boolean {
  return base.every((relative, at) => name[at] === relative);
}

const ENCODINGS = new Map<number, (content: Buffer) => string>([
  [0x0c, (content) => content.toString('utf8')],
  [0x13, (content) => content.toString('latin1')],
  [0x14, (content) => content.toString('latin1')],
  [0x16, (content) => content.toString('latin1')],
  [0x1a, (content) => content.toString('latin1')],
  [
    0x1e,
    (content) =>
      Buffer.from(content.subarray(0, content.length & ~1))
        .swap16()
        .toString('utf16le'),
  ],
]);

/** Texts compare without regard to case, to their encoding and to how many blanks separate words; all else by its bytes. */
function comparable(value: Element | undefined): string {
  const text = value && foldedText(value);
  return text === undefined ? `#${value?.whole.toString('hex')}` : JSON.stringify(text);
}

/** Undefined for what is no text. */
export function foldedText({ tag, content }: Element): string | undefined {
  const text = ENCODINGS.get(tag)?.(content);
  const folded = text?.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).trim();
  return folded?.replace(/[\t-\r ]+/g, ' ');
}
