/**
 * The SASL mechanisms, and which of those that a server offers is used: what the security options allow, in the order
 * of preference of the Cyrus library, whatever the server's (security reference 18.4).
 */
import type { SecurityOption } from '../config/sasl-options.ts';
import { cramMd5 } from './cram-md5.ts';
import { digestMd5 } from './digest-md5.ts';
import type { Exchange, ExchangeContext } from './exchange.ts';
import { oauthBearer, xoauth2 } from './oauth.ts';
import { SCRAM_HASHES, scram } from './scram.ts';
import { anonymous, login, plain } from './simple.ts';

export interface Mechanism {
  readonly name: string;
  /** The options that it satisfies. */
  readonly satisfies: ReadonlySet<SecurityOption>;
  readonly bindsChannel?: true;
  /** Absent for one that can be chosen, and cannot be used. */
  readonly begin?: (context: ExchangeContext) => Exchange;
}

const SCRAM_SATISFIES = new Set<SecurityOption>(['noanonymous', 'noplaintext', 'noactive', 'mutual_auth']);
const PLAINTEXT_SATISFIES = new Set<SecurityOption>(['noanonymous']);

const scramMechanisms = (binds: boolean): Mechanism[] =>
  SCRAM_HASHES.map((hash) => {
    const name = `SCRAM-${hash.replace('sha', 'SHA-')}${binds ? '-PLUS' : ''}`.toUpperCase();
    return {
      name,
      satisfies: SCRAM_SATISFIES,
      ...(binds && { bindsChannel: true as const }),
      begin: scram(name, hash, binds),
    };
  });

/**
 * Best first. Tokens come behind passwords: who has a token says so with `smtp_sasl_mechanism_filter`, and everybody else
 * keeps the mechanism that Postfix without plug-ins would choose.
 */
export const MECHANISMS: readonly Mechanism[] = [
  ...scramMechanisms(true),
  ...scramMechanisms(false),
  { name: 'DIGEST-MD5', satisfies: new Set(['noanonymous', 'noplaintext', 'mutual_auth']), begin: digestMd5 },
  // Preferred to all that follow, and in vain: no identity outside of SASL is ever set (security reference 18.4).
  { name: 'EXTERNAL', satisfies: new Set(['noanonymous', 'noplaintext', 'nodictionary']) },
  { name: 'CRAM-MD5', satisfies: new Set(['noanonymous', 'noplaintext']), begin: cramMd5 },
  { name: 'PLAIN', satisfies: PLAINTEXT_SATISFIES, begin: plain },
  { name: 'LOGIN', satisfies: PLAINTEXT_SATISFIES, begin: login },
  { name: 'OAUTHBEARER', satisfies: PLAINTEXT_SATISFIES, begin: oauthBearer },
  { name: 'XOAUTH2', satisfies: PLAINTEXT_SATISFIES, begin: xoauth2 },
  { name: 'ANONYMOUS', satisfies: new Set(['noplaintext']), begin: anonymous },
];

const names: ReadonlySet<string> = new Set(MECHANISMS.map(({ name }) => name));

/** The best of the mechanisms offered (names in any case) that satisfies all options. */
export function chooseMechanism(
  offered: readonly string[],
  options: readonly string[],
  canBindChannel: boolean,
): Mechanism | undefined {
  const wanted = new Set(offered.map((name) => name.toUpperCase()));
  return MECHANISMS.find(
    ({ name, satisfies, bindsChannel }) =>
      wanted.has(name) &&
      (bindsChannel !== true || canBindChannel) &&
      options.every((option) => satisfies.has(option as SecurityOption)),
  );
}

/** Those of the mechanisms offered that this client does not know, such as GSSAPI and NTLM. */
export function unknownMechanisms(offered: readonly string[]): readonly string[] {
  return offered.filter((name) => !names.has(name.toUpperCase()));
}
