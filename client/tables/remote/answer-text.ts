/** What servers of tables say, as text: an answer, and what the log shows of one that is none. */
import type { OpenContext } from '../opener.ts';
import { decodeUtf8, rejectValue } from '../utf8.ts';

/** Rejects bytes that are not UTF-8; a NUL ends the text, as it does for Postfix. */
export function answerText(bytes: Uint8Array, key: string, label: string, context: OpenContext): string {
  return upToNul(decodeUtf8(bytes) ?? rejectValue(printable(bytes, '?', SHOWN_BYTES), key, label, context));
}

const SHOWN_BYTES = 200;

/** The first bytes of a text, with a character in place of each that cannot be shown. */
export function printable(bytes: Uint8Array, instead: string, limitBytes: number): string {
  const text = upToNul(Buffer.from(bytes).toString()).replace(/[\p{Cc}\ufffd]/gu, instead);
  return Buffer.from(text)
    .subarray(0, limitBytes)
    .toString()
    .replace(/\ufffd+$/, '');
}

function upToNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}
