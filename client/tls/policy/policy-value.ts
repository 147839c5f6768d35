/**
 * The values of `smtp_tls_policy_maps`: `level attribute=value { attribute = value } ...` (security reference 3.2,
 * 3.3). Any defect makes the whole policy unusable, so that none is ever weaker than what was meant.
 */
import { splitGroupedList, trimSpace } from '../../config/text.ts';
import { isHostname } from '../../dns/hostname.ts';
import { unbraced } from '../../tables/source.ts';
import { TLS_LEVELS, type TlsLevel, usesPkix } from '../level.ts';
import type { ExternalPolicy } from './policy.ts';

/** A policy as written; what is absent is for the parameters to say. */
export interface PolicyValue {
  readonly level: TlsLevel;
  readonly ciphers?: string;
  readonly protocols?: string;
  /** In place of all exclusions that parameters list. */
  readonly exclude?: string;
  readonly serverName?: string;
  /** Digests at level fingerprint, names and strategies above. */
  readonly match?: readonly string[];
  readonly trustAnchorFiles: readonly string[];
  readonly connectionReuse?: boolean;
  readonly external?: ExternalPolicy;
}

/** Returns undefined for a policy that cannot be used, after `warn` was told why, without saying where it stands. */
export function parsePolicyValue(text: string, warn: (problem: string) => void): PolicyValue | undefined {
  const [word, ...items] = splitGroupedList(text);
  try {
    if (word === undefined) throw new PolicyFault('invalid empty policy');
    const level = CONFIGURABLE.get(word.toLowerCase());
    if (level === undefined) throw new PolicyFault(`invalid security level "${word}"`);
    if (level === 'none') {
      for (const item of items) warn(`ignoring attribute "${item}" with TLS disabled`);
      return { level, trustAnchorFiles: [] };
    }
    const draft = new Draft(level);
    for (const item of items) draft.add(item);
    return draft.policy();
  } catch (error) {
    if (!(error instanceof PolicyFault)) throw error;
    warn(error.message);
    return undefined;
  }
}

/** What is wrong with a policy; one line. */
class PolicyFault extends Error {}

const CONFIGURABLE: ReadonlyMap<string, TlsLevel> = new Map(
  TLS_LEVELS.filter((level) => level !== 'halfdane').map((level) => [level, level]),
);

const EXTERNAL_TYPES: ReadonlySet<string> = new Set(['sts', 'no-policy-found']);
const EXTERNAL_FAILURES: ReadonlySet<string> = new Set([
  'sts-policy-fetch-error',
  'sts-policy-invalid',
  'sts-webpki-invalid',
  'validation-failure',
]);

type Check = (name: string, value: string, level: TlsLevel) => void;

function fault(problem: string): never {
  throw new PolicyFault(problem);
}

const anyText: Check = () => {};
const filled: Check = (name, value) => {
  if (value === '') fault(`attribute "${name}" has empty value`);
};
const yesOrNo: Check = (name, value) => {
  if (!/^(?:yes|no)$/i.test(value)) fault(`attribute "${name}" has bad value: "${value}"`);
};
const oneOf =
  (words: ReadonlySet<string>): Check =>
  (name, value) => {
    if (!words.has(value.toLowerCase())) fault(`attribute "${name}" has an unexpected value: "${value}"`);
  };
const wellFormed =
  (isGood: (value: string) => boolean): Check =>
  (name, value) => {
    if (!isGood(value)) fault(`attribute "${name}" has a malformed value: "${value}"`);
  };
const atLevels =
  (allows: (level: TlsLevel) => boolean): Check =>
  (name, value, level) => {
    if (!allows(level)) fault(`attribute "${name}" invalid at security level "${level}"`);
    filled(name, value, level);
  };
const takesMatch = (level: TlsLevel): boolean => level === 'fingerprint' || usesPkix(level);

/** `once`: a second one is a defect. `last`: the last one counts. `all`: each counts. */
const ATTRIBUTES: Readonly<
  Record<string, { readonly repeat: 'once' | 'last' | 'all'; readonly check: Check }>
