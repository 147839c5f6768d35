/** Servers known by the digest of their certificate or key (security reference 10.3). */
import { fingerprint, logged, selfSigned } from '../../scenario.ts';
import { failedFor, good, type Handshake, overBoth, overSmtp, PEER } from './_server.ts';

const DIGESTS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'ripemd160'];
/** Neither its name nor its dates are right, nor does anybody answer for it. */
const hopeless = selfSigned('other.test', { validity: 'expired', names: ['other.test'] });
const ofCertificate = fingerprint(hopeless);
const level = { smtp_tls_security_level: 'fingerprint' };

const cases: Readonly<Record<string, Pick<Handshake, 'title' | 'origins'> & { readonly value: string }>> = {
  certificate: {
    title: 'The digest of a certificate is proof enough, whatever else is wrong with it',
    origins: ['security-85'],
    value: ofCertificate,
  },
  'public-key': {
    title: 'So is that of the public key, in lower case and without colons',
    origins: ['security-86'],
    value: fingerprint(hopeless, 'sha256', 'spki').replaceAll(':', '').toLowerCase(),
  },
  several: {
    title: 'One of several digests is enough',
    value: `${fingerprint(good)}, ${ofCertificate}`,
  },
  'beside-malformed': {
    title: 'A digest that is none is passed over',
    value: `not-hex ${ofCertificate}`,
  },
};

export default [
  ...Object.entries(cases).map(([name, { title, origins, value }]) =>
    overSmtp(`certificates/fingerprint-${name}`, {
      title,
      shows: ['smtp_tls_fingerprint_cert_match'],
      ...(origins && { origins }),
      server: { credential: hopeless },
      config: {
        ...level,
        smtp_tls_fingerprint_digest: 'sha256',
        smtp_tls_fingerprint_cert_match: value,
        smtp_tls_loglevel: 'summary, certmatch',
      },
      outcome: 'delivered',
      expect: [
        logged(`${PEER}: Matched fingerprint: `),
        logged(`Verified TLS connection established to ${PEER}: `),
        ...(name === 'beside-malformed' ? [logged('malformed fingerprint value: not-hex')] : []),
      ],
    }),
  ),
  ...DIGESTS.flatMap((digest) =>
    overBoth(`certificates/fingerprint-${digest}`, {
      title: `smtp_tls_fingerprint_digest=${digest}: digests are of that kind`,
      shows: ['smtp_tls_fingerprint_digest', 'smtp_tls_fingerprint_cert_match'],
      server: { credential: hopeless },
      config: {
        ...level,
        smtp_tls_fingerprint_digest: digest,
        smtp_tls_fingerprint_cert_match: fingerprint(hopeless, digest),
      },
      outcome: 'delivered',
    }),
  ),
  ...overBoth('certificates/fingerprint-other', {
    title: 'A server with another digest is not the one',
    shows: ['smtp_tls_fingerprint_cert_match'],
    origins: ['security-88'],
    config: {
      ...level,
      smtp_tls_fingerprint_digest: 'sha256',
      smtp_tls_fingerprint_cert_match: ofCertificate,
    },
    outcome: 'unverified',
    expect: [logged(failedFor('num=65:no matching DANE TLSA records', 'server '))],
  }),
  overSmtp('certificates/fingerprint-wrong-length', {
    title: 'Digests of another kind are of no use, and nothing is verified without any',
    shows: ['smtp_tls_fingerprint_digest'],
    origins: ['security-87'],
    config: {
      ...level,
      smtp_tls_fingerprint_digest: 'sha256',
      smtp_tls_fingerprint_cert_match: fingerprint(good, 'sha1'),
    },
    outcome: 'unverified',
    expect: [logged(`${PEER}: all fingerprints unusable`), logged('unusable TLSA RR: '), logged('num=1:')],
  }),
];
