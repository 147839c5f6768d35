/**
 * The fingerprint of a run: a running SHA-256 over its events, one canonical JSON text a line.
 *
 * Canonical: object keys sorted, undefined members left out, bytes as `{"$base64": ...}`, bigint as `{"$bigint": ...}`.
 * Two runs with the same seed must give the same digest.
 */
import { createHash, type Hash } from 'node:crypto';

/** Deeper nesting is taken for a cycle. */
const MAX_DEPTH = 32;
/** Text is hashed in pieces of about this many characters: one call for each event would cost more. */
const FLUSH_AT_CHARACTERS = 16_384;

export class EventHash {
  readonly #hash: Hash = createHash('sha256');
  #text = '';
  #count = 0;

  /** Throws a `TypeError` on what has no canonical form: functions, symbols, NaN, infinities, cycles, maps and sets. */
  record(event: object): void {
    this.#text += `${canonicalJson(event)}\n`;
    this.#count += 1;
    if (this.#text.length >= FLUSH_AT_CHARACTERS) this.#flush();
  }

  /** How many events were recorded. */
  get count(): number {
    return this.#count;
  }

  /** Hexadecimal digest of all events so far; recording may go on afterwards. */
  digest(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }

  #flush(): void {
    this.#hash.update(this.#text);
    this.#text = '';
  }
}

/** JSON with sorted keys; see the head of this file. Throws a `TypeError` on what has no canonical form. */
export function canonicalJson(value: unknown): string {
  return canonical(value, 0);
}

function canonical(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw new TypeError(`event: nested deeper than ${MAX_DEPTH} levels`);
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`event: ${value} has no canonical form`);
      return JSON.stringify(value);
    case 'bigint':
      return `{"$bigint":"${value}"}`;
    case 'object':
      return value === null ? 'null' : canonicalObject(value, depth);
    default:
      throw new TypeError(`event: a value of type ${typeof value} has no canonical form`);
  }
}

function canonicalObject(value: object, depth: number): string {
  if (value instanceof Uint8Array) {
    const base64 = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
    return `{"$base64":"${base64}"}`;
  }
  if (Array.isArray(value)) {
    return `[${value.map((item) => (item === undefined ? 'null' : canonical(item, depth + 1))).join(',')}]`;
  }
  if (value instanceof Map || value instanceof Set) {
    throw new TypeError(`event: a ${value.constructor.name} has no canonical form`);
  }
  if (value instanceof Date) return JSON.stringify(value);
  const members: string[] = [];
  // The order of `sort` is by UTF-16 code unit: it does not depend on the locale.
  for (const key of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, key);
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonical(member, depth + 1)}`);
  }
  return `{${members.join(',')}}`;
}
