/** What we log of certificates is what the real Postfix logs: trust-anchor files, fingerprints, authorities. */
import { X509Certificate } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import {
  anchorMatchText,
  fingerprintMatchText,
  verifyAnchors,
  verifyFingerprints,
} from '../client/tls/dane/verify.ts';
import { readAuthorities, verifyAuthorities } from '../client/tls/verify/authorities.ts';
import { failureLine, type Verification } from '../client/tls/verify/verification.ts';
import {
  authority,
  type Certified,
  type Credential,
  certificatePem,
  fingerprint,
  publicKeyPem,
} from '../simulator/certificates/authority.ts';
import { VERIFY_DEPTH } from './dane/ours.ts';
import { alone, full, issuing, leaf, NAME, root, stranger } from './dane/parties.ts';
import { type FingerOptions, postfixFinger } from './dane/posttls-finger.ts';

type Trust =
  | { readonly anchors: readonly Certified[] }
  | { readonly keys: readonly Certified[] }
  | { readonly authorities: readonly Certified[] }
  | { readonly fingerprint: string };

const oldRoot = authority('Old CA', { validity: 'expired' });
const oldIssuing = root.intermediate('Old Issuing CA', { validity: 'expired' });
const oldLeaf = issuing.issue(NAME, { validity: 'expired' });
const earlyLeaf = issuing.issue(NAME, { validity: 'notYetValid' });
const forClients = issuing.issue(NAME, { extendedKeyUsage: ['clientAuth'] });

const cases: readonly (readonly [title: string, sends: Credential, trust: Trust, name?: string])[] = [
  ['root as the anchor', leaf, { anchors: [root] }],
  ['intermediate as the anchor', leaf, { anchors: [issuing] }],
  ['expired intermediate as the anchor', oldIssuing.issue(NAME), { anchors: [oldIssuing] }],
  ['expired root as the anchor', oldRoot.issue(NAME), { anchors: [oldRoot] }],
  ['key of an expired root', oldRoot.issue(NAME), { keys: [oldRoot] }],
  ['leaf as the anchor', alone, { anchors: [alone] }],
  ['leaf as the anchor, another name', alone, { anchors: [alone] }, 'mx2.example.test'],
  ['key of the leaf', leaf, { keys: [leaf] }],
  ['unknown anchor', leaf, { anchors: [stranger] }],
  ['unknown anchor, expired leaf', oldLeaf, { anchors: [stranger] }],
  ['fingerprint', alone, { fingerprint: fingerprint(alone) }],
  ['fingerprint of a key', alone, { fingerprint: fingerprint(alone, 'sha256', 'spki') }],
  ['another fingerprint', alone, { fingerprint: fingerprint(root) }],
  ['authority', leaf, { authorities: [root] }],
  ['authority, another name', leaf, { authorities: [root] }, 'mx2.example.test'],
  ['authority, expired leaf', oldLeaf, { authorities: [root] }],
  ['authority, leaf to come', earlyLeaf, { authorities: [root] }],
  ['authority, leaf for clients', forClients, { authorities: [root] }],
  ['authority, no intermediate', leaf.withChain(leaf), { authorities: [root] }],
  ['unknown root that is sent', full, { authorities: [stranger] }],
  ['self-signed', alone, { authorities: [stranger] }],
];

let look: Awaited<ReturnType<typeof postfixFinger>>;
beforeAll(async () => {
  look = await postfixFinger();
});

test.each(cases.map(([title, ...rest]) => ({ title, rest })))('$title', async ({ rest }) => {
  const [sends, trust, name = NAME] = rest;
  const { verification, texts } = ours(sends, trust, name);
  expect(texts.length).toBeGreaterThan(0);
  if (look === undefined) return;
  const { peer, lines } = await look(sends, optionsOf(trust, name));
  const expected = verification.failure
    ? [failureLine(verification.failure, peer)]
    : texts.map((text) => `${peer}: ${text}`);
  expect(lines).toEqual(expect.arrayContaining(expected));
  const isMatched = lines.some((line) => / [Mm]atched /.test(line));
  expect(isMatched).toBe(verification.matched);
});

test('there is a Postfix to ask', ({ skip }) => {
  if (look === undefined) skip('no posttls-finger: npm run peers');
});

function ours(
  sends: Credential,
  trust: Trust,
  name: string,
): { verification: Verification; texts: string[] } {
  const chain = sends.chain.map((certificate) => new X509Certificate(certificate));
  const parsed = (of: readonly Certified[]) => of.map(({ certificate }) => new X509Certificate(certificate));
  const options = { names: { hosts: [name] }, nowMs: Date.UTC(2026, 0, 1), verifyDepth: VERIFY_DEPTH };
  const [own] = chain;
  if (own === undefined) throw new TypeError('no certificate');
  let verification: Verification;
  let matchText = anchorMatchText;
  if ('fingerprint' in trust) {
    verification = verifyFingerprints(own, [trust.fingerprint], 'sha256');
    matchText = fingerprintMatchText;
  } else if ('authorities' in trust) {
    verification = verifyAuthorities(chain, {
      ...options,
      authorities: readAuthorities(parsed(trust.authorities)),
    });
  } else {
    const certificates = 'anchors' in trust ? parsed(trust.anchors) : [];
    const publicKeys = 'keys' in trust ? trust.keys.map(({ spki }) => spki) : [];
    verification = verifyAnchors(chain, { ...options, anchors: { certificates, publicKeys } });
  }
  const { match, peerName, failure } = verification;
  const texts = [
    ...(failure ? [failureLine(failure, 'peer')] : []),
    ...(peerName !== undefined && !failure ? [`matched peername: ${peerName}`] : []),
    ...(match && !failure ? [matchText(match)] : []),
  ];
  return { verification, texts };
}

function optionsOf(trust: Trust, name: string): FingerOptions {
  if ('fingerprint' in trust) return { level: 'fingerprint', match: [trust.fingerprint] };
  const pem = (of: readonly Certified[]) => of.map(({ certificate }) => certificatePem(certificate)).join('');
  if ('authorities' in trust) return { level: 'secure', match: [name], authorities: pem(trust.authorities) };
  const anchors = 'anchors' in trust ? pem(trust.anchors) : trust.keys.map(publicKeyPem).join('');
  return { level: 'secure', match: [name], anchors };
}
