/**
 * Mail addresses: internal form (as queued), external form (as typed and logged), and quoting for the wire.
 *
 * In internal form the local part is not quoted: the address `"a b"@example.test` is held as `a b@example.test`;
 * the last `@` separates the domain (delivery reference 6.5).
 */

/** A mistake in an address that somebody typed; the message is one line. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
}

/** RFC 5321 section 4.5.3.1 allows 64 + 1 + 255; servers accept more, so this only keeps nonsense out. */
const ADDRESS_LIMIT_BYTES = 2048;
const CONTROL = /[\u0000-\u001f\u007f]/;
const DOT_STRING = /^[^\u0000-\u0020\u007f<>()[\]\\,;:@".]+(?:\.[^\u0000-\u0020\u007f<>()[\]\\,;:@".]+)*$/;

/** Splits at the last `@`; the domain is undefined when there is none. */
export function splitAddress(address: string): { localPart: string; domain: string | undefined } {
  const at = address.lastIndexOf('@');
  if (at < 0) return { localPart: address, domain: undefined };
  return { localPart: address.slice(0, at), domain: address.slice(at + 1) };
}

/**
 * Quotes an internal address for a path or a header: a local part that is no dot-string becomes a quoted-string
 * (rfc5321-4.1.2-07). The null address stays empty.
 */
export function quoteAddress(address: string): string {
  const { localPart, domain } = splitAddress(address);
  if (address === '' || DOT_STRING.test(localPart)) return address;
  const quoted = `"${localPart.replace(/["\\\r\n]/g, '\\$&')}"`;
  return domain === undefined ? quoted : `${quoted}@${domain}`;
}

/**
 * Reads an address in external form, without angle brackets needed: `user@example.test`, `"a b"@example.test`,
 * `<user@example.test>`, `user@[192.0.2.1]`; `''` and `<>` are the null address.
 * Throws AddressError, naming the address and what is wrong.
 */
export function parseAddress(text: string): string {
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
  const fail = (what: string): never => {
    throw new AddressError(`bad address ${shown}: ${what}`);
  };
  if (Buffer.byteLength(text) > ADDRESS_LIMIT_BYTES) fail(`longer than ${ADDRESS_LIMIT_BYTES} bytes`);
  if (CONTROL.test(text)) fail('control characters, such as a newline, cannot stand in an address');
  const path = /^<(.*)>$/.exec(text)?.[1] ?? text;
  if (path === '') return '';
  const parts = /^(?:"((?:[^"\\]|\\.)*)"|([^"@]*))@([^@]*)$/.exec(path);
  if (parts === null) return fail('expected local-part@domain, with quotes around an unusual local part');
  const [, quoted, plain, domain = ''] = parts;
  if (domain === '') fail('the domain is missing');
  if (/[\s<>(),;\\"]/.test(domain)) fail('the domain has characters that no domain can have');
  const localPart = quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1');
  if (localPart === '' && quoted === undefined) fail('the local part is missing');
  if (quoted === undefined && !DOT_STRING.test(localPart)) fail('put quotes around this local part');
  return `${localPart}@${domain}`;
}

/** True when an address can only be sent with SMTPUTF8 (RFC 6531). */
export function needsSmtputf8(address: string): boolean {
  return /[^\u0000-\u007f]/.test(address);
}
