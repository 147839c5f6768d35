/**
 * Message content on the wire (RFC 5321 4.5.2): finding its end and taking off the transparency dots. Only
 * CRLF.CRLF ends it; a lone dot between bare line ends is content, as SMTP smuggling has taught.
 */

const TERMINATOR = Buffer.from('\r\n.\r\n');
const STUFFED = Buffer.from('\r\n.');
/** The CRLF before the first content line is that of the DATA command. */
const BEFORE_FIRST_LINE = Buffer.from('\r\n');

/** Looks for the end of the data in chunks as they come, without joining them. */
export class ContentScanner {
  #tail: Buffer = BEFORE_FIRST_LINE;

  /** How many bytes of `chunk` belong to the content, terminator included; undefined when it goes on beyond. */
  scan(chunk: Uint8Array): number | undefined {
    const window = Buffer.concat([this.#tail, chunk]);
    const found = window.indexOf(TERMINATOR);
    if (found >= 0) return found + TERMINATOR.length - this.#tail.length;
    this.#tail = window.subarray(Math.max(0, window.length - (TERMINATOR.length - 1)));
    return undefined;
  }
}

/** Content as sent, from DATA's reply through the terminator, to the content meant. */
export function unstuff(sent: Uint8Array): Buffer {
  const bytes = Buffer.concat([BEFORE_FIRST_LINE, sent]);
  const end = bytes.subarray(-TERMINATOR.length).equals(TERMINATOR) ? bytes.length - 3 : bytes.length;
  const parts: Buffer[] = [];
  let from = BEFORE_FIRST_LINE.length;
  for (let at = bytes.indexOf(STUFFED); at >= 0 && at + 2 < end; at = bytes.indexOf(STUFFED, at + 2)) {
    parts.push(bytes.subarray(from, at + 2));
    from = at + 3;
  }
  parts.push(bytes.subarray(from, end));
  return Buffer.concat(parts);
}
