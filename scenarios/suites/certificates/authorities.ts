/** Whom the client trusts: files and folders of authorities, and anchors in their place (security reference 9.3, 10.4). */
import { authority, certificatePem, logged, publicKeyPem, selfSigned } from '../../scenario.ts';
import { ca, failedFor, good, type Handshake, NAME, overBoth, overSmtp } from './_server.ts';

const secure = { smtp_tls_security_level: 'secure' };
const other = authority('Other CA');
const intermediate = ca.intermediate('Example Issuing CA');
const issued = intermediate.issue(NAME);
const expiredAuthority = authority('Example Old CA', { validity: 'expired' });
const wrongName = selfSigned('other.test');
const alone = selfSigned(NAME);
/** What openssl-rehash(1) calls `/CN=Example CA`. */
const HASH = '119708d0';
const untrusted = logged(failedFor('untrusted issuer /CN=Example CA'));

interface Anchored extends Pick<Handshake, 'title' | 'origins' | 'server' | 'outcome' | 'expect'> {
  readonly anchors: string;
}

const anchored: Readonly<Record<string, Anchored>> = {
  root: {
    title: 'A root in a trust-anchor file is trusted',
    anchors: ca.pem,
    server: { credential: issued },
    outcome: 'delivered',
  },
  intermediate: {
    title: 'An intermediate authority in a trust-anchor file need not be sent',
    origins: ['security-82'],
    anchors: intermediate.pem,
    server: { credential: issued.withChain(issued) },
    outcome: 'delivered',
  },
  leaf: {
    title: 'The certificate of the server itself may be the anchor',
    anchors: alone.pem,
    server: { credential: alone },
    outcome: 'delivered',
  },
  'leaf-of-another-name': {
    title: 'The anchor is the certificate of the server, whose name is compared all the same',
    origins: ['security-84'],
    anchors: wrongName.pem,
    server: { credential: wrongName },
    outcome: 'unverified',
    expect: [logged('num=62:hostname mismatch')],
  },
  key: {
    title: 'The public key of an authority is anchor enough',
    anchors: publicKeyPem(ca),
    server: { credential: issued },
    outcome: 'delivered',
  },
  expired: {
    title: 'An anchor that has expired answers for nobody',
    origins: ['security-83'],
    anchors: expiredAuthority.pem,
    server: { credential: expiredAuthority.issue(NAME) },
    outcome: 'unverified',
    expect: [logged(failedFor('certificate has expired', 'CA '))],
  },
  'key-of-expired': {
    title: 'A key has no dates: that of an authority that has expired is good',
    origins: ['security-83'],
    anchors: publicKeyPem(expiredAuthority),
    server: { credential: expiredAuthority.issue(NAME) },
    outcome: 'delivered',
  },
  several: {
    title: 'One of several anchors is enough',
    anchors: other.pem + certificatePem(ca.certificate),
    server: { credential: issued },
    outcome: 'delivered',
  },
  stranger: {
    title: 'Anchors take the place of the authorities that are trusted otherwise',
    anchors: other.pem,
    server: { credential: good },
    outcome: 'unverified',
    expect: [logged('certificate verification failed for ')],
  },
};