> = {
  ciphers: { repeat: 'once', check: filled },
  protocols: { repeat: 'once', check: anyText },
  exclude: { repeat: 'once', check: anyText },
  servername: {
    repeat: 'once',
    check: (name, value) => {
      if (!isHostname(value)) fault(`"${name}=${value}" specifies an invalid hostname`);
    },
  },
  match: {
    repeat: 'all',
    check: (name, value, level) => {
      filled(name, value, level);
      atLevels(takesMatch)(name, value, level);
    },
  },
  tafile: { repeat: 'all', check: atLevels(usesPkix) },
  connection_reuse: { repeat: 'last', check: yesOrNo },
  // Without effect here: Node has no raw public keys (RFC 7250), as OpenSSL before 3.2.
  enable_rpk: { repeat: 'last', check: yesOrNo },
  policy_type: { repeat: 'once', check: oneOf(EXTERNAL_TYPES) },
  policy_domain: { repeat: 'once', check: wellFormed((value) => isHostname(value)) },
  policy_string: { repeat: 'all', check: anyText },
  mx_host_pattern: { repeat: 'all', check: anyText },
  policy_failure: { repeat: 'once', check: oneOf(EXTERNAL_FAILURES) },
  policy_ttl: { repeat: 'once', check: wellFormed((value) => /^\d{1,18}$/.test(value)) },
};

const EXTERNAL_DETAILS = [
  'policy_ttl',
  'policy_domain',
  'policy_string',
  'mx_host_pattern',
  'policy_failure',
];

/** A policy while its attributes are read. */
class Draft {
  readonly #level: TlsLevel;
  readonly #values = new Map<string, string[]>();

  constructor(level: TlsLevel) {
    this.#level = level;
  }

  add(item: string): void {
    const { name, value } = readAttribute(item);
    const key = name.toLowerCase();
    const attribute = Object.hasOwn(ATTRIBUTES, key) ? ATTRIBUTES[key] : undefined;
    if (attribute === undefined) fault(`invalid attribute name: "${name}"`);
    const given = this.#values.get(key) ?? [];
    // An empty grade is told of before a second one, as Postfix has it.
    if (attribute.repeat === 'once' && given.length > 0 && !(key === 'ciphers' && value === ''))
      fault(`attribute "${name}" is specified multiple times`);
    attribute.check(name, value, this.#level);
    this.#values.set(key, attribute.repeat === 'all' ? [...given, value] : [value]);
  }

  policy(): PolicyValue {
    const [ciphers, protocols, exclude] = ['ciphers', 'protocols', 'exclude'].map((name) => this.#one(name));
    const serverName = this.#one('servername');
    const reuse = this.#one('connection_reuse');
    const match = this.#values.get('match')?.flatMap((text) => this.#matches(text));
    const external = this.#external();
    return {
      level: this.#level,
      ...(ciphers !== undefined && { ciphers }),
      ...(protocols !== undefined && { protocols }),
      ...(exclude !== undefined && { exclude }),
      ...(serverName !== undefined && { serverName }),
      ...(match && { match }),
      trustAnchorFiles: this.#values.get('tafile') ?? [],
      ...(reuse !== undefined && { connectionReuse: reuse.toLowerCase() === 'yes' }),
      ...(external && { external }),
    };
  }

  #one(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  #matches(text: string): string[] {
    return text.split(this.#level === 'fingerprint' ? '|' : ':').filter((item) => item !== '');
  }

  #external(): ExternalPolicy | undefined {
    const type = this.#one('policy_type')?.toLowerCase();
    if (type === undefined) {
      if (EXTERNAL_DETAILS.some((name) => this.#values.has(name)))
        fault(
          'built-in policy has unexpected attribute policy_ttl, policy_domain, policy_string, mx_host_pattern or policy_failure',
        );
      return undefined;
    }
    return {
      type: type === 'sts' ? 'sts' : 'no-policy-found',
      domain: this.#one('policy_domain') ?? '',
      strings: this.#values.get('policy_string') ?? [],
      mxHostPatterns: this.#values.get('mx_host_pattern') ?? [],
      failure: this.#one('policy_failure')?.toLowerCase(),
    };
  }
}

/** `name=value`, or `{ name = value }` where white space inside counts as blanks. */
function readAttribute(item: string): { readonly name: string; readonly value: string } {
  const malformed = (problem: string): never => fault(`malformed attribute/value pair "${item}": ${problem}`);
  const text = item.startsWith('{') ? unbraced(item, malformed).replace(/\s/g, ' ') : item;
  const [, name = '', equals, value = ''] = /^\s*([^\s=]*)\s*(=?)(.*)$/s.exec(text) ?? [];
  if (name === '') malformed('missing attribute name');
  if (equals !== '=') malformed("missing '=' after attribute name");
  return { name, value: trimSpace(value) };
}
