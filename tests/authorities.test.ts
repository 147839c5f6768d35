/** Our verification by trusted authorities, case by case, beside that of OpenSSL where there is one. */
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAuthorities, verifyAuthorities } from '../client/tls/verify/authorities.ts';
import {
  type Authority,
  authority,
  type Credential,
  certificatePem,
  selfSigned,
} from '../simulator/certificates/authority.ts';
import { askOpenssl, failureIn, opensslVersion } from './dane/openssl.ts';
import { VERIFY_DEPTH } from './dane/ours.ts';
import { alone, deep, full, issuing, leaf, NAME, root, stranger } from './dane/parties.ts';

interface Case {
  readonly title: string;
  readonly sends: Credential;
  readonly trusts: readonly (Authority | Credential)[];
  readonly expected: string;
  readonly name?: string;
}

const impostor = authority('Root CA', { keyName: 'Impostor' });
const crossed = stranger.intermediate('Root CA');
const expiredRoot = authority('Old CA', { validity: 'expired' });
const expired = issuing.issue(NAME, { validity: 'expired' });
const deepLeaf = deep.issue(NAME);

const cases: readonly Case[] = [
  { title: 'root trusted, not sent', sends: leaf, trusts: [root], expected: 'matched' },
  { title: 'root trusted and sent', sends: full, trusts: [stranger, root], expected: 'matched' },
  {
    title: 'shuffled',
    sends: leaf.withChain(leaf, root, stranger, issuing),
    trusts: [root],
    expected: 'matched',
  },
  {
    title: 'another name',
    sends: leaf,
    trusts: [root],
    name: 'mx2.example.test',
    expected: 'HOSTNAME_MISMATCH 0',
  },
  {
    title: 'an intermediate alone is no root',
    sends: leaf,
    trusts: [issuing],
    expected: 'UNABLE_TO_GET_ISSUER_CERT 1',
  },
  {
    title: 'an intermediate from here',
    sends: leaf.withChain(leaf),
    trusts: [issuing, root],
    expected: 'matched',
  },
  {
    title: 'intermediate not sent',
    sends: leaf.withChain(leaf),
    trusts: [root],
    expected: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY 0',
  },
  {
    title: 'one of two intermediates not sent',
    sends: deepLeaf.withChain(deepLeaf, deep),
    trusts: [root],
    expected: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY 1',
  },
  {
    title: 'nothing trusted',
    sends: leaf,
    trusts: [stranger],
    expected: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY 1',
  },
  {
    title: 'root sent, not trusted',
    sends: full,
    trusts: [stranger],
    expected: 'SELF_SIGNED_CERT_IN_CHAIN 2',
  },
  {
    title: 'another root of that name trusted',
    sends: full,
    trusts: [impostor],
    expected: 'SELF_SIGNED_CERT_IN_CHAIN 2',
  },
  { title: 'self-signed', sends: alone, trusts: [root], expected: 'DEPTH_ZERO_SELF_SIGNED_CERT 0' },
  { title: 'self-signed and trusted', sends: alone, trusts: [alone], expected: 'matched' },
  {
    title: 'root certified by another one',
    sends: leaf.withChain(leaf, issuing, crossed),
    trusts: [stranger],
    expected: 'matched',
  },
  {
    title: 'the same, both trusted',
    sends: leaf.withChain(leaf, issuing, crossed),
    trusts: [root, stranger],
    expected: 'matched',
  },
  { title: 'expired', sends: expired, trusts: [root], expected: 'CERT_HAS_EXPIRED 0' },
  { title: 'expired, and not trusted', sends: expired, trusts: [stranger], expected: 'CERT_HAS_EXPIRED 0' },
  {
    title: 'expired root',
    sends: expiredRoot.issue(NAME),
    trusts: [expiredRoot],
    expected: 'CERT_HAS_EXPIRED 1',
  },
  {
    title: 'only for clients',
    sends: root.issue(NAME, { extendedKeyUsage: ['clientAuth'] }),
    trusts: [root],
    expected: 'INVALID_PURPOSE 0',
  },
  {
    title: 'issued by what is no authority',
    sends: root.intermediate('No CA', { authority: false }).issue(NAME),
    trusts: [root],
    expected: 'INVALID_CA 1',
  },
  {
    title: 'path length exceeded',
    sends: authority('Short CA', { pathLength: 0 }).intermediate('Below CA').issue(NAME),
    trusts: [authority('Short CA', { pathLength: 0 })],
    expected: 'PATH_LENGTH_EXCEEDED 2',
  },
  {
    title: 'self-signed of another name',
    sends: selfSigned('other.example.test'),
    trusts: [root],
    expected: 'DEPTH_ZERO_SELF_SIGNED_CERT 0',
  },
];

function ourVerdict({ sends, trusts, name = NAME }: Case): string {
  const { matched, failure } = verifyAuthorities(
    sends.chain.map((certificate) => new X509Certificate(certificate)),
    {
      authorities: readAuthorities(trusts.map(({ certificate }) => new X509Certificate(certificate))),
      names: { hosts: [name] },
      nowMs: Date.UTC(2026, 0, 1),
      verifyDepth: VERIFY_DEPTH,
    },
  );
  return matched ? 'matched' : `${failure?.code} ${failure?.depth}`;
}

test.each(cases)('$title: $expected', (one) => {
  expect(ourVerdict(one)).toBe(one.expected);
});

test('names are compared where there are some to compare with', () => {
  const chain = leaf.chain.map((certificate) => new X509Certificate(certificate));
  const authorities = readAuthorities([new X509Certificate(root.certificate)]);
  const found = verifyAuthorities(chain, {
    authorities,
    nowMs: Date.UTC(2026, 0, 1),
    verifyDepth: VERIFY_DEPTH,
  });
  expect(found).toEqual({ matched: true, trusted: true });
});

describe.skipIf(opensslVersion() === undefined)('OpenSSL agrees', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nexthop-authorities-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test.each(cases)('$title: $expected', async ({ sends, trusts, name = NAME, expected }) => {
    const file = join(folder, 'authorities.pem');
    await writeFile(file, trusts.map(({ certificate }) => certificatePem(certificate)).join(''));
    const output = await askOpenssl(sends, ['-CAfile', file, '-no-CApath', '-verify_hostname', name]);
    const isGood = /^Verify return code: 0 \(ok\)$/m.test(output.replace(/^ +/gm, ''));
    expect(failureIn(output) ?? (isGood ? 'matched' : output)).toBe(expected);
  });
});
