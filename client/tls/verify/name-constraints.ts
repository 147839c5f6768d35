/** Which names the certificates below an authority may have (RFC 5280 section 4.2.1.10). */
import { contentOf, type Element, readAll, readSeries, TAG } from './der.ts';
import { isBelow } from './distinguished-name.ts';
import { type GeneralName, readGeneralName } from './general-name.ts';
import type { VerificationCode } from './verification.ts';

export interface NameConstraints {
  readonly permitted: readonly Subtree[];
  readonly excluded: readonly Subtree[];
}

interface Subtree {
  readonly base: GeneralName;
  /** It has a minimum or maximum, which RFC 5280 has no use for. */
  readonly isBounded: boolean;
}

/** Comparisons of names with constraints, for one certificate. */
const COMPARISONS_LIMIT = 1 << 20;

/** Throws DerError. */
export function readNameConstraints(value: Element): NameConstraints {
  const parts = readAll(value, TAG.sequence);
  const subtrees = (tag: number): Subtree[] =>
    readSeries(parts.find((part) => part.tag === tag)?.content ?? Buffer.alloc(0)).map((subtree) => {
      const [base, ...bounds] = readSeries(contentOf(subtree, TAG.sequence));
      return { base: readGeneralName(base ?? subtree), isBounded: bounds.length > 0 };
    });
  return { permitted: subtrees(0xa0), excluded: subtrees(0xa1) };
}

/** What these names violate, undefined when it is nothing. */
export function constraintViolation(
  names: readonly GeneralName[],
  { permitted, excluded }: NameConstraints,
): VerificationCode | undefined {
  if (names.length * (permitted.length + excluded.length) > COMPARISONS_LIMIT) return 'UNSPECIFIED';
  for (const name of names) {
    const allowed = permitted.filter(({ base }) => isSameKind(base, name));
    const forbidden = excluded.filter(({ base }) => isSameKind(base, name));
    if ([...allowed, ...forbidden].some(({ isBounded }) => isBounded)) return 'SUBTREE_MINMAX';
    if (name.type === 'other' && allowed.length + forbidden.length > 0) return 'UNSUPPORTED_CONSTRAINT_TYPE';
    if (allowed.length > 0 && !allowed.some(({ base }) => isWithin(name, base))) return 'PERMITTED_VIOLATION';
    if (forbidden.some(({ base }) => isWithin(name, base))) return 'EXCLUDED_VIOLATION';
  }
  return undefined;
}

function isSameKind(one: GeneralName, other: GeneralName): boolean {
  return one.type === other.type && (one.type !== 'other' || one.number === (other as typeof one).number);
}

function isWithin(name: GeneralName, base: GeneralName): boolean {
  switch (name.type) {
    case 'dns':
      return base.type === name.type && isDomainWithin(name.text.toLowerCase(), base.text.toLowerCase());
    case 'mail':
      return base.type === name.type && isMailboxWithin(name.text, base.text);
    case 'uri':
      return base.type === name.type && isHostWithin(hostOf(name.text), base.text.toLowerCase());
    case 'directory':
      return base.type === name.type && isBelow(name.name, base.name);
    case 'address':
      return base.type === name.type && isAddressWithin(name.bytes, base.bytes);
    case 'other':
      return false;
  }
}

/** The domain itself, or one below it; `.domain` is only those below. */
function isDomainWithin(domain: string, base: string): boolean {
  if (base === '' || domain === base) return true;
  return domain.endsWith(base.startsWith('.') ? base : `.${base}`);
}

/** One mailbox, all of a host, or with a leading dot all of the hosts below. */
function isMailboxWithin(mailbox: string, base: string): boolean {
  const [local, host] = splitMailbox(mailbox);
  const [baseLocal, baseHost] = splitMailbox(base);
  if (base.includes('@') && baseLocal !== '' && local !== baseLocal) return false;
  return isHostWithin(host, baseHost);
}

function splitMailbox(text: string): [local: string, host: string] {
  const at = text.lastIndexOf('@');
  return [text.slice(0, Math.max(at, 0)), text.slice(at + 1).toLowerCase()];
}

/** The host itself; `.domain` is all hosts below it. */
function isHostWithin(host: string, base: string): boolean {
  return base.startsWith('.') ? host.endsWith(base) : host === base;
}

function hostOf(uri: string): string {
  return /^[^:]*:\/\/(?:[^/?#@]*@)?([^/?#:]*)/.exec(uri)?.[1]?.toLowerCase() ?? '';
}

function isAddressWithin(address: Buffer, base: Buffer): boolean {
  if (base.length !== address.length * 2) return false;
  return address.every((byte, at) => ((byte ^ (base[at] ?? 0)) & (base[address.length + at] ?? 0)) === 0);
}
