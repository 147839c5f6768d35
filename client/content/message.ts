/**
 * A message as the client reads it: content lines, their size, and how they are encoded.
 *
 * Line ends in the source may be CRLF or LF, also mixed. A CR that is not part of a line end never reaches the
 * wire (rfc5321-2.3.8-03): like Postfix's cleanup daemon, the writer puts a space in its place.
 */

export interface Message {
  /** Bytes with every line end counted as CRLF, without dot-stuffing: what MAIL announces as SIZE (RFC 1870). */
  readonly sizeBytes: number;
  /** `8bit`, `7bit`, or undefined when nobody said (RFC 6152 BODY). */
  readonly encoding: '7bit' | '8bit' | undefined;
  /** The headers hold UTF-8 (RFC 6532), so the message needs SMTPUTF8. */
  readonly utf8Headers: boolean;
  /** Header fields about TLS; a message whose source does not look at them has none. */
  readonly tlsFields?: TlsFields;
  /** The content from its first byte, each call anew; chunk boundaries mean nothing. */
  chunks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** What the headers ask of TLS, each value as written. */
export interface TlsFields {
  /** There is a `Require-TLS-ESMTP: yes`: REQUIRETLS, for submitters that cannot ask for it otherwise. */
  readonly requireTlsEsmtp: boolean;
  /** Values of `TLS-Required` (RFC 8689 section 5). */
  readonly tlsRequired: readonly string[];
}

/** What a source of messages throws when what it holds is no message; any other error of it may be gone next time. */
export class CorruptMessageError extends Error {
  override readonly name = 'CorruptMessageError';
  /** What holds the message, as the log names it. */
  readonly file: string;

  /** The message says what was found, such as `bad record type: 90 in message content`. */
  constructor(message: string, file: string) {
    super(message);
    this.file = file;
  }
}

/** A message held in memory. The encoding is what its own Content-Transfer-Encoding header says, if it has one. */
export function messageFromBytes(bytes: Uint8Array): Message {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headers = primaryHeaders(buffer);
  return {
    sizeBytes: sizeOnTheWire(buffer),
    encoding: declaredEncoding(headers),
    utf8Headers: headers.some((byte) => byte > 127),
    tlsFields: tlsFieldsOf(headers),
    chunks: () => [buffer],
  };
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

function sizeOnTheWire(buffer: Buffer): number {
  let size = buffer.length;
  let position = 0;
  for (;;) {
    const lineFeed = buffer.indexOf(LINE_FEED, position);
    if (lineFeed < 0) break;
    if (lineFeed === 0 || buffer[lineFeed - 1] !== CARRIAGE_RETURN) size += 1;
    position = lineFeed + 1;
  }
  // The last line gets its line end in any case.
  return position < buffer.length ? size + 2 : size;
}

function primaryHeaders(buffer: Buffer): Buffer {
  // Nothing but content: what looks like headers further down is none.
  if (/^\r?\n/.test(buffer.toString('latin1', 0, 2))) return buffer.subarray(0, 0);
  const ends = [buffer.indexOf('\n\n'), buffer.indexOf('\n\r\n')].filter((end) => end >= 0);
  return buffer.subarray(0, ends.length === 0 ? buffer.length : Math.min(...ends));
}

/** Everything but 8bit and binary is made of 7-bit lines (RFC 2045 section 6.2). */
const EIGHT_BIT_ENCODINGS = new Set(['8bit', 'binary']);
const SEVEN_BIT_ENCODINGS = new Set(['7bit', 'base64', 'quoted-printable']);

function declaredEncoding(headers: Buffer): Message['encoding'] {
  const header = /^content-transfer-encoding[ \t]*:[ \t\r\n]*([^\s;(]+)/im.exec(headers.toString('latin1'));
  const value = header?.[1]?.toLowerCase() ?? '';
  if (EIGHT_BIT_ENCODINGS.has(value)) return '8bit';
  return SEVEN_BIT_ENCODINGS.has(value) ? '7bit' : undefined;
}

function tlsFieldsOf(headers: Buffer): TlsFields {
  const text = headers.toString('latin1');
  // Only a line feed begins a line: a lone CR is part of what it stands in.
  const values = (name: string) =>
    Array.from(
      text.matchAll(new RegExp(`(?:^|\\n)${name}[ \\t]*:([^\\n]*(?:\\n[ \\t][^\\n]*)*)`, 'gi')),
      ([, value = '']) => value.trim(),
    );
  return {
    requireTlsEsmtp: values('require-tls-esmtp').some((value) => value.toLowerCase() === 'yes'),
    tlsRequired: values('tls-required'),
  };
}
