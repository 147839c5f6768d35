/**
 * What a server sends, what DNS says, and what has to come of it: the table that our verifier and OpenSSL's are held
 * against (security reference 5.4, 5.5 and its scenarios 95 to 127; RFC 7671 and 7672).
 */
import {
  authority,
  type Certified,
  type Credential,
  selfSigned,
} from '../../simulator/certificates/authority.ts';
import { tlsa } from '../../simulator/certificates/tlsa.ts';

export const NAME = 'mx.example.test';

export interface DaneCase {
  readonly title: string;
  readonly sends: Credential;
  /** `3 1 1 hex`, in the order of the answer. */
  readonly records: readonly string[];
  /** The base domain; `NAME` when absent. */
  readonly name?: string;
  /**
   * `EE 0 3 1 1`, `TA 1 2 0 1`: what matched at which depth by which record; `key 1 2 1 0` for a bare key. Else the
   * failure that counts and its depth: `DANE_NO_MATCH 0`.
   */
  readonly expected: string;
  /** Why OpenSSL alone cannot tell. */
  readonly oursAlone?: string;
}

const root = authority('Root CA');
const issuing = root.intermediate('Issuing CA');
const deep = issuing.intermediate('Deep CA');
const stranger = authority('Stranger CA');
const leaf = issuing.issue(NAME);
const full = leaf.withChain(leaf, issuing, root);
const alone = selfSigned(NAME);
const direct = root.issue(NAME);
const directFull = direct.withChain(direct, root);
const other = selfSigned('other.example.test');

/** Data that fits the type and belongs to nothing. */
function wrong(usage: number, selector: number, matchingType: number): string {
  return tlsa(usage, selector, matchingType, stranger);
}

const endEntity: DaneCase[] = [
  ...[0, 1].flatMap((selector) =>
    [0, 1, 2].map((type) => ({
      title: `3 ${selector} ${type} of a self-signed certificate (95)`,
      sends: alone,
      records: [tlsa(3, selector, type, alone)],
      expected: `EE 0 3 ${selector} ${type}`,
    })),
  ),
  { title: 'another key (96)', sends: alone, records: [wrong(3, 1, 1)], expected: 'DANE_NO_MATCH 0' },
  { title: 'another certificate (96)', sends: alone, records: [wrong(3, 0, 1)], expected: 'DANE_NO_MATCH 0' },
  {
    title: 'another certificate, whole',
    sends: alone,
    records: [wrong(3, 0, 0)],
    expected: 'DANE_NO_MATCH 0',
  },
  ...(['expired', 'notYetValid'] as const).map((validity) => {
    const sends = selfSigned('wrong.example.test', { validity });
    return {
      title: `${validity}, and another name (97)`,
      sends,
      records: [tlsa(3, 1, 1, sends)],
      expected: 'EE 0 3 1 1',
    };
  }),
  {
    title: 'issued by an authority that is not sent',
    sends: leaf.withChain(leaf),
    records: [tlsa(3, 1, 1, leaf)],
    expected: 'EE 0 3 1 1',
  },
  ...[
    { title: 'only for clients', extendedKeyUsage: ['clientAuth'] as const },
    { title: 'key usage that does not fit', keyUsage: ['cRLSign'] as const },
    { title: 'an authority itself', authority: true, pathLength: 0 },
    { title: 'no name at all', names: [], commonName: '' },
    { title: 'SHA-1', digest: 'sha1' as const },
    { title: 'RSA', key: 'rsa' as const },
    { title: 'RSA with 1024 bits', key: 'rsa-1024' as const },
    { title: 'Ed25519', key: 'ed25519' as const },
  ].map(({ title, ...options }) => {
    const sends = selfSigned(NAME, options);
    return { title: `end entity: ${title}`, sends, records: [tlsa(3, 1, 1, sends)], expected: 'EE 0 3 1 1' };
  }),
  {
    title: 'end entity records are not for authorities',
    sends: full,
    records: [tlsa(3, 1, 1, issuing), tlsa(3, 0, 1, root)],
    expected: 'DANE_NO_MATCH 0',
  },
  {
    title: 'rollover: the old and the new key',
    sends: alone,
    records: [tlsa(3, 1, 1, other), tlsa(3, 1, 1, alone)],
    expected: 'EE 0 3 1 1',
  },
  {
    title: 'rollover: the new key, and the authority of both',
    sends: full,
    records: [tlsa(3, 1, 1, other), tlsa(2, 1, 1, root)],
    expected: 'TA 2 2 1 1',
  },
  {
    title: 'end entity and authority: the end entity counts',
    sends: full,
    records: [tlsa(2, 1, 1, root), tlsa(3, 1, 1, leaf)],
    expected: 'EE 0 3 1 1',
  },
];

