/** How much of TLS the log tells (security reference 11). */
import { type Expectation, fingerprint, logged, notLogged, selfSigned } from '../../scenario.ts';
import {
  ca,
  failedFor,
  good,
  type Handshake,
  NAME,
  overBoth,
  overSmtp,
  PEER,
} from '../certificates/_server.ts';

const alone = selfSigned(NAME);
const summary = `TLS connection established to ${PEER}: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature ECDSA (prime256v1) server-digest SHA256`;
const untrusted = failedFor('self-signed certificate');
const certificate = `${PEER}: subject_CN=${NAME}, issuer*=${NAME}, *fingerprint=${fingerprint(alone)}, pkey*fingerprint=${fingerprint(alone, 'sha256', 'spki')}`;
const starting = `setting up TLS connection to ${PEER}`;
const ciphers = `${PEER}: TLS cipher list "HIGH:@STRENGTH:!eNULL"`;
const SETTINGS = { smtp_tls_fingerprint_digest: 'sha256', tls_medium_cipherlist: 'HIGH:@STRENGTH' };

/** Words of `smtp_tls_loglevel`, and what they make the log tell of a server that nobody answers for. */
const told: Readonly<Record<string, readonly string[]>> = {
  '0': [],
  none: [],
  '1': [`Untrusted ${summary}`],
  routine: [`Untrusted ${summary}`],
  Summary: [`Untrusted ${summary}`],
  '2': [starting, ciphers, certificate, `Untrusted ${summary}`],
  debug: [starting, ciphers, certificate, `Untrusted ${summary}`],
  untrusted: [untrusted],
  peercert: [certificate],
  certmatch: [certificate],
  verbose: ['initializing the client-side TLS engine', starting, ciphers, certificate],
  'summary, untrusted': [untrusted, `Untrusted ${summary}`],
};
const everything = [starting, ciphers, untrusted, certificate, summary];

const words: Readonly<Record<string, Pick<Handshake, 'title' | 'config' | 'outcome' | 'expect'>>> = {
  trusted: {
    title: 'A server that a trusted authority answers for is trusted, not verified, where that is not asked',
    config: { smtp_tls_CAfile: '/run/ca.pem' },
    outcome: 'delivered',
    expect: [logged(`Trusted ${summary}`)],
  },
  verified: {
    title: 'A server with the right certificate is verified where that is asked',
    config: { smtp_tls_security_level: 'secure', smtp_tls_CAfile: '/run/ca.pem' },
    outcome: 'delivered',
    expect: [logged(`Verified ${summary}`)],
  },
};

const nothing = (line: string): Expectation => notLogged(line);

export default [
  ...Object.entries(told).map(([level, lines]) =>
    overSmtp(`tls-log/level-${level.toLowerCase().replaceAll(/\W+/g, '-')}`, {
      title: `smtp_tls_loglevel=${level} tells what it is for, and no more`,
      shows: ['smtp_tls_loglevel'],
      server: { credential: alone },
      config: { ...SETTINGS, smtp_tls_loglevel: level },
      outcome: 'delivered',
      expect: [
        ...lines.map((line) => logged(line)),
        ...everything.filter((line) => !lines.some((other) => other.endsWith(line))).map(nothing),
      ],
    }),
  ),
  ...overBoth('tls-log/level', {
    title: 'smtp_tls_loglevel=1 tells of each handshake in one line',
    shows: ['smtp_tls_loglevel'],
    server: { credential: alone },
    config: { smtp_tls_loglevel: '1' },
    outcome: 'delivered',
    expect: [logged(`Untrusted ${summary}`)],
  }),
  ...Object.entries(words).map(([name, { config, ...handshake }]) =>
    overSmtp(`tls-log/${name}`, {
      shows: ['smtp_tls_loglevel'],
      ...handshake,
      config: { smtp_tls_loglevel: '1', ...config },
    }),
  ),
  overSmtp('tls-log/level-unknown', {
    title: 'A word that there is not makes all of them count for nothing',
    shows: ['smtp_tls_loglevel'],
    config: { smtp_tls_loglevel: 'summary, 10' },
    outcome: 'delivered',
    expect: [logged('unknown smtp_tls_loglevel value "10" in "summary, 10"'), notLogged(summary)],
  }),
  overSmtp('tls-log/old-protocol', {
    title: 'Of versions before TLS 1.3 the line ends with the cipher',
    shows: ['smtp_tls_loglevel'],
    server: { credential: good, maxVersion: 'TLSv1.2' },
    config: { smtp_tls_loglevel: '1' },
    outcome: 'delivered',
    expect: [
      logged(
        `Untrusted TLS connection established to ${PEER}: TLSv1.2 with cipher ECDHE-ECDSA-AES256-GCM-SHA384 (256/256 bits)`,
      ),
    ],
  }),
  ...(['rsa', 'ed25519'] as const).map((key) =>
    overSmtp(`tls-log/signature-${key}`, {
      title: `The line tells of the signature that the server's ${key} key makes`,
      shows: ['smtp_tls_loglevel'],
      server: { credential: ca.issue(NAME, { key }) },
      config: { smtp_tls_loglevel: '1' },
      outcome: 'delivered',
      expect: [
        logged(
          key === 'rsa'
            ? 'server-signature RSA-PSS (2048 bits) server-digest SHA256'
            : 'server-signature ED25519',
        ),
      ],
    }),
  ),
  ...overBoth('tls-log/level-maps', {
    title: 'smtp_tls_loglevel_maps has a log level for a server',
    shows: ['smtp_tls_loglevel_maps'],
    config: { smtp_tls_loglevel_maps: `inline:{ ${NAME}=summary }` },
    outcome: 'delivered',
    expect: [logged(`Untrusted ${summary}`)],
  }),
  ...[
    ['parent', 'inline:{ .example.test=summary }', true],
    ['address', 'inline:{ 192.0.2.1=summary }', true],
    ['network', 'inline:{ 192.0.2=summary }', true],
    ['name-before-address', `inline:{ ${NAME}=none, 192.0.2.1=summary }`, false],
    ['dunno', `inline:{ ${NAME}=DUNNO, 192.0.2.1=summary }`, false],
    ['others', 'inline:{ other.test=summary }', false],
  ].map(([name, maps, isTold]) =>
    overSmtp(`tls-log/level-maps-${name}`, {
      title: 'Servers are looked for by name, by domains above it, by address and by networks about it',
      shows: ['smtp_tls_loglevel_maps'],
      config: { smtp_tls_loglevel_maps: String(maps) },
      outcome: 'delivered',
      expect: [isTold === true ? logged(`Untrusted ${summary}`) : notLogged(summary)],
    }),
  ),
];
