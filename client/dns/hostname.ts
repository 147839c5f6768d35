/** Which texts can be a host name, by the rules of delivery reference 3.4. */
import ipaddr from 'ipaddr.js';

const NAME_LIMIT_BYTES = 255;
const LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/;

/**
 * Letters, digits, `_`, `-` in labels of at most 63; no empty label, so no final dot either; no hyphen at either end
 * of a label; not digits alone. A first label `*` is good with `wildcard`.
 */
export function isHostname(name: string, { wildcard = false } = {}): boolean {
  if (name.length > NAME_LIMIT_BYTES || /^[0-9.]*$/.test(name)) return false;
  return name
    .split('.')
    .every((label, index) => LABEL.test(label) || (wildcard && index === 0 && label === '*'));
}

/** 4 or 6 for a numeric address in its usual form (four decimal parts, or IPv6 without zone), else undefined. */
export function addressFamily(text: string): 4 | 6 | undefined {
  // ipaddr.js finds out by an exception, which is too slow for the names that most texts are.
  if (/^[\d.]+$/.test(text) && ipaddr.IPv4.isValidFourPartDecimal(text)) return 4;
  return text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text) ? 6 : undefined;
}
