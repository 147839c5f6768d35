/** One exchanger with a certificate that names it and its domain, and what the dialogue with it looks like. */
import { authority, dialogue, type Expectation, logged, mailHost, selfSigned, zone } from '../../scenario.ts';

export const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
export const to = 'user@example.test';
export const SERVER = 'a.example.test[192.0.2.1]';

const ca = authority('Example CA');
export const issue = ca.issue;
export const files = { '/run/ca.pem': ca.pem };
export const trusting = { smtp_tls_CAfile: '/run/ca.pem' };

export type Switches = NonNullable<Parameters<typeof mailHost>[0]>;
type Tls = NonNullable<Switches['tls']>;

/** Names the exchanger only. */
export const named = ca.issue('a.example.test');

/** Offers STARTTLS, with a certificate that nobody has issued unless `tls` has another. */
export function secured(tls: Tls = {}, switches: Switches = {}): ReturnType<typeof mailHost> {
  return mailHost({ tls: { credential: selfSigned('a.example.test'), ...tls }, ...switches });
}

/** A server of either service whose STARTTLS is of no use. */
export const broken = (switches: Switches = {}): ReturnType<typeof mailHost> =>
  secured({ handshake: { instead: '500 what?\r\n' } }, switches);

export const NOT_VERIFIED = { dsn: '4.7.5', reason: 'Server certificate not verified' };
export const HANDSHAKE_FAILED = { dsn: '4.7.5', reason: 'Cannot start TLS: handshake failure' };
export const NOT_OFFERED = {
  dsn: '4.7.4',
  reason: `TLS is required, but was not offered by host ${SERVER}`,
};

/** What OpenSSL has to say of plain text in place of a handshake. */
export const NO_TLS_RECORD = logged('TLS library problem: error:*:SSL routines::wrong version number');

export const insideTls = (host = 'a', hello = 'EHLO'): Expectation =>
  dialogue(host, [
    '...',
    'C: STARTTLS',
    'S: 220 *',
    '{TLS}',
    `C: ${hello} client.test`,
    '...',
    'C: QUIT',
    '...',
  ]);

export const inTheClear = (host = 'a', hello = 'EHLO'): Expectation =>
  dialogue(host, ['S: 220 *', `C: ${hello} client.test`, '...', 'C: MAIL FROM:*', '...', 'C: QUIT', '...']);

/** The certificate is looked at, and QUIT is all that is said. */
export const parted = (host = 'a'): Expectation =>
  dialogue(host, ['...', 'C: STARTTLS', 'S: 220 *', '{TLS}', 'C: QUIT', '...']);
