/**
 * The records that queue files are made of, and mail on its way to cleanup(8): a type byte, a length in groups of seven
 * bits (least significant first), and data.
 */

/** `line_length_limit`: smtpd(8) and cleanup(8) store longer lines in parts. */
const LINE_PART_BYTES = 2048;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

export function encodeRecord(type: string, data: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(data);
  const head = [type.charCodeAt(0)];
  let length = bytes.length;
  for (; length > 0x7f; length >>>= 7) head.push((length & 0x7f) | 0x80);
  head.push(length);
  return Buffer.concat([Buffer.from(head), bytes]);
}

/**
 * Content, a record for each line or part of one. Line ends may be CRLF or LF; a CR elsewhere is stored as a space
 * (`cleanup_replace_stray_cr_lf`).
 */
export function contentRecords(content: Uint8Array): Buffer[] {
  return [...linesOf(content)].flatMap(lineRecords);
}

function* linesOf(content: Uint8Array): Generator<Buffer> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, at);
    const lineFeed = found < 0 ? bytes.length : found;
    const withCr = found > at && bytes[found - 1] === CARRIAGE_RETURN;
    const line = bytes.subarray(at, withCr ? lineFeed - 1 : lineFeed);
    for (let cr = line.indexOf(CARRIAGE_RETURN); cr >= 0; cr = line.indexOf(CARRIAGE_RETURN, cr))
      line[cr] = SPACE;
    yield line;
    at = lineFeed + 1;
  }
}

function lineRecords(line: Buffer): Buffer[] {
  const records: Buffer[] = [];
  let at = 0;
  for (; line.length - at > LINE_PART_BYTES; at += LINE_PART_BYTES) {
    records.push(encodeRecord('L', line.subarray(at, at + LINE_PART_BYTES)));
  }
  records.push(encodeRecord('N', line.subarray(at)));
  return records;
}

export interface QueueFileRecord {
  readonly type: string;
  readonly text: string;
}

/** Of seven bits each, that say how long a record is: 28 bits are more than any length needs. */
const LENGTH_GROUPS = 4;
/** As many bytes as the head of a record can have. */
export const RECORD_HEAD_BYTES = 1 + LENGTH_GROUPS;

export interface RecordHead {
  readonly type: string;
  /** Of its data. */
  readonly length: number;
  /** Where its data begins. */
  readonly dataAt: number;
}

/** Undefined where it is not whole within `RECORD_HEAD_BYTES`, or the bytes end before. */
export function recordHead(bytes: Buffer, at: number): RecordHead | undefined {
  let length = 0;
  for (let group = 0; group < LENGTH_GROUPS; group += 1) {
    const byte = bytes[at + 1 + group];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) << (7 * group);
    if (byte <= 0x7f) return { type: String.fromCharCode(bytes[at] ?? 0), length, dataAt: at + 2 + group };
  }
  return undefined;
}

/** The records that are complete. Throws RangeError for one whose length makes no sense. */
export function* readRecords(bytes: Buffer): Generator<QueueFileRecord> {
  let at = 0;
  while (at < bytes.length) {
    const head = recordHead(bytes, at);
    if (head === undefined && bytes.length - at >= RECORD_HEAD_BYTES)
      throw new RangeError('a record longer than any mail');
    if (head === undefined) return;
    const end = head.dataAt + head.length;
    if (bytes.length < end) return;
    yield { type: head.type, text: bytes.toString('utf8', head.dataAt, end) };
    at = end;
  }
}
