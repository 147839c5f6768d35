/**
 * From the lines of a server to its replies.
 *
 * A reply is one or more lines `ddd-text`, ended by `ddd text` or `ddd`. Its code and status are those of the last
 * line (rfc5321-4.2.1-06). A line of another shape is kept as text and flagged: the position in the dialogue is in
 * doubt from then on, so the session is not reused.
 */

import { enhancedStatus, type Reply } from '../reply.ts';

/** What a server may make us store of one reply. Later lines are still read for the final code. */
export const REPLY_TEXT_LIMIT_BYTES = 2048;

/** What a single reply may make us read; a server that goes on beyond it is treated as lost. */
export const REPLY_LINES_LIMIT = 10_000;

const REPLY_LINE = /^\d{3}(?:[- ]|$)/;

/** Whether a line has the form of a reply's line: three digits, then `-`, a space, or nothing (rfc5321-4.2.1-07). */
export function isReplyLine(line: string): boolean {
  return REPLY_LINE.test(line);
}

export class ReplyBuilder {
  #lines: string[] = [];
  #storedLength = 0;
  #count = 0;
  #malformed = false;
  #truncated = false;

  /** Adds a line; returns the reply when the line ends it. */
  add(line: string): Reply | undefined {
    this.#count += 1;
    if (!this.isFull) {
      // The text does not begin with empty lines, which a filter may have left of others.
      if (line !== '' || this.#lines.length > 0) this.#lines.push(line);
      this.#storedLength += line.length + 1;
    } else {
      this.#truncated = true;
    }
    if (!isReplyLine(line)) {
      this.#malformed = true;
      return undefined;
    }
    if (line[3] === '-') return undefined;
    const code = Number(line.slice(0, 3));
    return {
      code,
      status: enhancedStatus(code, line.slice(3)),
      text: this.#lines.join('\n'),
      malformed: this.#malformed,
    };
  }

  /** Nothing more is stored. */
  get isFull(): boolean {
    return this.#storedLength >= REPLY_TEXT_LIMIT_BYTES;
  }

  /** More was sent than is stored. */
  get truncated(): boolean {
    return this.#truncated;
  }

  get lines(): number {
    return this.#count;
  }

  /** The first characters of what is stored, with line ends as the log shows them. */
  start(characters: number): string {
    return this.#lines.join('?').slice(0, characters);
  }
}

/**
 * A line from the server as printable text, up to the first NUL if there is one, as Postfix has it: control characters become `?`, and so do bytes that are not UTF-8, or
 * not ASCII where UTF-8 is not wanted (`smtputf8_enable`).
 */
export function printableLine(bytes: Buffer, utf8: boolean): string {
  const nul = bytes.indexOf(0);
  const line = nul < 0 ? bytes : bytes.subarray(0, nul);
  const text = utf8 ? line.toString('utf8').replaceAll('\ufffd', '?') : line.toString('latin1');
  return utf8 ? text.replace(CONTROL, '?') : text.replace(CONTROL_OR_EIGHT_BIT, '?');
}
const CONTROL = /[\u0000-\u001f\u007f]/g;
const CONTROL_OR_EIGHT_BIT = /[\u0000-\u001f\u007f-\u00ff]/g;
