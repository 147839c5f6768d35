/** Chains that authorities answer for, and every kind that none does (RFC 5280 section 6; security reference 10). */
import { authority, logged, selfSigned } from '../../scenario.ts';
import { ca, failedFor, good, type Handshake, NAME, overSmtp, PEER } from './_server.ts';

const secure = { smtp_tls_security_level: 'secure', smtp_tls_CAfile: '/run/ca.pem', smtp_tls_loglevel: '1' };
const intermediate = ca.intermediate('Example Issuing CA');
const issued = intermediate.issue(NAME);
const deep = intermediate.intermediate('Example Deep CA');
const stranger = authority('Stranger CA');

type Chain = Pick<Handshake, 'title' | 'origins' | 'server' | 'clauses' | 'config'>;

/** Level secure takes them. */
const trusted: Readonly<Record<string, Partial<Chain> & Pick<Chain, 'title' | 'server'>>> = {
  root: {
    title: 'A certificate that a trusted authority issued is good',
    origins: ['security-67'],
    server: { credential: good },
  },
  intermediate: {
    title: 'Authorities between the root and the certificate come with it',
    server: { credential: issued },
  },
  shuffled: {
    title: 'A chain may come in any order',
    server: { credential: deep.issue(NAME).withChain(deep.issue(NAME), intermediate, deep) },
  },
  padded: {
    title: 'Certificates that do not belong to the chain do no harm',
    server: { credential: issued.withChain(issued, stranger, intermediate, good) },
  },
  'with-root': {
    title: 'The root may come with the chain',
    server: { credential: issued.withChain(issued, intermediate, ca) },
  },
  'path-length': {
    title: 'An authority that may issue to authorities does',
    server: {
      credential: ca
        .intermediate('Example Upper CA', { pathLength: 1 })
        .intermediate('Example Lower CA', { pathLength: 0 })
        .issue(NAME),
    },
  },
  'permitted-name': {
    title: 'Names within the constraints of an authority are good',
    server: {
      credential: ca.intermediate('Example Constrained CA', { permitted: ['example.test'] }).issue(NAME),
    },
  },
  'server-usage': {
    title: 'A certificate for servers is one',
    server: {
      credential: ca.issue(NAME, { extendedKeyUsage: ['serverAuth'], keyUsage: ['digitalSignature'] }),
    },
  },
  'short-key': {
    title: 'An RSA key of 1024 bits is just long enough at levels that verify',
    server: { credential: ca.intermediate('Example Weak CA', { key: 'rsa-1024' }).issue(NAME) },
  },
  rsa: { title: 'An RSA key is good', server: { credential: ca.issue(NAME, { key: 'rsa' }) } },
  ed25519: { title: 'An Ed25519 key is good', server: { credential: ca.issue(NAME, { key: 'ed25519' }) } },
  'two-kinds': {
    title: 'A server with several kinds of keys shows one of them',
    server: { credential: [ca.issue(NAME, { key: 'rsa' }), good] },
  },
};

/** Level secure does not, and the log says why. */
const refused: Readonly<
  Record<string, Partial<Chain> & Pick<Chain, 'title' | 'server'> & { readonly reason: string }>
> = {
  expired: {
    title: 'A certificate that has expired is none',
    origins: ['security-70'],
    server: { credential: ca.issue(NAME, { validity: 'expired' }) },
    reason: failedFor('certificate has expired', 'server '),
  },
  'not-yet-valid': {
    title: 'A certificate of the future is none',
    server: { credential: ca.issue(NAME, { validity: 'notYetValid' }) },
    reason: failedFor('certificate not yet valid', 'server '),
  },
  'expired-intermediate': {
    title: 'An authority whose certificate has expired answers for nobody',
    server: { credential: ca.intermediate('Example Old CA', { validity: 'expired' }).issue(NAME) },
    reason: failedFor('certificate has expired', 'CA '),
  },
  'self-signed': {
    title: 'A certificate that answers for itself is not enough',
    origins: ['security-69', 'field-TL13'],
    server: { credential: selfSigned(NAME) },
    reason: failedFor('self-signed certificate'),
  },
  'self-signed-in-chain': {
    title: 'A root that is not trusted is not made so by being sent',
    server: { credential: stranger.issue(NAME).withChain(stranger.issue(NAME), stranger) },
    reason: failedFor('untrusted issuer /CN=Stranger CA'),
  },
  'missing-intermediate': {
    title: 'A chain with a gap leads nowhere',
    origins: ['security-71'],
    server: { credential: issued.withChain(issued) },
    reason: failedFor('untrusted issuer /CN=Example Issuing CA'),
  },
  'unknown-authority': {
    title: 'An authority that is not trusted answers for nobody',
    server: { credential: stranger.issue(NAME) },
    reason: failedFor('untrusted issuer /CN=Stranger CA'),
  },
  'other-key': {
    title: 'After a change of keys the old certificate of an authority verifies nothing',
    server: { credential: authority('Example CA', { keyName: 'another key' }).issue(NAME) },
    reason: 'certificate verification failed for ',
  },
  'client-usage': {
    title: 'A certificate for clients is none of a server',
    server: { credential: ca.issue(NAME, { extendedKeyUsage: ['clientAuth'] }) },
    reason: failedFor('not designated for use as a server certificate'),
  },
  'no-authority': {
    title: 'Whoever is no authority issues nothing',
    server: { credential: ca.intermediate('Example Impostor', { authority: false }).issue(NAME) },
    reason: failedFor('num=79:invalid CA certificate', 'CA '),
  },
  'path-too-long': {
    title: 'An authority that may issue to servers only has no authorities below it',
    server: {
      credential: ca
        .intermediate('Example Narrow CA', { pathLength: 0 })
        .intermediate('Example Extra CA')
        .issue(NAME),
    },
    reason: failedFor('num=25:path length constraint exceeded', 'CA '),
  },
  'excluded-name': {
    title: 'A name that an authority must not certify is not certified',
    server: {
      credential: ca.intermediate('Example Excluding CA', { excluded: ['example.test'] }).issue(NAME),
    },
    reason: failedFor('num=48:excluded subtree violation', 'server '),
  },
  'name-not-permitted': {
    title: 'A name beyond those that an authority may certify is not certified',
    server: {
      credential: ca.intermediate('Example Other CA', { permitted: ['other.test'] }).issue(NAME),
    },
    reason: failedFor('num=47:permitted subtree violation', 'server '),
  },
  'sha-1': {
    title: 'A signature with SHA-1 proves nothing',
    server: { credential: ca.issue(NAME, { digest: 'sha1' }) },
    reason: 'certificate verification failed for ',
  },
};

export default [
  ...Object.entries(trusted).map(([name, { server, title, origins = [] }]) =>
    overSmtp(`certificates/${name}`, {
      title,
      shows: ['smtp_tls_CAfile'],
      origins,
      ...(server && { server }),
      config: secure,
      outcome: 'delivered',
      expect: [logged(`Verified TLS connection established to ${PEER}: TLSv1.3 with cipher `)],
    }),
  ),
  ...Object.entries(refused).map(([name, { server, title, origins = [], reason }]) =>
    overSmtp(`certificates/${name}`, {
      title,
      shows: ['smtp_tls_security_level'],
      origins,
      ...(server && { server }),
      config: secure,
      outcome: 'unverified',
      expect: [
        logged(reason),
        logged(`Untrusted TLS connection established to ${PEER}: TLSv1.3 with cipher `),
      ],
    }),
  ),
];
