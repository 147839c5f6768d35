/**
 * A message as records, the unit in which MIME parts, checks and conversion look at it: a line without its end, or a
 * part of one that is longer than `line_length_limit` (delivery reference 7.1). Characters stand for bytes (latin1).
 */

export interface ContentRecord {
  readonly text: string;
  /** The line goes on in the next record. */
  readonly partial: boolean;
}

export class RecordSplitter {
  readonly #limitBytes: number;
  #rest = '';

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Line ends are LF or CRLF; a CR elsewhere counts as a space, as everywhere on the way out. */
  *add(chunk: Uint8Array): Generator<ContentRecord> {
    const text = this.#rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      yield* this.#line(text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end));
      start = end + 1;
    }
    // A CR at the end may be half of a line end, so it does not make a line too long yet.
    const known = text.endsWith('\r') ? text.length - 1 : text.length;
    for (; known - start > this.#limitBytes; start += this.#limitBytes)
      yield { text: withoutReturns(text.slice(start, start + this.#limitBytes)), partial: true };
    this.#rest = text.slice(start);
  }

  /** The last line, if it has no end. */
  *end(): Generator<ContentRecord> {
    if (this.#rest !== '') yield* this.#line(this.#rest);
    this.#rest = '';
  }

  *#line(line: string): Generator<ContentRecord> {
    let start = 0;
    for (; line.length - start > this.#limitBytes; start += this.#limitBytes)
      yield { text: withoutReturns(line.slice(start, start + this.#limitBytes)), partial: true };
    yield { text: withoutReturns(line.slice(start)), partial: false };
  }
}

function withoutReturns(text: string): string {
  return text.includes('\r') ? text.replaceAll('\r', ' ') : text;
}
