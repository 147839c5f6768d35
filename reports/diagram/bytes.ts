/** The bytes of a stored line: what was no character stands in it as `\xNN`. */

/** More than these are counted. */
const SHOWN_BYTES = 512;

export interface HexRow {
  /** `0010` */
  readonly offset: string;
  readonly hex: string;
  readonly text: string;
}

export interface HexDump {
  readonly rows: readonly HexRow[];
  readonly total: number;
  /** How many of them stand in no row. */
  readonly left: number;
}

export function bytesOf(line: string): Uint8Array {
  const encoder = new TextEncoder();
  const parts = line.split(/\\x([0-9a-f]{2})/);
  const bytes: number[] = [];
  for (const [at, part] of parts.entries()) {
    if (at % 2 === 1) bytes.push(Number.parseInt(part, 16));
    else for (const byte of encoder.encode(part)) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

export function hexDump(line: string, width = 8): HexDump {
  const bytes = bytesOf(line);
  const rows: HexRow[] = [];
  const shown = bytes.subarray(0, SHOWN_BYTES);
  for (let start = 0; start < shown.length; start += width) {
    const part = [...shown.subarray(start, start + width)];
    rows.push({
      offset: start.toString(16).padStart(4, '0'),
      hex: part.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      text: part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(''),
    });
  }
  return { rows, total: bytes.length, left: bytes.length - shown.length };
}
