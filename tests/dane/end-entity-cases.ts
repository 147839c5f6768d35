/** Records of the server's own certificate or key (usage 3). */
import { selfSigned } from '../../simulator/certificates/authority.ts';
import { tlsa } from '../../simulator/certificates/tlsa.ts';
import { alone, type DaneCase, full, issuing, leaf, NAME, other, root, wrong } from './parties.ts';

export const endEntityCases: readonly DaneCase[] = [
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