const anchors: DaneCase[] = [
  ...[0, 1].flatMap((selector) =>
    [0, 1, 2].map((type) => ({
      title: `2 ${selector} ${type} of the root (113)`,
      sends: full,
      records: [tlsa(2, selector, type, root)],
      expected: `TA 2 2 ${selector} ${type}`,
    })),
  ),
  ...[0, 1].flatMap((selector) =>
    [0, 1, 2].map((type) => ({
      title: `2 ${selector} ${type} of the intermediate`,
      sends: leaf,
      records: [tlsa(2, selector, type, issuing)],
      expected: `TA 1 2 ${selector} ${type}`,
    })),
  ),
  {
    title: 'root in the chain, another name (113)',
    sends: full,
    records: [tlsa(2, 1, 1, root)],
    name: 'mx2.example.test',
    expected: 'HOSTNAME_MISMATCH 0',
  },
  ...[
    ['wildcard (114)', '*.example.test', NAME, 'TA 1 2 0 1'],
    ['wildcard for two labels', '*.example.test', 'a.mx.example.test', 'HOSTNAME_MISMATCH 0'],
    ['wildcard of a top level', '*.test', 'example.test', 'HOSTNAME_MISMATCH 0'],
    ['case of the name', 'MX.Example.Test', NAME, 'TA 1 2 0 1'],
  ].map(([title = '', certified = '', name = '', expected = '']) => ({
    title,
    sends: issuing.issue('wild', { names: [certified] }),
    records: [tlsa(2, 0, 1, issuing)],
    name,
    expected,
  })),
  {
    title: 'wildcard in part of a label',
    sends: issuing.issue('wild', { names: ['m*.example.test'] }),
    records: [tlsa(2, 0, 1, issuing)],
    expected: 'HOSTNAME_MISMATCH 0',
    oursAlone: 's_client allows what Postfix does not (10.2)',
  },
  {
    title: 'a common name, where there is no other',
    sends: issuing.issue(NAME, { names: [] }),
    records: [tlsa(2, 0, 1, issuing)],
    expected: 'TA 1 2 0 1',
  },
  {
    title: 'a common name beside another DNS name',
    sends: issuing.issue(NAME, { names: ['other.example.test'] }),
    records: [tlsa(2, 0, 1, issuing)],
    expected: 'HOSTNAME_MISMATCH 0',
  },
  {
    title: '2 1 1, root not sent (115)',
    sends: leaf,
    records: [tlsa(2, 1, 1, root)],
    expected: 'DANE_NO_MATCH 1',
  },
  {
    title: '2 0 0, root not sent (116)',
    sends: leaf,
    records: [tlsa(2, 0, 0, root)],
    expected: 'TA 2 2 0 0',
  },
  {
    title: '2 0 0, neither root nor intermediate sent: one is missing',
    sends: leaf.withChain(leaf),
    records: [tlsa(2, 0, 0, root)],
    expected: 'DANE_NO_MATCH 0',
  },
  {
    title: '2 0 0 of both, nothing sent',
    sends: leaf.withChain(leaf),
    records: [tlsa(2, 0, 0, root), tlsa(2, 0, 0, issuing)],
    expected: 'TA 1 2 0 0',
  },
  {
    title: '2 1 0, root not sent (117)',
    sends: leaf,
    records: [tlsa(2, 1, 0, root)],
    expected: 'key 1 2 1 0',
  },
  {
    title: '2 1 0 of the intermediate, which is not sent',
    sends: leaf.withChain(leaf),
    records: [tlsa(2, 1, 0, issuing)],
    expected: 'key 0 2 1 0',
  },
  { title: '2 1 0, root sent', sends: full, records: [tlsa(2, 1, 0, root)], expected: 'TA 2 2 1 0' },
  {
    title: '2 1 0 of another key',
    sends: leaf,
    records: [tlsa(2, 1, 0, stranger)],
    expected: 'DANE_NO_MATCH 1',
  },
  {
    title: '2 1 0, the name is another',
    sends: leaf,
    records: [tlsa(2, 1, 0, root)],
    name: 'mx2.example.test',
    expected: 'HOSTNAME_MISMATCH 0',
  },
  {
    title: '2 0 1 of the self-signed leaf (118)',
    sends: alone,
    records: [tlsa(2, 0, 1, alone)],
    expected: 'DANE_NO_MATCH 0',
  },
  {
    title: '2 0 0 of the self-signed leaf',
    sends: alone,
    records: [tlsa(2, 0, 0, alone)],
    expected: 'DANE_NO_MATCH 0',
  },
  {
    title: '2 1 0 of the self-signed leaf',
    sends: alone,
    records: [tlsa(2, 1, 0, alone)],
    expected: 'key 0 2 1 0',
  },
  {
    title: '2 0 1 of an issued leaf',
    sends: full,
    records: [tlsa(2, 0, 1, leaf)],
    expected: 'DANE_NO_MATCH 2',
  },
  { title: 'root signs the leaf', sends: directFull, records: [tlsa(2, 0, 1, root)], expected: 'TA 1 2 0 1' },
  {
    title: 'a root of the same name with another key',
    sends: directFull.withChain(direct, authority('Root CA', { keyName: 'Impostor' })),
    records: [tlsa(2, 0, 1, authority('Root CA', { keyName: 'Impostor' }))],
    expected: 'DANE_NO_MATCH 0',
  },
];

