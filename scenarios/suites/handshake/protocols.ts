/** Versions of TLS that the client offers (security reference 9.1). */
import { logged, tlsSession } from '../../scenario.ts';
import { good, overBoth, overSmtp, PEER } from '../certificates/_server.ts';

const all = { credential: good, minVersion: 'TLSv1' } as const;
const agreed = (protocol: string) => tlsSession('mx', { protocol });
const may = { smtp_tls_security_level: 'may' };

/** Lists, and the newest version that they leave. */
const lists: readonly (readonly [name: string, list: string, agreed: string])[] = [
  ['empty', '', 'TLSv1.3'],
  ['ceiling', '<=TLSv1.2', 'TLSv1.2'],
  ['ceiling-wire', '<=0303', 'TLSv1.2'],
  ['ceiling-wire-prefix', '<=0x0302', 'TLSv1.1'],
  ['excluded', '!SSLv2, !TLSv1.3', 'TLSv1.2'],
  ['included', 'TLSv1.1 TLSv1.2', 'TLSv1.2'],
  ['included-one', 'TLSv1.1', 'TLSv1.1'],
  ['last-ceiling', '<=TLSv1, <=TLSv1.1', 'TLSv1.1'],
  ['no-ceiling', '<=TLSv1.1:<=None', 'TLSv1.3'],
  ['any-case', '<=tlsv1.2', 'TLSv1.2'],
];

export default [
  ...lists.map(([name, list, protocol]) =>
    overSmtp(`handshake/protocols-${name}`, {
      title: `Of "${list}" the newest version is ${protocol}`,
      shows: ['smtp_tls_mandatory_protocols'],
      server: all,
      config: { smtp_tls_mandatory_protocols: list },
      outcome: 'delivered',
      expect: [agreed(protocol)],
    }),
  ),
  ...overBoth('handshake/protocols-may', {
    title: 'smtp_tls_protocols are the versions where TLS may be had',
    shows: ['smtp_tls_protocols'],
    server: all,
    config: { ...may, smtp_tls_protocols: '<=TLSv1.2' },
    outcome: 'delivered',
    expect: [agreed('TLSv1.2')],
  }),
  ...overBoth('handshake/protocols-mandatory', {
    title: 'smtp_tls_mandatory_protocols are the versions where TLS must be had',
    shows: ['smtp_tls_mandatory_protocols'],
    server: all,
    config: { smtp_tls_protocols: '>=TLSv1.3', smtp_tls_mandatory_protocols: '<=TLSv1.2' },
    outcome: 'delivered',
    expect: [agreed('TLSv1.2')],
  }),
  overSmtp('handshake/protocols-none-shared', {
    title: 'A server that has no version in common with the client is not delivered to',
    shows: ['smtp_tls_mandatory_protocols'],
    origins: ['field-TL17'],
    server: { credential: good, maxVersion: 'TLSv1.2' },
    config: { smtp_tls_mandatory_protocols: '>=TLSv1.3' },
    outcome: 'no handshake',
    expect: [
      logged(`SSL_connect error to ${PEER}: -1`),
      logged('alert protocol version:*SSL alert number 70:'),
    ],
  }),
  overSmtp('handshake/protocols-hole', {
    title: 'A version in the midst of others may be left out',
    shows: ['smtp_tls_mandatory_protocols'],
    server: { credential: good, minVersion: 'TLSv1', maxVersion: 'TLSv1.2' },
    config: { smtp_tls_mandatory_protocols: '!TLSv1.2' },
    outcome: 'delivered',
    expect: [agreed('TLSv1.1')],
  }),
  overSmtp('handshake/protocols-nothing-left', {
    title: 'A list that leaves no version makes the handshake fail',
    shows: ['smtp_tls_mandatory_protocols'],
    config: { smtp_tls_mandatory_protocols: '!TLSv1 !TLSv1.1 !TLSv1.2 !TLSv1.3' },
    outcome: 'no handshake',
    expect: [logged(`SSL_connect error to ${PEER}: -1`), logged('no protocols available:')],
  }),
  overSmtp('handshake/protocols-unknown', {
    title: 'A version that there is not makes the handshake fail, after STARTTLS',
    shows: ['smtp_tls_mandatory_protocols'],
    origins: ['security-89'],
    config: { smtp_tls_mandatory_protocols: 'TLSv9' },
    outcome: 'no handshake',
    expect: [logged(`${PEER}: Invalid TLS protocol list "TLSv9": aborting TLS session`)],
  }),
  overSmtp('handshake/protocols-unknown-ceiling', {
    title: 'A bound that the library does not know counts for nothing, with a warning',
    shows: ['smtp_tls_mandatory_protocols'],
    config: { smtp_tls_mandatory_protocols: '<=0399' },
    outcome: 'delivered',
    expect: [agreed('TLSv1.3'), logged('error setting maximum TLS version to: 0x0399')],
  }),
];
