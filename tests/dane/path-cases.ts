/** Paths of which something is wrong: dates, purposes, lengths, names, digests. */
import { authority } from '../../simulator/certificates/authority.ts';
import { tlsa } from '../../simulator/certificates/tlsa.ts';
import { type DaneCase, NAME } from './parties.ts';

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
export const pathCases: readonly DaneCase[] = [
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
