/** Names of the kinds that certificates have beside their subject (RFC 5280 section 4.2.1.6). */
import { type Element, readElement, readSeries } from './der.ts';
import { type DistinguishedName, readName } from './distinguished-name.ts';

export type GeneralName =
  | { readonly type: 'mail' | 'dns' | 'uri'; readonly text: string }
  | { readonly type: 'directory'; readonly name: DistinguishedName }
  /** 4 or 16 bytes; in constraints twice as many: an address and its mask. */
  | { readonly type: 'address'; readonly bytes: Buffer }
  /** A kind that is of no use here, told apart by its number. */
  | { readonly type: 'other'; readonly number: number };

/** Throws DerError. */
export function readGeneralNames(content: Buffer): GeneralName[] {
  return readSeries(content).map(readGeneralName);
}

/** Throws DerError. */
export function readGeneralName({ tag, content }: Element): GeneralName {
  const text = () => content.toString('latin1');
  switch (tag) {
    case 0x81:
      return { type: 'mail', text: text() };
    case 0x82:
      return { type: 'dns', text: text() };
    case 0x86:
      return { type: 'uri', text: text() };
    case 0x87:
      return { type: 'address', bytes: content };
    case 0xa4:
      return { type: 'directory', name: readName(readElement(content)) };
    default:
      return { type: 'other', number: tag & 0x1f };
  }
}
