/** TLSA records that a certificate matches, and such as it does not (RFC 6698, RFC 7672 3; security reference 5.5). */
import { authority, type Credential, logged, selfSigned } from '../../scenario.ts';
import { dane, published, records, refused, type Site, verified } from './_site.ts';

const root = authority('DANE Root');
const issuing = root.intermediate('DANE Issuing CA');
const other = authority('Other Root');
const level = 'postfix:smtp_tls_security_level';

/** A credential whose chain ends with the root. */
function rooted(credential: Credential): Credential {
  return credential.withChain(credential, root);
}

const matching = [
  { kind: '3 0 0', origins: [], clauses: ['rfc6698-6-02'] },
  { kind: '3 0 1', origins: ['field-DE03'], clauses: ['rfc6698-6-02'] },
  { kind: '3 0 2', origins: [], clauses: ['rfc6698-6-03', 'rfc7671-2-01'] },
  { kind: '3 1 0', origins: [], clauses: ['rfc6698-6-02'] },
  { kind: '3 1 1', origins: ['security-95', 'field-DE01'], clauses: ['rfc7672-2.2-01', 'rfc7672-8.1-01'] },
  { kind: '3 1 2', origins: ['field-DE02'], clauses: ['rfc6698-6-03', 'rfc7671-2-01'] },
].map(({ kind, origins, clauses }) =>
  dane(`match-${dashed(kind)}`, `TLSA ${kind} of the server's certificate authenticates it`, (site) => ({
    clauses: [level, ...clauses],
    origins,
    zone: published(site.own, kind),
    expect: verified(site),
  })),
);

const anchored = [
  { kind: '2 0 0', origins: [] },
  { kind: '2 0 1', origins: ['field-DE04'] },
  { kind: '2 0 2', origins: [] },
  { kind: '2 1 0', origins: [] },
  { kind: '2 1 1', origins: ['security-113', 'field-DE05'] },
  { kind: '2 1 2', origins: [] },
].map(({ kind, origins }) =>
  dane(
    `anchor-${dashed(kind)}`,
    `TLSA ${kind} of an authority in the chain authenticates the server`,
    (site) => ({
      clauses: [level, 'rfc7672-3.2.2-01'],
      origins,
      host: { tls: { credential: rooted(root.issue(site.mx)) } },
      zone: published(root, kind),
      expect: verified(site),
    }),
  ),
);

/** Certificates that match, whatever else may be wrong with them. */
const good: readonly Case[] = [
  {
    name: 'expired-end-entity',
    title: 'With usage 3 neither the dates nor the names of a certificate count',
    clauses: ['rfc7672-3.1.1-01', 'rfc7672-3.1.1-02', 'rfc7672-3.2.1-01'],
    origins: ['security-97', 'field-DE08'],
    credential: () => selfSigned('wrong.test', { validity: 'expired' }),
    of: '3 1 1',
  },
  {
    name: 'end-entity-not-yet-valid',
    title: 'With usage 3 a certificate may be used before its time',
    clauses: ['rfc7672-3.1.1-02'],
    credential: ({ mx }) => selfSigned(mx, { validity: 'notYetValid' }),
    of: '3 0 1',
  },
  {
    name: 'end-entity-of-authority',
    title: 'With usage 3 it does not matter who issued the certificate',
    clauses: ['rfc7672-3.1.1-01'],
    credential: ({ mx }) => other.issue(mx),
    of: '3 1 1',
  },
  {
    name: 'intermediate-wildcard',
    title: 'An intermediate authority may be the anchor, and a wildcard the name',
    clauses: ['rfc7672-3.2.3-02'],
    origins: ['security-114'],
    credential: ({ domain }) => issuing.issue(`*.${domain}`),
    anchor: () => records(issuing, '2 0 1'),
  },
  {
    name: 'anchor-only-in-dns',
    title: 'With 2 0 0 the server need not send the authority',
    clauses: ['rfc7671-5.2.2-01'],
    origins: ['security-116'],
    credential: ({ mx }) => root.issue(mx),
    anchor: () => records(root, '2 0 0'),
  },
  {
    name: 'anchor-key-only-in-dns',
    title: 'With 2 1 0 the key of the authority is enough, without a certificate of it',
    clauses: ['rfc7671-5.2.3-01'],
    origins: ['security-117'],
    credential: ({ mx }) => issuing.issue(mx),
    anchor: () => records(root, '2 1 0'),
  },
  {
    name: 'shuffled-chain',
    title: 'A chain may be out of order and hold certificates that do not belong there',
    credential: ({ mx }) => {
      const leaf = issuing.issue(mx);
      return leaf.withChain(leaf, root, other, issuing);
    },
    anchor: () => records(root, '2 0 1'),
  },
  {
    name: 'common-name-only',
    title: 'The common name counts where a certificate has no other name',
    clauses: ['rfc7672-3.2.3-01'],
    credential: ({ mx }) => rooted(root.issue(mx, { names: [] })),
    anchor: () => records(root, '2 1 1'),
  },
];

