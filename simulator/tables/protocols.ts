/** How lookup tables ask servers: tcp_table(5) and socketmap_table(5), from the server's side. */

export type TableProtocol = 'tcp' | 'socketmap';

export interface Wording {
  /**
   * Takes one question off the front of what has arrived: its text and its length; undefined until it is whole. Throws
   * MalformedQuestion.
   */
  readonly question: (input: Buffer) => { readonly text: string; readonly length: number } | undefined;
  readonly found: (value: string) => Buffer;
  readonly notFound: (text: string) => Buffer;
  readonly error: (text: string, word: string) => Buffer;
}

/** Nothing that follows it can be understood either. */
export class MalformedQuestion extends Error {}

/** Of a netstring. */
const LENGTH_LIMIT_DIGITS = 7;

export const WORDINGS: Readonly<Record<TableProtocol, Wording>> = {
  tcp: {
    question(input) {
      const end = input.indexOf('\n');
      if (end < 0) return undefined;
      const line = input.subarray(0, end).toString('latin1');
      return { text: unquoted(line.replace(/^get /, '')), length: end + 1 };
    },
    found: (value) => line('200', value),
    notFound: (text) => line('500', text),
    error: (text) => line('400', text),
  },
  socketmap: {
    question(input) {
      const head = input.subarray(0, LENGTH_LIMIT_DIGITS + 1).toString('latin1');
      const colon = head.search(/\D|$/);
      if (colon === input.length) return undefined;
      if (colon === 0 || head[colon] !== ':') throw new MalformedQuestion();
      const end = colon + 1 + Number(head.slice(0, colon));
      if (input.length <= end) return undefined;
      return { text: input.subarray(colon + 1, end).toString(), length: end + 1 };
    },
    found: (value) => netstring(`OK ${value}`),
    notFound: (text) => netstring(`NOTFOUND ${text}`),
    error: (text, word) => netstring(`${word} ${text}`),
  },
};

const [SPACE, PERCENT, DELETE] = [0x20, 0x25, 0x7f] as const;

function line(code: string, text: string): Buffer {
  const bytes = [...Buffer.from(text)];
  const quoted = bytes.map((byte) =>
    byte > SPACE && byte < DELETE && byte !== PERCENT
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).padStart(2, '0')}`,
  );
  return Buffer.from(`${code} ${quoted.join('')}\n`);
}

function unquoted(text: string): string {
  const bytes = text.replace(/%([\da-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString();
}

function netstring(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text)}:${text},`);
}
