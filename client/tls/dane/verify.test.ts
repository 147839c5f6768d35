/** Trust-anchor files and fingerprints, what the log says, and chains that nobody should send. */
import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  authority,
  type Certified,
  type Credential,
  fingerprint,
  selfSigned,
} from '../../../simulator/certificates/authority.ts';
import { tlsa } from '../../../simulator/certificates/tlsa.ts';
import type { TlsaRecord } from '../../dns/records.ts';
import { failureLine } from '../verify/verification.ts';
import { readDigests } from './digests.ts';
import {
  anchorMatchText,
  daneMatchText,
  fingerprintMatchText,
  verifyAnchors,
  verifyDane,
  verifyFingerprints,
} from './verify.ts';

const NAME = 'mx.example.test';
const PEER = 'mx.example.test[192.0.2.1]:25';
const names = { hosts: [NAME] };
const options = { names, nowMs: Date.UTC(2026, 0, 1), verifyDepth: 9 };
const digests = readDigests(['sha512', 'sha256'], () => {});

const root = authority('Root CA');
const issuing = root.intermediate('Issuing CA');
const leaf = issuing.issue(NAME);

const parsed = ({ certificate }: Certified) => new X509Certificate(certificate);
const chainOf = ({ chain }: Credential) => chain.map((certificate) => new X509Certificate(certificate));

function record(text: string): TlsaRecord {
  const [usage, selector, matchingType, hex = ''] = text.split(' ');
  const numbers = { usage: Number(usage), selector: Number(selector), matchingType: Number(matchingType) };
  return { type: 'TLSA', name: '', ttlSeconds: 1, ...numbers, data: Buffer.from(hex, 'hex') };
}

describe('trust-anchor files (10.4)', () => {
  const byCertificate = (...of: Certified[]) => ({ certificates: of.map(parsed), publicKeys: [] });
  const byKey = (...of: Certified[]) => ({ certificates: [], publicKeys: of.map(({ spki }) => spki) });
  test.each([
    ['root, not sent', byCertificate(root), leaf, 'depth 2'],
    ['intermediate', byCertificate(issuing), leaf, 'depth 1'],
    ['intermediate, not sent', byCertificate(issuing), leaf.withChain(leaf), 'depth 1'],
    ['the leaf itself', byCertificate(leaf), leaf, 'depth 0'],
    ['key of the root, not sent', byKey(root), leaf, 'depth 1'],
    ['key of the intermediate', byKey(issuing), leaf, 'depth 1'],
    ['key of the leaf', byKey(leaf), leaf, 'depth 0'],
    ['one of several', byCertificate(authority('Stranger CA'), root), leaf, 'depth 2'],
    ['key of an expired root', byKey(authority('Root CA', { validity: 'expired' })), leaf, 'depth 1'],
  ])('%s', (_, anchors, sends, text) => {
    const found = verifyAnchors(chainOf(sends), { ...options, anchors });
    expect(found).toMatchObject({ matched: true, trusted: true, peerName: NAME });
    expect(found.match && anchorMatchText(found.match)).toBe(`Matched trust anchor at ${text}`);
  });

  test('the name counts, whatever the anchor is', () => {
    for (const anchors of [byCertificate(root), byCertificate(leaf), byKey(root), byKey(leaf)]) {
      const found = verifyAnchors(chainOf(leaf), {
        ...options,
        names: { hosts: ['mx.example.com'] },
        anchors,
      });
      expect(found).toMatchObject({ matched: false, trusted: true, failure: { code: 'HOSTNAME_MISMATCH' } });
    }
  });

  test('an expired anchor does not count, an unknown one neither', () => {
    const expired = authority('Root CA', { validity: 'expired' });
    expect(verifyAnchors(chainOf(leaf), { ...options, anchors: byCertificate(expired) })).toMatchObject({
      matched: false,
      trusted: false,
      failure: { code: 'CERT_HAS_EXPIRED', depth: 2 },
    });
    const stranger = authority('Stranger CA');
    expect(verifyAnchors(chainOf(leaf), { ...options, anchors: byCertificate(stranger) })).toMatchObject({
      matched: false,
      failure: { code: 'DANE_NO_MATCH', depth: 1 },
    });
    const nothing = { certificates: [], publicKeys: [Buffer.from('nonsense')] };
    expect(verifyAnchors(chainOf(leaf), { ...options, anchors: nothing })).toMatchObject({ matched: false });
  });
});

describe('fingerprints (10.3)', () => {
  test.each([
    ['certificate', fingerprint(leaf), 'sha256', true],
    ['public key', fingerprint(leaf, 'sha256', 'spki'), 'sha256', true],
    ['certificate, SHA-1', fingerprint(leaf, 'sha1'), 'sha1', true],
    ['another one', fingerprint(root), 'sha256', false],
    ['another digest', fingerprint(leaf, 'sha1'), 'sha256', false],
    ['an unknown digest', fingerprint(leaf), 'sha0', false],
  ])('%s: %s (85 to 88)', (_, wanted, digest, matched) => {
    const found = verifyFingerprints(
      parsed(leaf),
      [fingerprint(root, digest === 'sha0' ? 'sha256' : digest), wanted],
      digest,
    );
    expect(found.matched).toBe(matched);
    const line = `server certificate verification failed for ${PEER}: num=65:no matching DANE TLSA records`;
    if (found.failure) expect(failureLine(found.failure, PEER)).toBe(line);
    else
      expect(found.match && fingerprintMatchText(found.match)).toBe(
        `Matched fingerprint: ${wanted.replaceAll(':', '')}`,
      );
  });

  test('neither dates nor names count (85)', () => {
    const expired = selfSigned('other.example.test', { validity: 'expired' });
    expect(verifyFingerprints(parsed(expired), [fingerprint(expired)], 'sha256').matched).toBe(true);
  });
});

