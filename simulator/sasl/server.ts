/**
 * SASL from the server's side, honest or lying, for mail hosts (RFC 4422 section 3).
 *
 *     mailHost({ sasl: { mechanisms: ['SCRAM-SHA-256', 'PLAIN'], users: { user: 'pass' } } })
 *     mailHost({ sasl: { mechanisms: ['SCRAM-SHA-256'], users: { user: 'pass' }, lie: 'wrongProof' } })
 */
import { HostDefinitionError } from '../hosts/host.ts';
import { asRecord, onlyKeys } from '../hosts/switches.ts';
import { cramMd5 } from './cram-md5.ts';
import { digestMd5 } from './digest-md5.ts';
import { SASL_LIES, type SaslOptions, type ServerMechanism } from './exchange.ts';
import { scram } from './scram.ts';
import { anonymous, bearer, external, login, plain } from './simple.ts';

const MECHANISMS: Readonly<Record<string, ServerMechanism>> = {
  PLAIN: { clientFirst: true, begin: plain },
  LOGIN: { clientFirst: false, begin: login },
  ANONYMOUS: { clientFirst: true, begin: anonymous },
  EXTERNAL: { clientFirst: true, begin: external },
  'CRAM-MD5': { clientFirst: false, begin: cramMd5 },
  'DIGEST-MD5': { clientFirst: false, ignoresInitial: true, begin: digestMd5 },
  OAUTHBEARER: { clientFirst: true, begin: bearer },
  XOAUTH2: { clientFirst: true, begin: bearer },
  ...Object.fromEntries(
    (['sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const).flatMap((hash) => {
      const name = hash.replace('sha', 'SCRAM-SHA-');
      return [
        [name, { clientFirst: true, begin: scram(hash, false) }],
        [`${name}-PLUS`, { clientFirst: true, begin: scram(hash, true) }],
      ];
    }),
  ),
};

/** Throws `HostDefinitionError`, one line that names the bad option. */
export function compileSasl(where: string, options: SaslOptions): SaslOptions {
  onlyKeys(where, asRecord(where, options), ['mechanisms', 'users', 'realm', 'iterations', 'lie']);
  const { mechanisms, users, lie } = options;
  if (!Array.isArray(mechanisms))
    throw new HostDefinitionError(`${where}: mechanisms: must be a list of names`);
  const stranger = mechanisms.find((name) => !Object.hasOwn(MECHANISMS, name));
  if (stranger !== undefined) {
    const known = Object.keys(MECHANISMS).join(', ');
    throw new HostDefinitionError(`${where}: mechanisms: ${String(stranger)} is not one of ${known}`);
  }
  if (users !== undefined) asRecord(`${where}: users`, users);
  if (lie !== undefined && !SASL_LIES.includes(lie))
    throw new HostDefinitionError(`${where}: lie: must be one of ${SASL_LIES.join(', ')}`);
  return options;
}

/** A mechanism as this host offers it; undefined when it does not. */
export function offeredMechanism(
  options: SaslOptions | undefined,
  name: string,
): ServerMechanism | undefined {
  const upper = name.toUpperCase();
  return options?.mechanisms.includes(upper) ? MECHANISMS[upper] : undefined;
}
