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
const SPACE_BYTE = 0x20;
const DOT = 0x2e;
const CRLF = Buffer.from('\r\n');
const CRLF_SPACE = Buffer.from('\r\n ');
const EXTRA_DOT = Buffer.from('.');
const SPACE = Buffer.from(' ');

/** Output is handed on in pieces of about this size: large enough for throughput, small enough to bound memory. */
const PIECE_BYTES = 65_536;

/**
 * Turns the chunks of a message into wire pieces, without the final `.` line. Pieces may share the memory of a chunk,
 * which must not change afterwards.
 */
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

interface Slice {
  readonly of: Buffer;
  readonly start: number;
  end: number;
}

class LineWriter {
  readonly #options: ContentOptions;
  /** What goes on where the last slice ends lengthens it: lines that need no change stay in one. */
  #output: Slice[] = [];
  #outputBytes = 0;
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
    let carriageReturn = positionOf(CARRIAGE_RETURN, source, 0);
    for (let start = 0; start < source.length; ) {
      const lineFeed = positionOf(LINE_FEED, source, start);
      if (carriageReturn < start) carriageReturn = positionOf(CARRIAGE_RETURN, source, start);
      if (lineFeed > start) this.#text(source, start, lineFeed, carriageReturn);
      if (lineFeed < source.length) this.#endLine(source, lineFeed);
      start = lineFeed + 1;
    }
  }

  end(): void {
    this.#releaseReturn();
    if (!this.#atLineStart) this.#endLine(CRLF, 1);
  }

  take(): Buffer {
    const [first] = this.#output;
    const piece =
      first !== undefined && this.#output.length === 1
        ? first.of.subarray(first.start, first.end)
        : joined(this.#output, this.#outputBytes);
    this.#output = [];
    this.#outputBytes = 0;
    return piece;
  }

  #endLine(source: Buffer, lineFeed: number): void {
    if (this.#heldReturn && lineFeed > 0) this.#push(source, lineFeed - 1, lineFeed + 1);
    else this.#push(CRLF, 0, CRLF.length);
    this.#heldReturn = false;
    this.#atLineStart = true;
    this.#space = this.#fullLine();
  }

  /** At least one byte of a line; `carriageReturn` is where the first one is, in the text or behind it. */
  #text(source: Buffer, start: number, end: number, carriageReturn: number): void {
    this.#releaseReturn();
    this.#heldReturn = source[end - 1] === CARRIAGE_RETURN;
    const textEnd = this.#heldReturn ? end - 1 : end;
    if (textEnd === start) return;
    if (carriageReturn >= textEnd) this.#put(source, start, textEnd);
    else this.#put(withoutReturns(source.subarray(start, textEnd)), 0, textEnd - start);
  }

  #releaseReturn(): void {
    if (!this.#heldReturn) return;
    this.#heldReturn = false;
    this.#put(SPACE, 0, SPACE.length);
  }

  #put(source: Buffer, start: number, end: number): void {
    if (this.#atLineStart) {
      this.#atLineStart = false;
      if (source[start] === DOT) this.#push(EXTRA_DOT, 0, EXTRA_DOT.length);
    }
    let position = start;
    while (end - position > this.#space) {
      if (!this.#broken) this.#options.onBreak();
      this.#broken = true;
      this.#push(source, position, position + this.#space);
      this.#push(CRLF_SPACE, 0, CRLF_SPACE.length);
      position += this.#space;
      this.#space = this.#fullLine() - 1;
    }
    this.#push(source, position, end);
    this.#space -= end - position;
  }

  #push(of: Buffer, start: number, end: number): void {
    this.#outputBytes += end - start;
    const last = this.#output.at(-1);
    if (last?.of === of && last.end === start) last.end = end;
    else this.#output.push({ of, start, end });
  }

  #fullLine(): number {
    const { lineLimitBytes } = this.#options;
    // A limit of one byte would leave no room behind the space of a continuation.
    return lineLimitBytes === 0 ? Number.POSITIVE_INFINITY : Math.max(2, lineLimitBytes);
  }
}

/** Where the byte is from `start` on; the length of the source when it is not there. */
function positionOf(byte: number, source: Buffer, start: number): number {
  const position = source.indexOf(byte, start);
  return position < 0 ? source.length : position;
}

function joined(slices: readonly Slice[], bytes: number): Buffer {
  const whole = Buffer.allocUnsafe(bytes);
  let position = 0;
  for (const { of, start, end } of slices) position += of.copy(whole, position, start, end);
  return whole;
}

function withoutReturns(text: Buffer): Buffer {
  const copy = Buffer.from(text);
  for (let at = copy.indexOf(CARRIAGE_RETURN); at >= 0; at = copy.indexOf(CARRIAGE_RETURN, at + 1))
    copy[at] = SPACE_BYTE;
  return copy;
}