const chains: DaneCase[] = [
  {
    title: 'shuffled',
    sends: leaf.withChain(leaf, root, issuing),
    records: [tlsa(2, 0, 1, root)],
    expected: 'TA 2 2 0 1',
  },
  {
    title: 'padded with what does not belong',
    sends: leaf.withChain(leaf, stranger, other, issuing, alone, root),
    records: [tlsa(2, 0, 1, root)],
    expected: 'TA 2 2 0 1',
  },
  {
    title: 'padding that DNS names',
    sends: leaf.withChain(leaf, issuing, stranger),
    records: [tlsa(2, 0, 1, stranger)],
    expected: 'DANE_NO_MATCH 1',
  },
  {
    title: 'a certificate twice',
    sends: leaf.withChain(leaf, issuing, issuing, leaf, root),
    records: [tlsa(2, 0, 1, root)],
    expected: 'TA 2 2 0 1',
  },
  {
    title: 'an intermediate is missing',
    sends: deep.issue(NAME).withChain(deep.issue(NAME), deep, root),
    records: [tlsa(2, 0, 1, root)],
    expected: 'DANE_NO_MATCH 1',
  },
  ...(
    [
      [10, 'TA 11 2 0 1'],
      [11, 'CERT_CHAIN_TOO_LONG 11'],
    ] as const
  ).map(([count, expected]) => {
    const { sends, top } = longChain(count);
    return { title: `${count} intermediates below the root`, sends, records: [tlsa(2, 0, 1, top)], expected };
  }),
];

