/**
 * How Postfix's programs talk to each other: lists of attributes, each `name NUL value NUL`, closed by one more NUL.
 * The server of a connection speaks first, naming its protocol. Known to Postfix 3.6 and later.
 */

/** In the order in which they stand: receivers insist on it. */
export type Attributes = readonly (readonly [name: string, value: string | number])[];

const NUL = 0;
/** A value from Postfix is at most some thousand bytes: a server's reply with its limits. */
const LIST_LIMIT_BYTES = 1024 * 1024;

export function encodeAttributes(attributes: Attributes): Buffer {
  return Buffer.from(`${attributes.map(([name, value]) => `${name}\0${value}\0`).join('')}\0`);
}

export const protocolGreeting = (protocol: string): Buffer => encodeAttributes([['protocol', protocol]]);

/** Something else than lists of attributes came, or one that has no end. */
export class AttributesError extends Error {
  override readonly name = 'AttributesError';
}

/** Takes bytes as they come and gives out every list that is complete. */
export class AttributeReader {
  #bytes = Buffer.alloc(0);

  /** A name that stands twice in a list (the status of a reply) has its last value. Throws AttributesError. */
  push(chunk: Uint8Array): ReadonlyMap<string, string>[] {
    this.#bytes = this.#bytes.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#bytes, chunk]);
    const lists: ReadonlyMap<string, string>[] = [];
    for (;;) {
      const list = this.#take();
      if (list === undefined) break;
      lists.push(list);
    }
    if (this.#bytes.length > LIST_LIMIT_BYTES) {
      throw new AttributesError(`a list of attributes is longer than ${LIST_LIMIT_BYTES} bytes`);
    }
    return lists;
  }

  /** For the end of the bytes. Throws AttributesError when it is no end of a list. */
  end(): void {
    if (this.#bytes.length > 0) throw new AttributesError('a list of attributes that ends in the middle');
  }

  #take(): ReadonlyMap<string, string> | undefined {
    const list = new Map<string, string>();
    let at = 0;
    for (;;) {
      const nameEnd = this.#bytes.indexOf(NUL, at);
      if (nameEnd < 0) return undefined;
      if (nameEnd === at) break;
      const valueEnd = this.#bytes.indexOf(NUL, nameEnd + 1);
      if (valueEnd < 0) return undefined;
      list.set(
        this.#bytes.toString('utf8', at, nameEnd),
        this.#bytes.toString('utf8', nameEnd + 1, valueEnd),
      );
      at = valueEnd + 1;
    }
    this.#bytes = this.#bytes.subarray(at + 1);
    return list;
  }
}
