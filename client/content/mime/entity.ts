/** What the headers of a message, or of a part, say about its body: its kind, its boundaries, its encoding. */
import { type HeaderToken, headerItems, MAIL_SPECIALS, MIME_SPECIALS } from './header-tokens.ts';

/**
 * What the body is, as far as it matters: `rfc822` and `global` hold a message, `message` is any other message type,
 * `leaf` is everything that has no parts.
 */
export type EntityKind = 'leaf' | 'multipart' | 'rfc822' | 'global' | 'message';

/** What a part is whose headers do not say. */
export type DefaultKind = 'leaf' | 'rfc822';

export interface ContentType {
  readonly kind: EntityKind;
  /** What the parts of a multipart are when they do not say. */
  readonly parts: DefaultKind;
  /** Usually one; all that a multipart names are looked for. */
  readonly boundaries: readonly string[];
}

const MESSAGE_KINDS: Readonly<Record<string, EntityKind>> = { rfc822: 'rfc822', global: 'global' };

/** Reads the value of a Content-Type header; undefined when it is empty, which changes nothing. */
export function readContentType(value: string): ContentType | undefined {
  const [first = [], ...parameters] = headerItems(value, MIME_SPECIALS);
  const [type, slash, subtype] = first;
  if (type === undefined) return undefined;
  const sub = slash?.text === '/' && subtype?.kind === 'token' ? subtype.text.toLowerCase() : '';
  if (isWord(type, 'message')) {
    return { kind: MESSAGE_KINDS[sub] ?? 'message', parts: 'leaf', boundaries: [] };
  }
  if (!isWord(type, 'multipart')) return { kind: 'leaf', parts: 'leaf', boundaries: [] };
  const boundaries = parameters.flatMap(([name, equals, text]) =>
    isWord(name, 'boundary') && equals?.text === '=' && text !== undefined ? [text.text] : [],
  );
  return { kind: 'multipart', parts: sub === 'digest' ? 'rfc822' : 'leaf', boundaries };
}

/** Whether the encoding of a Content-Transfer-Encoding header lets 8-bit text through; undefined for unknown ones. */
export function allowsEightBit(value: string): boolean | undefined {
  const [[first] = []] = headerItems(value, MAIL_SPECIALS);
  if (first?.kind !== 'token') return undefined;
  return ENCODINGS.get(first.text.toLowerCase());
}

const ENCODINGS: ReadonlyMap<string, boolean> = new Map([
  ['7bit', false],
  ['8bit', true],
  ['binary', true],
  ['base64', false],
  ['quoted-printable', false],
]);

function isWord(token: HeaderToken | undefined, word: string): boolean {
  return token?.kind === 'token' && token.text.toLowerCase() === word;
}
