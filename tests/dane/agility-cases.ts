/** Several records: digests of different strength, and those that cannot be used. */
import { tlsa } from '../../simulator/certificates/tlsa.ts';
import { alone, type DaneCase, full, issuing, root, wrong } from './parties.ts';

export const agilityCases: readonly DaneCase[] = (
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

export const anchorAgilityCases: readonly DaneCase[] = [
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
export const usageCases: readonly DaneCase[] = [
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
