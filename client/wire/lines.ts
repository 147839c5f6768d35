/**
 * Bytes of a server, cut into printable lines.
 *
 * Lines end at LF; CRs before it belong to the line end. A line beyond the limit is cut there and stays valid; it counts
 * once the rest of it was skipped. A rest that reaches the limit too is the last thing that is read: the server is one
 * that does not stop (delivery reference 8.6).
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
  /** An over-long line and how many bytes of its rest were skipped so far; undefined outside such a line. */
  #cut: { readonly text: string; skipped: number } | undefined;
  #endless = false;

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
    this.#cut = undefined;
  }

  /** The next line without its line end; `incomplete` until it has arrived, `endless` after one that did not stop. */
  next(): { readonly text: string } | 'incomplete' | 'endless' {
    const { limitBytes } = this.#options;
    if (this.#endless) return 'endless';
    if (this.#cut !== undefined) return this.#skipRest(this.#cut);
    const lineFeed = this.#input.indexOf(LINE_FEED, this.#position);
    const length = lineFeed < 0 ? this.unreadBytes : lineFeed - this.#position;
    if (length > limitBytes) {
      const text = this.#printable(this.#position + limitBytes);
      this.#position += limitBytes;
      this.#cut = { text, skipped: 0 };
      return this.#skipRest(this.#cut);
    }
    if (lineFeed < 0) return 'incomplete';
    let end = lineFeed;
    while (end > this.#position && this.#input[end - 1] === CARRIAGE_RETURN) end -= 1;
    const text = this.#printable(end);
    this.#position = lineFeed + 1;
    return { text };
  }

  /** Goes on to the end of a line that was cut. */
  #skipRest(cut: { readonly text: string; skipped: number }): { readonly text: string } | 'incomplete' {
    const lineFeed = this.#input.indexOf(LINE_FEED, this.#position);
    const end = lineFeed < 0 ? this.#input.length : lineFeed;
    cut.skipped += end - this.#position;
    this.#position = lineFeed < 0 ? end : end + 1;
    this.#endless = cut.skipped >= this.#options.limitBytes;
    if (lineFeed < 0 && !this.#endless) return 'incomplete';
    this.#cut = undefined;
    this.#options.onCut(cut.text);
    return { text: cut.text };
  }

  #printable(end: number): string {
    return printableLine(this.#input.subarray(this.#position, end), this.#options.utf8);
  }
}