function longChain(count: number): { sends: Credential; top: Certified } {
  const top = authority('Top CA');
  const between = [top];
  for (let at = 1; at <= count; at++) between.push((between.at(-1) ?? top).intermediate(`CA ${at}`));
  const own = (between.at(-1) ?? top).issue(NAME);
  return { sends: own.withChain(own, ...between.toReversed()), top };
}

/** Paths below a root that says or is something special. */
function below(
  title: string,
  expected: string,
  options: {
    readonly root?: Parameters<typeof authority>[1];
    readonly intermediate?: Parameters<typeof authority>[1];
    readonly leaf?: Parameters<typeof authority>[1];
    readonly record?: readonly [number, number, number, 'root' | 'intermediate'];
    readonly isRootSent?: boolean;
  },
): DaneCase {
  const top = authority('Special Root', options.root);
  const middle = top.intermediate('Special CA', options.intermediate);
  const own = middle.issue(NAME, options.leaf);
  const [usage, selector, type, which] = options.record ?? [2, 0, 1, 'root'];
  return {
    title,
    sends: options.isRootSent === false ? own : own.withChain(own, middle, top),
    records: [tlsa(usage, selector, type, which === 'root' ? top : middle)],
    expected,
  };
}

const unsent = { isRootSent: false } as const;
const paths: DaneCase[] = [
  below('expired root (116)', 'CERT_HAS_EXPIRED 2', { root: { validity: 'expired' } }),
  below('expired root in DNS (116)', 'CERT_HAS_EXPIRED 2', {
    root: { validity: 'expired' },
    record: [2, 0, 0, 'root'],
    ...unsent,
  }),
  below('root to come', 'CERT_NOT_YET_VALID 2', { root: { validity: 'notYetValid' } }),
  below('key of an expired root', 'key 1 2 1 0', {
    root: { validity: 'expired' },
    record: [2, 1, 0, 'root'],
    ...unsent,
  }),
  below('expired intermediate', 'CERT_HAS_EXPIRED 1', { intermediate: { validity: 'expired' } }),
  below('expired intermediate as the anchor', 'TA 1 2 0 1', {
    intermediate: { validity: 'expired' },
    record: [2, 0, 1, 'intermediate'],
  }),
  below('expired intermediate below a bare key', 'CERT_HAS_EXPIRED 1', {
    intermediate: { validity: 'expired' },
    record: [2, 1, 0, 'root'],
    ...unsent,
  }),
  below('expired leaf', 'CERT_HAS_EXPIRED 0', { leaf: { validity: 'expired' } }),
  below('leaf to come', 'CERT_NOT_YET_VALID 0', { leaf: { validity: 'notYetValid' } }),
  below('expired leaf of another name', 'CERT_HAS_EXPIRED 0', {
    leaf: { validity: 'expired', names: ['other.example.test'] },
  }),
  below('expired leaf, nothing matches', 'CERT_HAS_EXPIRED 0', {
    leaf: { validity: 'expired' },
    record: [2, 0, 1, 'root'],
    ...unsent,
  }),
  below('path length 0 below the root', 'PATH_LENGTH_EXCEEDED 2', { root: { pathLength: 0 } }),
  below('path length 1 below the root', 'TA 2 2 0 1', { root: { pathLength: 1 } }),
  below('path length 0 of the intermediate', 'TA 2 2 0 1', { intermediate: { pathLength: 0 } }),
  below('intermediate that is no authority', 'INVALID_CA 1', { intermediate: { authority: false } }),
  below('root that is no authority', 'INVALID_CA 2', { root: { authority: false } }),
  below('intermediate that may not sign certificates', 'INVALID_CA 1', {
    intermediate: { keyUsage: ['cRLSign'] },
  }),
  below('root that may not sign certificates', 'INVALID_CA 2', { root: { keyUsage: ['digitalSignature'] } }),
  below('leaf only for clients', 'INVALID_PURPOSE 0', { leaf: { extendedKeyUsage: ['clientAuth'] } }),
  below('leaf for servers', 'TA 2 2 0 1', { leaf: { extendedKeyUsage: ['serverAuth', 'clientAuth'] } }),
  below('intermediate only for mail', 'INVALID_PURPOSE 1', {
    intermediate: { extendedKeyUsage: ['emailProtection'] },
  }),
  below('root only for code', 'INVALID_PURPOSE 2', { root: { extendedKeyUsage: ['codeSigning'] } }),
  below('leaf whose key may only sign lists', 'INVALID_PURPOSE 0', { leaf: { keyUsage: ['cRLSign'] } }),
  below('leaf whose key may sign', 'TA 2 2 0 1', { leaf: { keyUsage: ['digitalSignature'] } }),
  below('names permitted below', 'TA 2 2 0 1', { intermediate: { permitted: ['example.test'] } }),
  below('names permitted elsewhere', 'PERMITTED_VIOLATION 0', {
    intermediate: { permitted: ['example.com'] },
  }),
  below('names permitted below a dot', 'TA 2 2 0 1', { intermediate: { permitted: ['.example.test'] } }),
  below('names excluded', 'EXCLUDED_VIOLATION 0', { root: { excluded: ['example.test'] } }),
  below('other names excluded', 'TA 2 2 0 1', { root: { excluded: ['ample.test', 'a.mx.example.test'] } }),
  below('a common name is held against constraints too', 'EXCLUDED_VIOLATION 0', {
    root: { excluded: ['example.test'] },
    leaf: { names: [] },
  }),
  below('one of two names is not permitted', 'PERMITTED_VIOLATION 0', {
    root: { permitted: ['example.test'] },
    leaf: { names: [NAME, 'mx.example.com'] },
  }),
  below('intermediate signed with SHA-1', 'CA_MD_TOO_WEAK 1', {
    root: { key: 'rsa' },
    intermediate: { digest: 'sha1' },
  }),
  below('leaf signed with SHA-1', 'CA_MD_TOO_WEAK 0', {
    intermediate: { key: 'rsa' },
    leaf: { digest: 'sha1' },
  }),
  below('root signed with SHA-1', 'TA 2 2 0 1', { root: { key: 'rsa', digest: 'sha1' } }),
  below('RSA all the way', 'TA 2 2 0 1', {
    root: { key: 'rsa' },
    intermediate: { key: 'rsa' },
    leaf: { key: 'rsa' },
  }),
  below('Ed25519 all the way', 'TA 2 2 0 1', {
    root: { key: 'ed25519' },
    intermediate: { key: 'ed25519' },
    leaf: { key: 'ed25519' },
  }),
];

