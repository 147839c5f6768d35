/** What the client shows of itself to a server that asks for it (security reference 9.3). */
import { authority, type Certified, certificatePem, logged, selfSigned, tlsSession } from '../../scenario.ts';
import { ca, type Handshake, overBoth, overSmtp } from './_server.ts';

const clients = authority('Clients CA');
const rsa = clients.issue('client.test', { key: 'rsa' });
const dsa = clients.issue('client.test', { key: 'dsa' });
const ecdsa = clients.issue('client.test');
const asking = { clientCertificate: 'asked' } as const;
const required = { clientCertificate: 'required', clientAuthorities: [clients] } as const;
/** Certificates of DSA went with TLS 1.2. */
const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.2', ciphers: 'ALL:!aNULL' } as const;
const shown = (clientCertificate: Certified | undefined) => tlsSession('mx', { clientCertificate });

const files = {
  '/run/rsa.pem': rsa.pem,
  '/run/rsa.key': rsa.keyPem,
  '/run/rsa-both.pem': rsa.keyPem + rsa.pem,
  '/run/dsa.pem': dsa.pem,
  '/run/dsa.key': dsa.keyPem,
  '/run/dsa-both.pem': dsa.pem + dsa.keyPem,
  '/run/ecdsa.pem': ecdsa.pem,
  '/run/ecdsa.key': ecdsa.keyPem,
  '/run/ecdsa-both.pem': ecdsa.keyPem + ecdsa.pem,
  '/run/chain.pem': rsa.keyPem + rsa.pem + certificatePem(clients.certificate),
  '/run/all.pem': rsa.keyPem + rsa.pem + ecdsa.keyPem + ecdsa.pem,
  '/run/cert-first.pem': ecdsa.pem + ecdsa.keyPem,
  '/run/no-key.pem': ecdsa.pem,
  '/run/no-certificate.pem': ecdsa.keyPem,
  '/run/two-keys.pem': rsa.keyPem + ecdsa.keyPem + ecdsa.pem,
  '/run/mismatch.pem': rsa.keyPem + ecdsa.pem,
  '/run/empty.pem': 'nothing\n',
  '/run/broken.pem': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
  '/run/broken.key': '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
  '/run/other.pem': selfSigned('other.test').pem,
};

type Shown = Pick<Handshake, 'title' | 'shows' | 'config'> & {
  readonly certificate: Certified;
  readonly server?: Handshake['server'];
};

const credentials: Readonly<Record<string, Shown>> = {
  'cert-file': {
    title: 'smtp_tls_cert_file and its key show the client to a server that asks',
    shows: ['smtp_tls_cert_file', 'smtp_tls_key_file'],
    config: { smtp_tls_cert_file: '/run/rsa.pem', smtp_tls_key_file: '/run/rsa.key' },
    certificate: rsa,
  },
  'cert-file-with-key': {
    title: 'The key is in the file of the certificate unless there is one for it',
    shows: ['smtp_tls_cert_file'],
    config: { smtp_tls_cert_file: '/run/rsa-both.pem' },
    certificate: rsa,
  },
  'eccert-file': {
    title: 'smtp_tls_eccert_file and its key show the client',
    shows: ['smtp_tls_eccert_file', 'smtp_tls_eckey_file'],
    config: { smtp_tls_eccert_file: '/run/ecdsa.pem', smtp_tls_eckey_file: '/run/ecdsa.key' },
    certificate: ecdsa,
  },
  'dcert-file': {
    title: 'smtp_tls_dcert_file and its key show the client to a server that takes DSA',
    shows: ['smtp_tls_dcert_file', 'smtp_tls_dkey_file'],
    config: { smtp_tls_dcert_file: '/run/dsa.pem', smtp_tls_dkey_file: '/run/dsa.key' },
    certificate: dsa,
    server: old,
  },
  'dcert-file-with-key': {
    title: 'The key of DSA is in the file of the certificate unless there is one for it',
    shows: ['smtp_tls_dcert_file'],
    config: { smtp_tls_dcert_file: '/run/dsa-both.pem' },
    certificate: dsa,
    server: old,
  },
  'several-files': {
    title: 'Of several certificates the server gets the one that suits it',
    shows: ['smtp_tls_cert_file', 'smtp_tls_eccert_file'],
    config: { smtp_tls_cert_file: '/run/rsa-both.pem', smtp_tls_eccert_file: '/run/ecdsa-both.pem' },
    certificate: ecdsa,
  },
  'chain-files': {
    title: 'smtp_tls_chain_files has keys, each before its chain',
    shows: ['smtp_tls_chain_files'],
    config: { smtp_tls_chain_files: '/run/chain.pem' },
    certificate: rsa,
  },
  'chain-files-several': {
    title: 'Keys of several kinds may be in one of the chain files, or in several',
    shows: ['smtp_tls_chain_files'],
    config: { smtp_tls_chain_files: '/run/rsa-both.pem, /run/ecdsa-both.pem' },
    certificate: ecdsa,
  },
  'chain-files-together': {
    title: 'A chain file may have keys of several kinds',
    shows: ['smtp_tls_chain_files'],
    config: { smtp_tls_chain_files: '/run/all.pem' },
    certificate: ecdsa,
  },
  'chain-files-first': {
    title: 'Chain files take the place of the files for single kinds of keys',
    shows: ['smtp_tls_chain_files', 'smtp_tls_cert_file'],
    config: { smtp_tls_chain_files: '/run/ecdsa-both.pem', smtp_tls_cert_file: '/run/none.pem' },
    certificate: ecdsa,
  },
};

