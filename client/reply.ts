/**
 * A server's reply, as every part of the client knows it (RFC 5321 section 4.2).
 */

export interface Reply {
  /** Three digits of the last line, 0 to 999. */
  readonly code: number;
  /** Enhanced status code, RFC 3463: the server's where it fits the code, else derived from the code. */
  readonly status: string;
  /** All lines with their codes, printable, joined by newlines; bounded. */
  readonly text: string;
  /** A line of the reply did not have the form of a reply. */
  readonly malformed: boolean;
}

/** RFC 3463 section 2. */
export const ENHANCED_STATUS = /^[245]\.\d{1,3}\.\d{1,3}$/;

/**
 * The status of a reply (RFC 2034, RFC 3463): the one in its text if its class agrees with the code, `c.0.0`
 * without, `5.5.0` for a code that is no final answer.
 */
export function enhancedStatus(code: number, textAfterCode: string): string {
  const replyClass = Math.floor(code / 100);
  if (replyClass !== 2 && replyClass !== 4 && replyClass !== 5) return '5.5.0';
  const word = /^ *([^ ]*)/.exec(textAfterCode)?.[1] ?? '';
  if (ENHANCED_STATUS.test(word) && Number(word[0]) === replyClass) return word;
  return `${replyClass}.0.0`;
}

/** The text of a reply on one line, as it stands in reasons and log lines. */
export function oneLine(text: string): string {
  return text.replaceAll('\n', ' ');
}
