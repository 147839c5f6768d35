/**
 * The message on its way out: CRLF at the end of every line, dots doubled, over-long lines broken.
 *
 * - A line that begins with a dot gets another one (rfc5321-4.5.2-01), which does not count towards the limit.
 * - A line longer than `smtp_line_length_limit` is broken by CRLF and a space; the continuation, with its space, is
 *   again at most that long. A broken line may split a multi-byte character, as it does in Postfix.
 * - The last line is ended if the source did not.
 */

export interface ContentOptions {
  /** `smtp_line_length_limit`; 0 means none. */
  readonly lineLimitBytes: number;
  /** Told once, when the first line is broken. */
  readonly onBreak: () => void;
}

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const DOT = 0x2e;
const CRLF = Buffer.from('\r\n');
const CRLF_SPACE = Buffer.from('\r\n ');
const DOT_BYTE = Buffer.from('.');

/** Output is handed on in pieces of about this size: large enough for throughput, small enough to bound memory. */
const PIECE_BYTES = 65_536;

/** Turns the chunks of a message into wire pieces, without the final `.` line. */
export async function* contentPieces(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: ContentOptions,
): AsyncGenerator<Buffer> {
  const writer = new LineWriter(options);
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
      writer.add(
        Buffer.from(chunk.buffer, chunk.byteOffset + start, Math.min(PIECE_BYTES, chunk.length - start)),
      );
      const piece = writer.take();
      if (piece.length > 0) yield piece;
    }
  }
  writer.end();
  const piece = writer.take();
  if (piece.length > 0) yield piece;
}

class LineWriter {
  readonly #options: ContentOptions;
  #output: Buffer[] = [];
  /** Bytes that the current output line may still take. */
  #space: number;
  #atLineStart = true;
  /** A CR at the end of what was added: it is a line end if an LF follows, stray otherwise. */
  #heldReturn = false;
  #broken = false;

  constructor(options: ContentOptions) {
    this.#options = options;
    this.#space = this.#fullLine();
  }

  add(source: Buffer): void {
    let position = 0;
    while (position < source.length) {
      const lineFeed = source.indexOf(LINE_FEED, position);
      if (lineFeed < 0) {
        this.#text(source.subarray(position));
        return;
      }
      if (lineFeed > position) this.#text(source.subarray(position, lineFeed));
      this.#endLine();
      position = lineFeed + 1;
    }
  }

  end(): void {
    this.#releaseReturn();
    if (!this.#atLineStart) this.#endLine();
  }

  take(): Buffer {
    const piece = this.#output.length === 1 ? this.#output[0] : undefined;
    const taken = piece ?? Buffer.concat(this.#output);
    this.#output = [];
    return taken;
  }

  #endLine(): void {
    this.#heldReturn = false;
    this.#output.push(CRLF);
    this.#atLineStart = true;
    this.#space = this.#fullLine();
  }

  #text(source: Buffer): void {
    this.#releaseReturn();
    let text = source;
    if (text[text.length - 1] === CARRIAGE_RETURN) {
      this.#heldReturn = true;
      text = text.subarray(0, -1);
    }
    if (text.length > 0) this.#put(text.includes(CARRIAGE_RETURN) ? withoutReturns(text) : text);
  }

  #releaseReturn(): void {
    if (!this.#heldReturn) return;
    this.#heldReturn = false;
    this.#put(Buffer.from([SPACE]));
  }

  #put(source: Buffer): void {
    let text = source;
    if (this.#atLineStart) {
      this.#atLineStart = false;
      if (text[0] === DOT) this.#output.push(DOT_BYTE);
    }
    while (text.length > this.#space) {
      if (!this.#broken) this.#options.onBreak();
      this.#broken = true;
      this.#output.push(text.subarray(0, this.#space), CRLF_SPACE);
      text = text.subarray(this.#space);
      this.#space = this.#fullLine() - 1;
    }
    this.#output.push(text);
    this.#space -= text.length;
  }

  #fullLine(): number {
    const { lineLimitBytes } = this.#options;
    // A limit of one byte would leave no room behind the space of a continuation.
    return lineLimitBytes === 0 ? Number.POSITIVE_INFINITY : Math.max(2, lineLimitBytes);
  }
}

function withoutReturns(text: Buffer): Buffer {
  const copy = Buffer.from(text);
  for (let at = copy.indexOf(CARRIAGE_RETURN); at >= 0; at = copy.indexOf(CARRIAGE_RETURN, at + 1))
    copy[at] = SPACE;
  return copy;
}