export default [
  ...overBoth('certificates/ca-file', {
    title: 'smtp_tls_CAfile is where the authorities are that are trusted',
    shows: ['smtp_tls_CAfile'],
    files: { '/run/two.pem': `Others:\n${other.pem}${ca.pem}` },
    config: { ...secure, smtp_tls_CAfile: '/run/two.pem' },
    outcome: 'delivered',
  }),
  ...overBoth('certificates/ca-path', {
    title: 'smtp_tls_CApath is a folder of authorities by the hashes of their names',
    shows: ['smtp_tls_CApath'],
    files: { [`/run/ca/${HASH}.0`]: ca.pem },
    config: { ...secure, smtp_tls_CApath: '/run/ca' },
    outcome: 'delivered',
  }),
  overSmtp('certificates/ca-path-second', {
    title: 'Authorities of one name are told apart by numbers',
    shows: ['smtp_tls_CApath'],
    files: {
      [`/run/both/${HASH}.0`]: authority('Example CA', { keyName: 'another key' }).pem,
      [`/run/both/${HASH}.1`]: ca.pem,
    },
    config: { ...secure, smtp_tls_CApath: '/run/both' },
    outcome: 'delivered',
  }),
  overSmtp('certificates/ca-path-other-names', {
    title: 'A file in the folder that has no such name is not looked at',
    shows: ['smtp_tls_CApath'],
    files: { '/run/names/ca.pem': ca.pem, '/run/names/00000000.0': ca.pem },
    config: { ...secure, smtp_tls_CApath: '/run/names' },
    outcome: 'unverified',
    expect: [untrusted],
  }),
  overSmtp('certificates/ca-file-and-path', {
    title: 'A file and a folder are trusted both',
    shows: ['smtp_tls_CAfile', 'smtp_tls_CApath'],
    files: { [`/run/ca/${HASH}.0`]: ca.pem, '/run/other.pem': other.pem },
    config: { ...secure, smtp_tls_CAfile: '/run/other.pem', smtp_tls_CApath: '/run/ca' },
    outcome: 'delivered',
  }),
  overSmtp('certificates/nobody-trusted', {
    title: 'Without authorities nobody is trusted',
    shows: ['smtp_tls_CAfile', 'smtp_tls_CApath'],
    origins: ['security-72'],
    config: secure,
    outcome: 'unverified',
    expect: [untrusted],
  }),
  ...['/run/none.pem', '/run/empty.pem', '/run/broken.pem'].map((path) =>
    overSmtp(`certificates/ca-file-${path.slice(5, -4)}`, {
      title: 'At level may, a client that cannot read its authorities goes on without TLS',
      shows: ['smtp_tls_CAfile'],
      files: {
        '/run/empty.pem': 'nothing\n',
        '/run/broken.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      },
      config: { smtp_tls_security_level: 'may', smtp_tls_CAfile: path },
      outcome: 'plaintext',
      expect: [
        logged(`cannot load Certification Authority data, CAfile="${path}": disabling TLS support`),
        logged('TLS library problem: error:'),
      ],
    }),
  ),
  ...(
    [
      ['appended', { smtp_tls_CAfile: '/run/other.pem', tls_append_default_CA: 'yes' }, true],
      ['not-appended', { smtp_tls_CAfile: '/run/other.pem' }, false],
      ['appended-to-none', { tls_append_default_CA: 'yes' }, false],
    ] as const
  ).map(([name, config, isTrusted]) =>
    overSmtp(`certificates/default-authorities-${name}`, {
      title:
        'tls_append_default_CA adds whom the system trusts to the authorities of a file or folder, to none else',
      shows: ['tls_append_default_CA'],
      files: { '/etc/ssl/certs/ca-certificates.crt': ca.pem, '/run/other.pem': other.pem },
      config: { ...secure, ...config },
      outcome: isTrusted ? 'delivered' : 'unverified',
      expect: isTrusted ? [] : [untrusted],
      virtualOnly: 'a scenario does not change whom the system trusts',
    }),
  ),
  ...overBoth('certificates/verify-depth', {
    title: 'smtp_tls_scert_verifydepth limits the authorities between a certificate and the root',
    shows: ['smtp_tls_scert_verifydepth'],
    server: { credential: intermediate.intermediate('Example Deep CA').issue(NAME) },
    config: { ...secure, smtp_tls_CAfile: '/run/ca.pem', smtp_tls_scert_verifydepth: '0' },
    outcome: 'unverified',
    expect: [logged('certificate chain longer than limit(')],
  }),
  overSmtp('certificates/verify-depth-enough', {
    title: 'The root does not count among them',
    shows: ['smtp_tls_scert_verifydepth'],
    server: { credential: intermediate.issue(NAME) },
    config: { ...secure, smtp_tls_CAfile: '/run/ca.pem', smtp_tls_scert_verifydepth: '0' },
    outcome: 'delivered',
  }),
  ...Object.entries(anchored).map(([name, { anchors, ...handshake }]) =>
    overSmtp(`certificates/anchor-${name}`, {
      shows: ['smtp_tls_trust_anchor_file'],
      ...handshake,
      files: { '/run/anchors.pem': anchors },
      config: {
        ...secure,
        smtp_tls_CAfile: '/run/ca.pem',
        smtp_tls_trust_anchor_file: '/run/anchors.pem',
      },
    }),
  ),
  ...overBoth('certificates/trust-anchor-file', {
    title: 'smtp_tls_trust_anchor_file is all who are trusted',
    shows: ['smtp_tls_trust_anchor_file'],
    files: { '/run/anchors.pem': other.pem },
    config: {
      ...secure,
      smtp_tls_CAfile: '/run/ca.pem',
      smtp_tls_trust_anchor_file: '/run/anchors.pem',
    },
    outcome: 'unverified',
    expect: [logged('certificate verification failed for ')],
  }),
];
