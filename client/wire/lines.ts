/**
 * Bytes of a server, cut into printable lines.
 *
 * Lines end at LF; CRs before it belong to the line end. A line beyond the limit is cut there and stays valid, the
 * rest of it is skipped; once the rest has reached the limit too, the server is one that does not stop
 * (delivery reference 8.6).
 */
import { printableLine } from './reply.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface LinesOptions {
  readonly limitBytes: number;
  /** Keep UTF-8. */
  readonly utf8: boolean;
  /** Told of each line that was cut, with what is left of it. */
  readonly onCut: (text: string) => void;
}

export class Lines {
  readonly #options: LinesOptions;
  #input: Buffer = Buffer.alloc(0);
  #position = 0;
  /** Bytes of an over-long line that were skipped so far; undefined outside such a line. */
  #skipped: number | undefined;

  constructor(options: LinesOptions) {
    this.#options = options;
  }

  /** Bytes that no line was made of yet. */
  get unreadBytes(): number {
    return this.#input.length - this.#position;
  }

  add(chunk: Buffer): void {
    this.#input =
      this.unreadBytes === 0 ? chunk : Buffer.concat([this.#input.subarray(this.#position), chunk]);
    this.#position = 0;
  }

  clear(): void {
    this.#input = Buffer.alloc(0);
    this.#position = 0;
    this.#skipped = undefined;
  }

  /** The next line without its line end; `incomplete` until it has arrived, `endless` when it does not stop. */
  next(): { readonly text: string } | 'incomplete' | 'endless' {
    const { limitBytes, onCut } = this.#options;
    if (this.#skipped !== undefined) {
      const rest = this.#skipRest(this.#skipped);
      if (rest !== 'skipped') return rest;
    }
    const lineFeed = this.#input.indexOf(LINE_FEED, this.#position);
    const length = lineFeed < 0 ? this.unreadBytes : lineFeed - this.#position;
    if (length > limitBytes) {
      const text = this.#printable(this.#position + limitBytes);
      this.#position += limitBytes;
      this.#skipped = 0;
      onCut(text);
      return { text };
    }
    if (lineFeed < 0) return 'incomplete';
    let end = lineFeed;
    while (end > this.#position && this.#input[end - 1] === CARRIAGE_RETURN) end -= 1;
    const text = this.#printable(end);
    this.#position = lineFeed + 1;
    return { text };
  }

  /** Goes on to the end of a line that was cut. */
  #skipRest(before: number): 'skipped' | 'incomplete' | 'endless' {
    const lineFeed = this.#input.indexOf(LINE_FEED, this.#position);
    const end = lineFeed < 0 ? this.#input.length : lineFeed;
    const skipped = before + end - this.#position;
    if (skipped >= this.#options.limitBytes) return 'endless';
    this.#skipped = lineFeed < 0 ? skipped : undefined;
    this.#position = lineFeed < 0 ? end : end + 1;
    return lineFeed < 0 ? 'incomplete' : 'skipped';
  }

  #printable(end: number): string {
    return printableLine(this.#input.subarray(this.#position, end), this.#options.utf8);
  }
}
