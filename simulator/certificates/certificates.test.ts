import { execFileSync, spawnSync } from 'node:child_process';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createVerify,
  verify,
  X509Certificate,
} from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type Authority,
  authority,
  type Credential,
  certificatePem,
  fingerprint,
  publicKeyPem,
  selfSigned,
} from './authority.ts';
import { KEY_KINDS, privateKey } from './keys.ts';
import { signatureOf } from './signature.ts';
import { tlsa } from './tlsa.ts';

const ca = authority('Test CA');
const intermediate = ca.intermediate('Test Issuing CA');
const leaf = intermediate.issue('a.example.test', { addresses: ['192.0.2.1', '2001:db8::1'] });
const read = ({ certificate }: { readonly certificate: Buffer }) => new X509Certificate(certificate);

test('every process writes the same bytes', () => {
  const digest = createHash('sha256');
  for (const key of ['ec', 'rsa', 'ed25519'] as const) {
    const root = authority('Root', { key });
    digest.update(root.certificate).update(root.issue('a.example.test', { key }).certificate);
  }
  // Known from the first time that they were written: TLSA records in scenarios and stored results depend on it.
  expect(digest.digest('hex')).toBe('749d3bc54fb8f2fe927dde513223f57de934575e9dfa4882de41098fa016c2a8');
});

describe('what Node reads', () => {
  test('names, dates, and who issued whom', () => {
    const [root, middle, end] = [ca, { certificate: leaf.chain[1] ?? expect.fail() }, leaf].map(read);
    if (!root || !middle || !end) return expect.fail();
    expect([root.ca, middle.ca, end.ca]).toEqual([true, true, false]);
    expect(end.checkIssued(middle) && middle.checkIssued(root) && root.checkIssued(root)).toBe(true);
    expect(end.verify(middle.publicKey) && middle.verify(root.publicKey)).toBe(true);
    expect(end.subject).toBe('CN=a.example.test');
    expect(end.subjectAltName).toBe(
      'DNS:a.example.test, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1',
    );
    expect([end.validFromDate.getUTCFullYear(), end.validToDate.getUTCFullYear()]).toEqual([2020, 2120]);
    expect(leaf.chain).toHaveLength(2);
    expect(new X509Certificate(leaf.pem).raw.equals(leaf.certificate)).toBe(true);
    expect(end.checkPrivateKey(createPrivateKey(leaf.keyPem))).toBe(true);
    expect(end.publicKey.export({ type: 'spki', format: 'der' }).equals(leaf.spki)).toBe(true);
  });

  test.each([
    ['expired', 2020, 2021],
    ['notYetValid', 2110, 2120],
  ] as const)('%s', (validity, from, to) => {
    const { validFromDate, validToDate } = read(ca.issue('a', { validity }));
    expect([validFromDate.getUTCFullYear(), validToDate.getUTCFullYear()]).toEqual([from, to]);
  });

  test('no subject, no names', () => {
    const { subject, subjectAltName } = read(ca.issue('a', { commonName: '', names: [] }));
    expect([subject, subjectAltName]).toEqual([undefined, undefined]);
  });

  test('a rollover: the same name and key in another certificate, or another key of the same name', () => {
    const renewed = authority('Test CA', { serial: 2 });
    expect(renewed.spki.equals(ca.spki)).toBe(true);
    expect(renewed.certificate.equals(ca.certificate)).toBe(false);
    expect(read(leaf).checkIssued(read(intermediate))).toBe(true);
    expect(read(ca.issue('a')).verify(read(renewed).publicKey)).toBe(true);
    expect(authority('Test CA', { keyName: 'new' }).spki.equals(ca.spki)).toBe(false);
  });
});

describe('keys and signatures', () => {
  test.each(KEY_KINDS)('%s: the same for the same name', (kind) => {
    expect(privateKey(kind, 'a').equals(privateKey(kind, 'a'))).toBe(true);
    expect(read(ca.issue('a', { key: kind })).publicKey.asymmetricKeyType).toBe(kind.replace('-1024', ''));
  });

  test.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)('ECDSA and RSA with %s', (digest) => {
    for (const kind of ['ec', 'rsa'] as const) {
      const key = privateKey(kind, 'signer');
      for (let count = 0; count < 20; count += 1) {
        const text = Buffer.from(`text ${count}`);
        const signature = signatureOf(text, key, digest);
        expect(createVerify(digest).update(text).verify(createPublicKey(key), signature)).toBe(true);
        expect(signatureOf(text, key, digest).equals(signature)).toBe(true);
      }
    }
  });

  test('Ed25519', () => {
    const key = privateKey('ed25519', 'signer');
    expect(
      verify(null, Buffer.from('x'), createPublicKey(key), signatureOf(Buffer.from('x'), key, 'sha256')),
    ).toBe(true);
  });

  // RFC 6979 A.2.5, P-256 with SHA-256, message "sample".
  test('the nonce is that of RFC 6979', () => {
    const key = createPrivateKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: 'P-256',
        d: base64url('C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721'),
        x: base64url('60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6'),
        y: base64url('7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299'),
      },
    });
    const signature = signatureOf(Buffer.from('sample'), key, 'sha256').toString('hex').toUpperCase();
    expect(signature).toContain('EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716');
    expect(signature).toContain('F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8');
  });

  test('a DSA key signs no certificates', () => {
    expect(() => selfSigned('a', { key: 'dsa' }).certificate).toThrow('a key of type dsa cannot sign them');
  });
});

