/** Records of authorities (usage 2), sent and not sent, and the names of servers below them. */
import { authority } from '../../simulator/certificates/authority.ts';
import { tlsa } from '../../simulator/certificates/tlsa.ts';
import {
  alone,
  type DaneCase,
  direct,
  directFull,
  full,
  issuing,
  leaf,
  NAME,
  root,
  stranger,
} from './parties.ts';

export const anchorCases: readonly DaneCase[] = [
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