const failing = (file: string) =>
  `error loading private keys and certificates from: ${file}: disabling TLS support`;

/** Files that are of no use, and what the log says of them. */
const defects: Readonly<
  Record<
    string,
    {
      readonly config: Record<string, string>;
      readonly reasons: readonly string[];
      readonly isToldByLibrary?: true;
    }
  >
> = {
  'cert-none': {
    config: { smtp_tls_cert_file: '/run/none.pem' },
    reasons: ['error opening chain file: /run/none.pem: No such file or directory'],
  },
  'cert-empty': {
    config: { smtp_tls_cert_file: '/run/empty.pem' },
    reasons: ['No PEM data in /run/empty.pem', failing('/run/empty.pem')],
  },
  'cert-broken': {
    config: { smtp_tls_cert_file: '/run/broken.pem' },
    reasons: [
      'error loading certificate (PEM object number 1) from /run/broken.pem',
      failing('/run/broken.pem'),
    ],
    isToldByLibrary: true,
  },
  'cert-without-key': {
    config: { smtp_tls_cert_file: '/run/rsa.pem' },
    reasons: ['No private key found in /run/rsa.pem', failing('/run/rsa.pem')],
  },
  'cert-of-another-key': {
    config: { smtp_tls_cert_file: '/run/mismatch.pem' },
    reasons: [
      'key at index 1 in /run/mismatch.pem does not match next certificate',
      failing('/run/mismatch.pem'),
    ],
    isToldByLibrary: true,
  },
  'cert-two-keys': {
    config: { smtp_tls_cert_file: '/run/two-keys.pem' },
    reasons: [
      'ignoring 2nd key at index 2 in /run/two-keys.pem after 1st at 1',
      'key at index 1 in /run/two-keys.pem does not match next certificate',
      failing('/run/two-keys.pem'),
    ],
    isToldByLibrary: true,
  },
  'separate-cert-none': {
    config: { smtp_tls_cert_file: '/run/none.pem', smtp_tls_key_file: '/run/rsa.key' },
    reasons: ['cannot get RSA certificate from file "/run/none.pem": disabling TLS support'],
    isToldByLibrary: true,
  },
  'separate-cert-broken': {
    config: { smtp_tls_cert_file: '/run/broken.pem', smtp_tls_key_file: '/run/rsa.key' },
    reasons: ['cannot get RSA certificate from file "/run/broken.pem": disabling TLS support'],
    isToldByLibrary: true,
  },
  'key-none': {
    config: { smtp_tls_eccert_file: '/run/ecdsa.pem', smtp_tls_eckey_file: '/run/none.pem' },
    reasons: ['cannot get ECDSA private key from file "/run/none.pem": disabling TLS support'],
    isToldByLibrary: true,
  },
  'key-empty': {
    config: { smtp_tls_eccert_file: '/run/ecdsa.pem', smtp_tls_eckey_file: '/run/empty.pem' },
    reasons: ['cannot get ECDSA private key from file "/run/empty.pem": disabling TLS support'],
    isToldByLibrary: true,
  },
  'key-broken': {
    config: { smtp_tls_dcert_file: '/run/dsa.pem', smtp_tls_dkey_file: '/run/broken.key' },
    reasons: ['cannot get DSA private key from file "/run/broken.key": disabling TLS support'],
    isToldByLibrary: true,
  },
  'key-of-another-kind': {
    config: { smtp_tls_cert_file: '/run/rsa.pem', smtp_tls_key_file: '/run/ecdsa.key' },
    reasons: [
      'RSA private key in /run/ecdsa.key does not match public key in /run/rsa.pem: disabling TLS support',
    ],
  },
  'key-of-another-certificate': {
    config: { smtp_tls_eccert_file: '/run/other.pem', smtp_tls_eckey_file: '/run/ecdsa.key' },
    reasons: ['cannot get ECDSA private key from file "/run/ecdsa.key": disabling TLS support'],
    isToldByLibrary: true,
  },
  'chain-empty': {
    config: { smtp_tls_chain_files: '/run/empty.pem' },
    reasons: ['No PEM data in /run/empty.pem', failing('/run/empty.pem')],
  },
  'chain-broken': {
    config: { smtp_tls_chain_files: '/run/broken.pem' },
    reasons: ['error loading chain from /run/broken.pem', failing('/run/broken.pem')],
  },
  'chain-cert-first': {
    config: { smtp_tls_chain_files: '/run/cert-first.pem' },
    reasons: ['error loading chain from /run/cert-first.pem: key not first', failing('/run/cert-first.pem')],
  },
  'chain-no-certificate': {
    config: { smtp_tls_chain_files: '/run/no-certificate.pem' },
    reasons: ['No certs for key at index 1 in /run/no-certificate.pem', failing('/run/no-certificate.pem')],
  },
  'chain-two-keys': {
    config: { smtp_tls_chain_files: '/run/two-keys.pem' },
    reasons: [
      'key at index 1 in /run/two-keys.pem not followed by a certificate',
      failing('/run/two-keys.pem'),
    ],
  },
  'chain-second-mismatch': {
    config: { smtp_tls_chain_files: '/run/mismatch.pem, /run/ecdsa-both.pem' },
    reasons: [
      'key at index 1 in /run/mismatch.pem does not match the certificate',
      'error loading private keys and certificates from: /run/mismatch.pem*/run/ecdsa-both.pem: disabling',
    ],
    isToldByLibrary: true,
  },
  'chain-mismatch': {
    config: { smtp_tls_chain_files: '/run/mismatch.pem' },
    reasons: ['key at index 1 in /run/mismatch.pem does not match', failing('/run/mismatch.pem')],
    isToldByLibrary: true,
  },
};

