/** Networks as cidr tables and match lists have them: `address`, `address/bits`, IPv6 in brackets or not. */
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export interface Network {
  /** Whether a text is an address of the same family. */
  concerns(text: string): boolean;
  contains(text: string): boolean;
}

/** A pattern that is no network; one line. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

/** Reads `address`, `[address]`, `address/bits`, `[address]/bits` or `[address/bits]`; throws NetworkError. */
export function parseNetwork(pattern: string): Network {
  const { host, bits } = splitPattern(pattern);
  const shown = `"${host}/${bits}"`;
  const size = host.includes(':') ? 128 : 32;
  if (bits !== undefined && !/^\d{1,5}$/.test(bits)) throw new NetworkError(`bad mask value in ${shown}`);
  const length = Number(bits ?? size);
  if (length > size) throw new NetworkError(`bad mask length in ${shown}`);
  const address = parseAddress(host);
  if (address === undefined)
    throw new NetworkError(
      bits === undefined ? `bad address pattern: "${host}"` : `bad network value in ${shown}`,
    );
  const start = networkAddress(address, length);
  if (start !== address.toString())
    throw new NetworkError(
      `non-null host address bits in ${shown}, perhaps you should use "${start}/${length}" instead`,
    );
  const concerns = (text: string) => parseAddress(text)?.kind() === address.kind();
  return { concerns, contains: (text) => concerns(text) && ipaddr.parse(text).match(address, length) };
}

function splitPattern(pattern: string): { host: string; bits: string | undefined } {
  const close = pattern.indexOf(']');
  if (!pattern.startsWith('[')) return splitMask(pattern);
  if (close < 0) throw new NetworkError(`missing ']' character after "${pattern}"`);
  const inside = pattern.slice(1, close);
  const rest = pattern.slice(close + 1);
  if (rest === '') return splitMask(inside);
  if (!rest.startsWith('/')) throw new NetworkError(`garbage after "[${inside}]"`);
  return { host: inside, bits: rest.slice(1) };
}

function splitMask(text: string): { host: string; bits: string | undefined } {
  const slash = text.indexOf('/');
  return slash < 0
    ? { host: text, bits: undefined }
    : { host: text.slice(0, slash), bits: text.slice(slash + 1) };
}

function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return ipaddr.IPv6.isValid(text) && !text.includes('%') ? ipaddr.IPv6.parse(text) : undefined;
}

/** The address with all bits behind the first `length` cleared. */
function networkAddress(address: Address, length: number): string {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(Math.max(length - 8 * index, 0), 8);
    return byte & ~(0xff >> kept);
  });
  return ipaddr.fromByteArray(bytes).toString();
}
