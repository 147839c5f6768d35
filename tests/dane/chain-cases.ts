/** Chains as servers should not send them, and of certificates that nobody should have. */
import { createHash } from 'node:crypto';
import { readAll, readElement, TAG } from '../../client/tls/verify/der.ts';
import { authority, type Certified, Credential, selfSigned } from '../../simulator/certificates/authority.ts';
import { bits, sequence } from '../../simulator/certificates/der.ts';
import { signatureOf } from '../../simulator/certificates/signature.ts';
import { tlsa } from '../../simulator/certificates/tlsa.ts';
import { oddCredential } from './odd-certificates.ts';
import { alone, type DaneCase, deep, issuing, leaf, NAME, other, root, stranger } from './parties.ts';

export const chainCases: readonly DaneCase[] = [
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

export const oddCases: readonly DaneCase[] = (
  [
    ['a root of version 1', ['belowAncientRoot', 'ancientRoot'], 'TA 1 2 0 1'],
    [
      'a root and an intermediate of version 1',
      ['belowAncientIntermediate', 'ancientIntermediate', 'ancientRoot'],
      'INVALID_CA 1',
    ],
    [
      'an intermediate of version 1 as the anchor',
      ['belowAncientIntermediate', 'ancientIntermediate'],
      'INVALID_CA 1',
    ],
    ['a curve that is described', ['belowDescribedCurve', 'describedCurveRoot'], 'EC_KEY_EXPLICIT_PARAMS 1'],
    ['RSASSA-PSS with SHA-1', ['pssWithSha1', 'rsaRoot'], 'CA_MD_TOO_WEAK 0'],
    ['RSASSA-PSS with SHA-256', ['pssWithSha256', 'rsaRoot'], 'TA 1 2 0 1'],
    ['a critical extension that nobody knows', ['unknownCritical', 'root'], 'UNHANDLED_CRITICAL_EXTENSION 0'],
  ] as const
).map(([title, chain, expected]) => {
  const [first, ...others] = chain;
  const sends = oddCredential(first, ...others);
  const top = sends.chain.at(-1) ?? Buffer.alloc(0);
  const digest = createHash('sha256').update(top).digest('hex');
  return { title, sends, records: [`2 0 1 ${digest}`], expected };
});

/** A path length of what says that it is no authority. */
function contradictory(): Credential {
  const own = selfSigned(NAME, { authority: true, pathLength: 0 });
  const bytes = Buffer.from(own.certificate);
  const constraints = Buffer.from('30060101ff020100', 'hex');
  bytes[bytes.indexOf(constraints) + 4] = 0;
  const [signed, algorithm] = readAll(readElement(bytes), TAG.sequence).map(({ whole }) => whole);
  if (signed === undefined || algorithm === undefined) throw new TypeError('no certificate');
  const signature = bits(signatureOf(signed, own.key, 'sha256'));
  return new Credential(
    () => own.key,
    () => [sequence(signed, algorithm, signature)],
  );
}

const malformed = contradictory();
export const malformedCases: readonly DaneCase[] = [
  {
    title: 'contradictory extensions, named by its key',
    sends: malformed,
    records: [tlsa(3, 1, 1, malformed)],
    expected: 'EE 0 3 1 1',
  },
  {
    title: 'contradictory extensions below an authority',
    sends: malformed.withChain(malformed, root),
    records: [tlsa(2, 0, 1, root)],
    expected: 'DANE_NO_MATCH 0',
  },
  {
    title: 'contradictory extensions, 2 1 0 of its own key',
    sends: malformed,
    records: [tlsa(2, 1, 0, malformed)],
    expected: 'key 0 2 1 0',
  },
];