const agility: DaneCase[] = (
  [
    ['3 1 2 wrong, 3 1 1 right (119)', [wrong(3, 1, 2), tlsa(3, 1, 1, alone)], 'DANE_NO_MATCH 0'],
    ['3 1 1 right, 3 1 2 wrong', [tlsa(3, 1, 1, alone), wrong(3, 1, 2)], 'DANE_NO_MATCH 0'],
    ['3 1 2 wrong, 3 1 0 right (119)', [wrong(3, 1, 2), tlsa(3, 1, 0, alone)], 'EE 0 3 1 0'],
    ['3 1 2 wrong, 3 0 1 right (119)', [wrong(3, 1, 2), tlsa(3, 0, 1, alone)], 'EE 0 3 0 1'],
    ['3 1 1 wrong, 3 1 2 right', [wrong(3, 1, 1), tlsa(3, 1, 2, alone)], 'EE 0 3 1 2'],
    ['3 1 0 wrong, 3 1 1 right', [wrong(3, 1, 0), tlsa(3, 1, 1, alone)], 'EE 0 3 1 1'],
    ['2 1 2 wrong, 3 1 1 right', [wrong(2, 1, 2), tlsa(3, 1, 1, alone)], 'EE 0 3 1 1'],
    ['two of 3 1 2, one right', [wrong(3, 1, 2), tlsa(3, 1, 2, alone)], 'EE 0 3 1 2'],
    ['3 1 2 of the wrong length, 3 1 1 right', ['3 1 2 00', tlsa(3, 1, 1, alone)], 'EE 0 3 1 1'],
    ['matching type 3, 3 1 1 right', [`3 1 3 ${'00'.repeat(48)}`, tlsa(3, 1, 1, alone)], 'EE 0 3 1 1'],
    ['selector 2, 3 1 1 right', [`3 2 1 ${'00'.repeat(32)}`, tlsa(3, 1, 1, alone)], 'EE 0 3 1 1'],
    ['whole data that is no certificate', ['3 0 0 3000', tlsa(3, 0, 1, alone)], 'EE 0 3 0 1'],
    ['whole data with something behind it', [`${tlsa(3, 1, 0, alone)}00`, wrong(3, 1, 1)], 'DANE_NO_MATCH 0'],
    ['every digest, all right', [0, 1, 2].map((type) => tlsa(3, 1, type, alone)), 'EE 0 3 1 2'],
  ] as const
).map(([title, records, expected]) => ({ title, sends: alone, records, expected }));