describe('what the log says', () => {
  const line = (records: string[], sends: Credential, hosts = [NAME]) => {
    const all = { ...options, names: { hosts }, digests, records: records.map(record) };
    const { match, failure } = verifyDane(chainOf(sends), all);
    return failure === undefined ? match && daneMatchText(match) : failureLine(failure, PEER);
  };
  const hex = (text: string) => (text.split(' ')[3] ?? '').toUpperCase();
  const failed = `certificate verification failed for ${PEER}:`;

  test('matches', () => {
    const own = tlsa(3, 1, 1, leaf);
    expect(line([own], leaf)).toBe(`Matched DANE EE certificate at depth 0: 3 1 1 ${hex(own)}`);
    const above = tlsa(2, 0, 2, issuing);
    expect(line([above], leaf)).toBe(`Matched DANE TA certificate at depth 1: 2 0 2 ${hex(above)}`);
    const key = tlsa(2, 1, 0, root);
    const ends = `${hex(key).slice(0, 64)}...${hex(key).slice(-64)}`;
    expect(line([key], leaf)).toBe(
      `Matched DANE TA public key verified certificate at depth 1: 2 1 0 ${ends}`,
    );
  });

  test('failures', () => {
    const expired = issuing.issue(NAME, { validity: 'expired' });
    const early = issuing.issue(NAME, { validity: 'notYetValid' });
    const client = issuing.issue(NAME, { extendedKeyUsage: ['clientAuth'] });
    const ca = [tlsa(2, 0, 1, issuing)];
    expect(line(ca, expired)).toBe(`server ${failed} certificate has expired`);
    expect(line(ca, early)).toBe(`server ${failed} certificate not yet valid`);
    expect(line(ca, client)).toBe(`${failed} not designated for use as a server certificate`);
    expect(line(ca, leaf, ['mx2.example.test'])).toBe(`server ${failed} num=62:hostname mismatch`);
    expect(line([tlsa(2, 0, 1, root)], leaf)).toBe(`CA ${failed} num=65:no matching DANE TLSA records`);
    expect(failureLine({ code: 'CERT_CHAIN_TOO_LONG', depth: 11 }, PEER)).toBe(
      `${failed} certificate chain longer than limit(10)`,
    );
    expect(failureLine({ code: 'CERT_UNTRUSTED', depth: 0 }, PEER)).toBe(
      `${failed} not trusted by local or TLSA policy`,
    );
    expect(failureLine({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT', depth: 0 }, PEER)).toBe(
      `${failed} self-signed certificate`,
    );
    const certificate = parsed(leaf);
    expect(failureLine({ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', depth: 0, certificate }, PEER)).toBe(
      `${failed} untrusted issuer /CN=Issuing CA`,
    );
  });
});

describe('hostile chains', () => {
  const records = [tlsa(2, 0, 0, root), tlsa(2, 1, 0, root), tlsa(2, 0, 1, root), tlsa(3, 1, 1, root)].map(
    record,
  );
  const verify = (chain: readonly X509Certificate[]) => verifyDane(chain, { ...options, digests, records });

  test('no certificate at all', () => {
    expect(verify([])).toMatchObject({ matched: false, failure: { code: 'UNSPECIFIED', depth: 0 } });
  });

  test('two authorities that certify each other', () => {
    const one = authority('One CA');
    const other = one.intermediate('Other CA');
    const oneByOther = other.intermediate('One CA');
    const own = other.issue(NAME);
    expect(verify(chainOf(own.withChain(own, other, oneByOther, other)))).toMatchObject({
      matched: false,
      failure: { code: 'DANE_NO_MATCH' },
    });
  });

  test('those beyond a hundred are not looked at', () => {
    const padding = (count: number) => Array.from({ length: count }, () => parsed(authority('Stranger CA')));
    const wanted = [tlsa(2, 0, 1, issuing)].map(record);
    const found = (count: number) =>
      verifyDane([parsed(leaf), ...padding(count), parsed(issuing)], {
        ...options,
        digests,
        records: wanted,
      });
    expect(found(98).matched).toBe(true);
    expect(found(99).matched).toBe(false);
  });

  const runs = Number(process.env.NEXTHOP_FUZZ_RUNS ?? 300);
  test('bytes changed anywhere: a verdict, and never a match', () => {
    const place = fc.record({ at: fc.nat(5_000), byte: fc.nat(255) });
    const which = fc.nat(1);
    fc.assert(
      fc.property(which, fc.array(place, { minLength: 1, maxLength: 4 }), (link, changes) => {
        const chain = leaf.chain.map((certificate) => Buffer.from(certificate));
        const target = chain[link] ?? Buffer.alloc(0);
        for (const { at, byte } of changes) target[at % target.length] = byte;
        if (leaf.chain[link]?.equals(target)) return;
        let read: X509Certificate[];
        try {
          read = chain.map((certificate) => new X509Certificate(certificate));
        } catch {
          return;
        }
        expect(verify(read).matched).toBe(false);
      }),
      { numRuns: runs },
    );
  });
});