/** Certificates that do not match. */
const bad: readonly Case[] = [
  {
    name: 'mismatch',
    title: 'A server whose certificate matches no record gets no mail',
    clauses: ['rfc7672-3.2-01', 'rfc7672-9.1-01', 'rfc6698-4.1-06'],
    origins: ['security-96', 'field-DE09'],
    credential: ({ own }) => own,
    anchor: () => records(selfSigned('elsewhere.test'), '3 1 1'),
  },
  {
    name: 'anchor-wrong-name',
    title: 'With usage 2 the certificate has to name the server',
    clauses: ['rfc7672-3.2.2-01'],
    origins: ['security-113', 'field-DE06'],
    credential: () => rooted(root.issue('wrong.test')),
    anchor: () => records(root, '2 0 1'),
  },
  {
    name: 'anchor-common-name-beside-names',
    title: 'The common name does not count beside other names',
    clauses: ['rfc7672-3.2.3-01'],
    credential: ({ mx }) => rooted(root.issue(mx, { names: ['wrong.test'] })),
    anchor: () => records(root, '2 1 1'),
  },
  {
    name: 'wildcard-of-two-labels',
    title: 'A wildcard stands for one label',
    clauses: ['rfc7672-3.2.3-03'],
    credential: ({ domain }) => rooted(root.issue(`*.${domain.split('.').slice(1).join('.')}`)),
    anchor: () => records(root, '2 1 1'),
  },
  {
    name: 'anchor-not-sent',
    title: 'The digest of an authority is not enough without its certificate',
    origins: ['security-115', 'field-DE25'],
    credential: ({ mx }) => root.issue(mx),
    anchor: () => records(root, '2 1 1', '2 0 1'),
  },
  {
    name: 'anchor-expired',
    title: 'An authority whose certificate has expired is no anchor',
    origins: ['security-116'],
    credential: ({ mx }) => expiredRoot.issue(mx),
    anchor: () => records(expiredRoot, '2 0 0'),
  },
  {
    name: 'expired-below-anchor',
    title: 'With usage 2 a certificate that has expired is not good',
    credential: ({ mx }) => rooted(root.issue(mx, { validity: 'expired' })),
    anchor: () => records(root, '2 0 1'),
  },
  {
    name: 'self-signed-anchor',
    title: 'A certificate that its own key signed is no authority above itself',
    origins: ['security-118'],
    credential: ({ own }) => own,
    of: '2 0 1',
  },
  {
    name: 'anchor-as-end-entity',
    title: 'Usage 3 is compared with the certificate of the server alone',
    credential: ({ mx }) => rooted(root.issue(mx)),
    anchor: () => records(root, '3 1 1', '3 0 1'),
  },
  {
    name: 'issuer-without-authority',
    title: 'What is no authority cannot issue certificates',
    credential: ({ mx }) => {
      const between = root.intermediate('No Authority', { authority: false, keyUsage: [] });
      const leaf = between.issue(mx);
      return leaf.withChain(leaf, between, root);
    },
    anchor: () => records(root, '2 0 1'),
  },
  {
    name: 'path-too-long',
    title: 'The limit that an anchor sets to the length of the path is kept',
    clauses: ['rfc7672-3.1.2-01'],
    credential: ({ mx }) => {
      const leaf = belowShortRoot.issue(mx);
      return leaf.withChain(leaf, belowShortRoot, shortRoot);
    },
    anchor: () => records(shortRoot, '2 0 1'),
  },
];

interface Case {
  readonly name: string;
  readonly title: string;
  readonly clauses?: readonly string[];
  readonly origins?: readonly string[];
  readonly credential: (site: Site) => Credential;
  /** Kind of the record of the server's own certificate; or these records. */
  readonly of?: string;
  readonly anchor?: () => readonly string[];
}

const expiredRoot = authority('Expired DANE Root', { validity: 'expired' });
const shortRoot = authority('Short DANE Root', { pathLength: 0 });
const belowShortRoot = shortRoot.intermediate('Below Short DANE Root');

const judged = (cases: readonly Case[], outcome: typeof verified) =>
  cases.map(({ name, title, clauses = [], origins = [], credential, of, anchor }) =>
    dane(name, title, (site) => {
      const shown = credential(site);
      return {
        clauses: [level, ...clauses],
        origins,
        host: { tls: { credential: shown } },
        zone: { '_25._tcp.mx': { TLSA: anchor?.() ?? records(shown, of ?? '') } },
        expect: outcome(site),
      };
    }),
  );

export default [
  ...matching,
  ...anchored,
  ...judged(good, verified),
  ...judged(bad, refused),
  dane('one-of-two', 'One record that matches is enough', (site) => ({
    clauses: [level, 'rfc7672-2.2-01'],
    origins: ['field-DE18'],
    zone: {
      '_25._tcp.mx': { TLSA: [...records(selfSigned('old.test'), '3 1 1'), ...records(site.own, '3 1 1')] },
    },
    expect: verified(site),
  })),
  dane('unusable-and-match', 'Records that cannot be used do not hinder those that match', (site) => ({
    clauses: [level, 'rfc6698-4.1-04'],
    origins: ['security-106', 'field-DE19'],
    zone: {
      '_25._tcp.mx': { TLSA: ['1 1 1 00', '3 1 77 00', ...records(site.own, '3 1 1')] },
    },
    expect: [...verified(site), logged('unusable TLSA RR: 3 1 77'), logged('unsupported TLSA')],
  })),
];

function dashed(kind: string): string {
  return kind.replaceAll(' ', '-');
}
