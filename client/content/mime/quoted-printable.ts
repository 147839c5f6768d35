/** Quoted-printable (RFC 2045 section 6.7), line by line, as Postfix writes it (delivery reference 7.4). */
import type { ContentRecord } from './records.ts';

/** A line that is longer gets a soft break; with what may still follow it stays within 76 characters. */
const LINE_CHARACTERS = 72;
const NEEDS_ENCODING = /[\u0000-\u0008\u000a-\u001f=\u007f-\uffff]/;

export class QuotedPrintable {
  #line = '';

  /** Encodes a record of text. The lines that come out are whole; a line that goes on stays here. */
  *encode({ text, partial }: ContentRecord): Generator<string> {
    for (const character of text) {
      if (this.#line.length > LINE_CHARACTERS) {
        yield `${this.#line}=`;
        this.#line = '';
      }
      this.#line += NEEDS_ENCODING.test(character) ? encoded(character) : character;
    }
    if (partial) return;
    const last = this.#line.slice(-1);
    // White space at the end of a line may get lost on the way.
    yield last === ' ' || last === '\t' ? this.#line.slice(0, -1) + encoded(last) : this.#line;
    this.#line = '';
  }
}

function encoded(character: string): string {
  return `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
