/** Which digests of TLSA records count, and which more than others (`tls_dane_digests`, security reference 5.4). */
import { createHash, getHashes } from 'node:crypto';

export interface Digest {
  /** As Node.js calls it. */
  readonly algorithm: string;
  readonly lengthBytes: number;
  /** The greater, the stronger; no two are the same. */
  readonly strength: number;
}

/** By matching type; 0, the whole, is none of them. */
export type Digests = ReadonlyMap<number, Digest>;

/** Of fingerprints, for which DNS records have no use. */
export const PRIVATE_MATCHING_TYPE = 255;

/** RFC 6698 section 7.4. */
const STANDARD_TYPES = new Map([
  ['sha256', 1],
  ['sha512', 2],
]);
const KNOWN: ReadonlySet<string> = new Set(getHashes().map((name) => name.toLowerCase()));

/** Reads the items, strongest first, each `name` or `name=number`; bad ones are warned of and passed over. */
export function readDigests(items: readonly string[], warn: (text: string) => void): Digests {
  const digests = new Map<number, Digest>();
  const seen = new Set<number>();
  for (const [index, item] of items.entries()) {
    const type = readMatchingType(item, warn);
    if (type === undefined) continue;
    if (seen.has(type.number)) {
      warn(`tls_dane_digests: matching type ${type.number} specified more than once`);
      continue;
    }
    seen.add(type.number);
    const digest = digestNamed(type.name, items.length - index);
    if (digest !== undefined) digests.set(type.number, digest);
    else if (type.name !== '')
      warn(`tls_dane_digests: digest algorithm "${type.name}"(${type.number}) unknown`);
  }
  return digests;
}

/** Undefined for an unknown name. */
export function digestNamed(name: string, strength: number): Digest | undefined {
  const algorithm = name.toLowerCase();
  if (!KNOWN.has(algorithm)) return undefined;
  return { algorithm, lengthBytes: createHash(algorithm).digest().length, strength };
}

function readMatchingType(
  item: string,
  warn: (text: string) => void,
): { name: string; number: number } | undefined {
  const [name = '', code = ''] = item.split('=', 2);
  const standard = STANDARD_TYPES.get(name.toLowerCase());
  if (code === '') {
    if (standard !== undefined) return { name, number: standard };
    if (name !== '') warn(`tls_dane_digests: digest algorithm ${name} needs an explicit number`);
    return undefined;
  }
  const number = Number(code);
  if (!/^\d{1,3}$/.test(code) || number > PRIVATE_MATCHING_TYPE) {
    warn(`Invalid matching type number in tls_dane_digests: ${name}=${code}`);
    return undefined;
  }
  if (number === 0 || number === PRIVATE_MATCHING_TYPE) {
    warn(`Reserved matching type number in tls_dane_digests: ${name}=${code}`);
    return undefined;
  }
  const owner = [...STANDARD_TYPES].find(([, type]) => type === number)?.[0];
  if (owner !== undefined && name !== '' && name.toLowerCase() !== owner) {
    warn(`tls_dane_digests: matching type ${number} can only be ${owner}`);
    return undefined;
  }
  return { name, number };
}