const anchorAgility: DaneCase[] = [
  {
    title: '2 1 2 wrong, 2 1 1 right',
    sends: full,
    records: [wrong(2, 1, 2), tlsa(2, 1, 1, root)],
    expected: 'DANE_NO_MATCH 2',
  },
  {
    title: '2 1 2 wrong, 2 0 1 right',
    sends: full,
    records: [wrong(2, 1, 2), tlsa(2, 0, 1, root)],
    expected: 'TA 2 2 0 1',
  },
  {
    title: '3 1 2 wrong, 2 1 1 right',
    sends: full,
    records: [wrong(3, 1, 2), tlsa(2, 1, 1, root)],
    expected: 'TA 2 2 1 1',
  },
  {
    title: 'root and intermediate named: the lower one counts',
    sends: full,
    records: [tlsa(2, 0, 1, root), tlsa(2, 0, 1, issuing)],
    expected: 'TA 1 2 0 1',
  },
];

const withoutPkix = 'OpenSSL would use usages 0 and 1; for mail they do not exist (5.5, rule 9)';
const usages: DaneCase[] = [
  {
    title: 'usage 1 and a matching 3 1 1 (106)',
    sends: alone,
    records: [tlsa(1, 1, 1, alone), tlsa(3, 1, 1, alone)],
    expected: 'EE 0 3 1 1',
    oursAlone: withoutPkix,
  },
  {
    title: 'only usage 1 (103)',
    sends: alone,
    records: [tlsa(1, 1, 1, alone)],
    expected: 'DANE_NO_MATCH 0',
    oursAlone: withoutPkix,
  },
  {
    title: 'only usage 0 (103)',
    sends: full,
    records: [tlsa(0, 0, 1, root)],
    expected: 'DANE_NO_MATCH 0',
    oursAlone: withoutPkix,
  },
  {
    title: 'only an unknown matching type (122)',
    sends: alone,
    records: [`3 1 3 ${'00'.repeat(48)}`],
    expected: 'DANE_NO_MATCH 0',
    oursAlone: 'without a usable record OpenSSL does not begin',
  },
  {
    title: 'only a digest of the wrong length (104)',
    sends: alone,
    records: ['3 1 1 0011'],
    expected: 'DANE_NO_MATCH 0',
    oursAlone: 'without a usable record OpenSSL does not begin',
  },
];

export const cases: readonly DaneCase[] = [
  ...endEntity,
  ...anchors,
  ...chains,
  ...paths,
  ...agility,
  ...anchorAgility,
  ...usages,
];
