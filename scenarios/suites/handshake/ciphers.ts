/** Ciphers that the client offers, and those that it does not (security reference 9.2). */
import { logged, tlsSession } from '../../scenario.ts';
import { ca, good, NAME, overBoth, overSmtp, PEER } from '../certificates/_server.ts';

/** Ciphers of TLS 1.3 are beyond the reach of all this. */
const takes = (ciphers: string) => ({ credential: good, maxVersion: 'TLSv1.2', ciphers }) as const;
const STRONG = 'ECDHE-ECDSA-AES256-GCM-SHA384';
const OTHER = 'ECDHE-ECDSA-AES128-GCM-SHA256';
const NULL_CIPHER = 'ECDHE-ECDSA-NULL-SHA';
const any = takes(`${STRONG}:${OTHER}`);
const agreed = (cipher: string) => tlsSession('mx', { protocol: 'TLSv1.2', cipher });
const may = { smtp_tls_security_level: 'may' };
const anonymous = takes('aNULL');
const noShared = logged(`SSL_connect error to ${PEER}: -1`);
const alerted = logged('alert handshake failure:');
const old = { credential: ca.issue(NAME, { key: 'rsa' }), minVersion: 'TLSv1', maxVersion: 'TLSv1' } as const;

export default [
  overSmtp('handshake/ciphers-default', {
    title: 'The strongest cipher that the server has, too, is agreed on',
    shows: ['smtp_tls_mandatory_ciphers'],
    server: any,
    config: {},
    outcome: 'delivered',
    expect: [agreed(STRONG)],
  }),
  ...overBoth('handshake/ciphers-may', {
    title: 'smtp_tls_ciphers is the grade of ciphers where TLS may be had',
    shows: ['smtp_tls_ciphers', 'tls_high_cipherlist'],
    server: any,
    config: { ...may, smtp_tls_ciphers: 'high', tls_high_cipherlist: OTHER },
    outcome: 'delivered',
    expect: [agreed(OTHER)],
  }),
  ...overBoth('handshake/ciphers-mandatory', {
    title: 'smtp_tls_mandatory_ciphers is the grade of ciphers where TLS must be had',
    shows: ['smtp_tls_mandatory_ciphers', 'tls_high_cipherlist'],
    server: any,
    config: { smtp_tls_mandatory_ciphers: 'HIGH', smtp_tls_ciphers: 'null', tls_high_cipherlist: OTHER },
    outcome: 'delivered',
    expect: [agreed(OTHER)],
  }),
  overSmtp('handshake/ciphers-medium', {
    title: 'tls_medium_cipherlist is the grade medium',
    shows: ['tls_medium_cipherlist'],
    server: any,
    config: { tls_medium_cipherlist: OTHER },
    outcome: 'delivered',
    expect: [agreed(OTHER)],
  }),
  ...(['low', 'export'] as const).map((grade) =>
    overSmtp(`handshake/ciphers-${grade}`, {
      title: `Grade ${grade} stands for medium, whatever its list says`,
      shows: [`tls_${grade}_cipherlist`],
      server: any,
      config: { smtp_tls_mandatory_ciphers: grade, [`tls_${grade}_cipherlist`]: OTHER },
      outcome: 'delivered',
      expect: [agreed(STRONG)],
    }),
  ),
  overSmtp('handshake/ciphers-null', {
    title: 'Grade null does without encryption where TLS may be had',
    shows: ['smtp_tls_ciphers'],
    server: takes(`${NULL_CIPHER}:${STRONG}`),
    config: { ...may, smtp_tls_ciphers: 'null', smtp_tls_loglevel: '1' },
    outcome: 'delivered',
    expect: [agreed(NULL_CIPHER), logged(`TLSv1.2 with cipher ${NULL_CIPHER} (0/0 bits)`)],
  }),
  overSmtp('handshake/ciphers-null-list', {
    title: 'tls_null_cipherlist is the grade null',
    shows: ['tls_null_cipherlist'],
    server: any,
    config: { ...may, smtp_tls_ciphers: 'null', tls_null_cipherlist: OTHER },
    outcome: 'delivered',
    expect: [agreed(OTHER)],
  }),
  overSmtp('handshake/ciphers-null-encrypt', {
    title: 'Where TLS must be had, nothing is left of grade null',
    shows: ['smtp_tls_mandatory_ciphers'],
    server: takes(`${NULL_CIPHER}:${STRONG}`),
    config: { smtp_tls_mandatory_ciphers: 'null' },
    outcome: 'no handshake',
    expect: [logged('warning: ')],
  }),
  overSmtp('handshake/ciphers-unknown-grade', {
    title: 'A grade that there is not makes the handshake fail',
    shows: ['smtp_tls_mandatory_ciphers'],
    config: { smtp_tls_mandatory_ciphers: 'superb' },
    outcome: 'no handshake',
    expect: [logged(`${PEER}: invalid cipher grade: "superb"`)],
  }),
  ...overBoth('handshake/exclude-ciphers', {
    title: 'smtp_tls_exclude_ciphers are not offered at any level',
    shows: ['smtp_tls_exclude_ciphers'],
    server: any,
    config: { smtp_tls_exclude_ciphers: 'SEED, AES256' },
    outcome: 'delivered',
    expect: [agreed(OTHER)],
  }),
  ...overBoth('handshake/mandatory-exclude-ciphers', {
    title: 'smtp_tls_mandatory_exclude_ciphers are not offered where TLS must be had',
    shows: ['smtp_tls_mandatory_exclude_ciphers'],
    server: any,
    config: { smtp_tls_mandatory_exclude_ciphers: 'AES256' },
    outcome: 'delivered',
    expect: [agreed(OTHER)],
  }),
  overSmtp('handshake/mandatory-exclude-ciphers-may', {
    title: 'Where TLS may be had, they are',
    shows: ['smtp_tls_mandatory_exclude_ciphers'],
    server: any,
    config: { ...may, smtp_tls_mandatory_exclude_ciphers: 'AES256' },
    outcome: 'delivered',
    expect: [agreed(STRONG)],
  }),
  overSmtp('handshake/exclude-ciphers-unary', {
    title: 'An exclusion that begins with an operator makes the handshake fail',
    shows: ['smtp_tls_exclude_ciphers'],
    origins: ['security-90'],
    config: { smtp_tls_exclude_ciphers: '!aNULL' },
    outcome: 'no handshake',
    expect: [logged(`${PEER}: invalid unary '!+-@' in cipher exclusion: !aNULL`)],
  }),
  ...['may', 'encrypt'].map((level) =>
    overSmtp(`handshake/anonymous-${level}`, {
      title: `Level ${level}: a server without a certificate is good enough`,
      shows: ['smtp_tls_security_level'],
      origins: ['security-80'],
      server: anonymous,
      config: { smtp_tls_security_level: level, smtp_tls_loglevel: '1' },
      outcome: 'delivered',
      expect: [logged(`Anonymous TLS connection established to ${PEER}: TLSv1.2 with cipher A`)],
    }),
  ),
  overSmtp('handshake/anonymous-secure', {
    title: 'Level secure: a server without a certificate has no cipher in common with the client',
    shows: ['smtp_tls_security_level'],
    origins: ['security-80'],
    server: anonymous,
    config: { smtp_tls_security_level: 'secure', smtp_tls_CAfile: '/run/ca.pem' },
    outcome: 'no handshake',
    expect: [noShared, alerted],
  }),
  overSmtp('handshake/tls-1.0-may', {
    title: 'Level may: TLS 1.0 is better than none',
    shows: ['smtp_tls_security_level'],
    origins: ['security-81'],
    server: old,
    config: may,
    outcome: 'delivered',
    expect: [tlsSession('mx', { protocol: 'TLSv1' })],
  }),
  overSmtp('handshake/tls-1.0-secure', {
    title: 'Level secure: TLS 1.0 proves nothing',
    shows: ['smtp_tls_security_level'],
    origins: ['security-81'],
    server: old,
    config: { smtp_tls_security_level: 'secure', smtp_tls_CAfile: '/run/ca.pem' },
    outcome: 'no handshake',
    expect: [noShared, logged('TLS library problem: error:')],
  }),
];