describe('TLSA records and fingerprints', () => {
  test('by selector and matching type', () => {
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(tlsa(3, 0, 0, leaf)).toBe(`3 0 0 ${leaf.certificate.toString('hex')}`);
    expect(tlsa(3, 1, 1, leaf)).toBe(`3 1 1 ${sha256(leaf.spki)}`);
    expect(tlsa(2, 0, 1, ca)).toBe(`2 0 1 ${sha256(ca.certificate)}`);
    expect(tlsa(2, 1, 2, ca)).toMatch(/^2 1 2 [0-9a-f]{128}$/);
    expect(() => tlsa(3, 2, 1, leaf)).toThrow('selector 2');
    expect(() => tlsa(3, 1, 3, leaf)).toThrow('matching type 3');
  });

  test('as Node has them', () => {
    expect(fingerprint(leaf)).toBe(read(leaf).fingerprint256);
    expect(fingerprint(leaf, 'sha1')).toBe(read(leaf).fingerprint);
    expect(fingerprint(leaf, 'sha256', 'spki')).not.toBe(fingerprint(leaf));
    expect(publicKeyPem(leaf)).toBe(read(leaf).publicKey.export({ type: 'spki', format: 'pem' }));
  });
});

const openssl = spawnSync('openssl', ['version']).status === 0;

describe.runIf(openssl)('what OpenSSL says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nexthop-certificates-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function verdict(root: Authority, shown: Credential): string {
    const files = {
      root: root.pem,
      others: shown.chain.slice(1).map(certificatePem).join(''),
      leaf: certificatePem(shown.certificate),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const untrusted = shown.chain.length > 1 ? ['-untrusted', join(folder, 'others')] : [];
    const options = ['-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'a.example.test'];
    const { stdout, stderr } = spawnSync(
      'openssl',
      ['verify', ...options, '-CAfile', join(folder, 'root'), ...untrusted, join(folder, 'leaf')],
      { encoding: 'utf8' },
    );
    return /: OK$/m.test(stdout) ? 'OK' : (/lookup: (.*)$/m.exec(stderr)?.[1] ?? stderr);
  }

  test.each<[string, Credential, string]>([
    ['right', leaf, 'OK'],
    ['shuffled', leaf.withChain(leaf, selfSigned('b'), intermediate), 'OK'],
    ['expired', ca.issue('a.example.test', { validity: 'expired' }), 'certificate has expired'],
    [
      'not yet valid',
      ca.issue('a.example.test', { validity: 'notYetValid' }),
      'certificate is not yet valid',
    ],
    ['wrong name', ca.issue('b.example.test'), 'hostname mismatch'],
    ['missing intermediate', leaf.withChain(leaf), 'unable to get local issuer certificate'],
    [
      'extended key usage',
      ca.issue('a.example.test', { extendedKeyUsage: ['clientAuth'] }),
      'unsuitable certificate purpose',
    ],
    [
      'path length',
      ca.intermediate('Short', { pathLength: 0 }).intermediate('Beyond').issue('a.example.test'),
      'path length constraint exceeded',
    ],
    [
      'permitted names',
      ca.intermediate('Narrow', { permitted: ['other.test'] }).issue('a.example.test'),
      'permitted subtree violation',
    ],
    [
      'excluded names',
      ca.intermediate('Excluding', { excluded: ['example.test'] }).issue('a.example.test'),
      'excluded subtree violation',
    ],
    [
      'no authority',
      ca.intermediate('No CA', { authority: false }).issue('a.example.test'),
      'invalid CA certificate',
    ],
  ])('%s', (_, shown, expected) => {
    expect(verdict(ca, shown)).toBe(expected);
  });

  test('the text of a certificate', () => {
    writeFileSync(join(folder, 'leaf'), certificatePem(leaf.certificate));
    const text = execFileSync('openssl', ['x509', '-in', join(folder, 'leaf'), '-noout', '-text'], {
      encoding: 'utf8',
    });
    expect(text).toContain('Signature Algorithm: ecdsa-with-SHA256');
    expect(text).toContain('Not After : Jan  1 00:00:00 2120 GMT');
    expect(text).toMatch(/Issuer: CN ?= ?Test Issuing CA/);
  });
});

function base64url(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url');
}
