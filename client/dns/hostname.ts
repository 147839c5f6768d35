/** Which texts can be a host name, by the rules of delivery reference 3.4. */
import ipaddr from 'ipaddr.js';

const NAME_LIMIT_BYTES = 255;
const LABEL_LIMIT_BYTES = 63;

/**
 * Letters, digits, `_`, `-` in labels of at most 63; no empty label, so no final dot either; no hyphen at either end
 * of a label; not digits alone. A first label `*` is good with `wildcard`.
 */
export function isHostname(name: string, options: { readonly wildcard?: boolean } = {}): boolean {
  return hostnameFault(name, options) === undefined;
}

/** What keeps a text from being a host name, in the words of Postfix's log; undefined when nothing does. */
export function hostnameFault(name: string, { wildcard = false } = {}): string | undefined {
  if (name === '') return 'empty hostname';
  for (const [index, label] of name.split('.').entries()) {
    if (wildcard && index === 0 && label === '*') continue;
    const strange = /[^A-Za-z0-9_-]/.exec(label);
    if (strange !== null) return `invalid character ${strange[0].codePointAt(0)}(decimal)`;
    if (label === '') return 'misplaced delimiter';
    if (label.startsWith('-') || label.endsWith('-')) return 'misplaced hyphen';
    if (label.length > LABEL_LIMIT_BYTES) return 'hostname label too long';
  }
  if (/^[0-9.]*$/.test(name)) return 'numeric hostname';
  return name.length > NAME_LIMIT_BYTES ? `bad length ${name.length}` : undefined;
}

/** 4 or 6 for a numeric address in its usual form (four decimal parts, or IPv6 without zone), else undefined. */
export function addressFamily(text: string): 4 | 6 | undefined {
  // ipaddr.js finds out by an exception, which is too slow for the names that most texts are.
  if (/^[\d.]+$/.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text)) return 4;
  return text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text) ? 6 : undefined;
}