export default [
  ...Object.entries(credentials).flatMap(([name, { certificate, server, ...handshake }]) =>
    overBoth(`certificates/client-${name}`, {
      ...handshake,
      files,
      server: { ...required, ...server },
      outcome: 'delivered',
      expect: [shown(certificate)],
    }),
  ),
  overSmtp('certificates/client-none', {
    title: 'A client without a certificate goes on without one where it is asked',
    shows: ['smtp_tls_cert_file'],
    origins: ['security-91'],
    server: asking,
    config: {},
    outcome: 'delivered',
    expect: [shown(undefined)],
  }),
  overSmtp('certificates/client-not-asked', {
    title: 'Where it is not asked, it shows none',
    shows: ['smtp_tls_cert_file'],
    clauses: ['rfc8314-5.5-01'],
    files,
    config: { smtp_tls_cert_file: '/run/rsa-both.pem' },
    outcome: 'delivered',
    expect: [shown(undefined)],
  }),
  overSmtp('certificates/client-missing', {
    title: 'A server that needs a certificate turns away after the handshake whoever has none (TLS 1.3)',
    shows: ['smtp_tls_cert_file'],
    origins: ['security-92'],
    server: required,
    config: {},
    outcome: 'lost',
    expect: [logged('alert certificate required:')],
  }),
  overSmtp('certificates/client-missing-tls12', {
    title: 'A server that needs a certificate turns away whoever has none in the handshake (TLS 1.2)',
    shows: ['smtp_tls_cert_file'],
    server: { ...required, maxVersion: 'TLSv1.2' },
    config: {},
    outcome: 'no handshake',
    expect: [logged('TLS library problem: '), logged('SSL_connect error to ')],
  }),
  overSmtp('certificates/client-unknown', {
    title: 'A certificate of an authority that the server has not named is shown all the same',
    shows: ['smtp_tls_cert_file'],
    files,
    server: { ...asking, clientAuthorities: [ca] },
    config: { smtp_tls_cert_file: '/run/rsa-both.pem' },
    outcome: 'delivered',
    expect: [shown(rsa)],
  }),
  overSmtp('certificates/client-chain-files-unreadable', {
    title:
      'A chain file that cannot be opened ends the list: what is complete before it counts, and TLS goes on',
    shows: ['smtp_tls_chain_files'],
    files,
    server: asking,
    config: { smtp_tls_chain_files: '/run/rsa-both.pem, /run/ecdsa-both.pem, /run/none.pem' },
    outcome: 'delivered',
    expect: [shown(rsa), logged('error opening chain file: /run/none.pem: No such file or directory')],
  }),
  ...Object.entries(defects).map(([name, { config, reasons, isToldByLibrary }]) =>
    overSmtp(`certificates/client-defect-${name}`, {
      title: 'A certificate that cannot be used leaves the client without TLS',
      shows: [...Object.keys(config)],
      files,
      config: { smtp_tls_security_level: 'may', ...config },
      outcome: 'plaintext',
      expect: [
        ...reasons.map((reason) => logged(reason)),
        ...(isToldByLibrary === true ? [logged('TLS library problem: error:')] : []),
      ],
    }),
  ),
];
