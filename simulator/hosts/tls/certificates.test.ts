import { describe, expect, test } from 'vitest';
import { authority, type Credential, selfSigned } from '../../certificates/authority.ts';
import { mailHost } from '../declarative.ts';
import { withHost } from '../testing.ts';
import { secured } from './testing.ts';

const ca = authority('Test CA');
const credential = ca.issue('a.example.test');

describe('certificates that are wrong', () => {
  const intermediate = ca.intermediate('Test Issuing CA');
  const leaf = intermediate.issue('a.example.test');
  const strict = (issuer: ReturnType<typeof authority>) => issuer.issue('a.example.test');
  test.each<[string, Credential, string]>([
    ['right', credential, ''],
    ['right, by an intermediate', leaf, ''],
    [
      'right, shuffled and with an unrelated one',
      leaf.withChain(leaf, selfSigned('other'), intermediate),
      '',
    ],
    ['expired', ca.issue('a.example.test', { validity: 'expired' }), 'CERT_HAS_EXPIRED'],
    ['not yet valid', ca.issue('a.example.test', { validity: 'notYetValid' }), 'CERT_NOT_YET_VALID'],
    ['wrong name', ca.issue('b.example.test'), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['wildcard', ca.issue('*.example.test'), ''],
    ['common name only', ca.issue('a.example.test', { names: [] }), ''],
    [
      'a name beside the common name',
      ca.issue('a.example.test', { names: ['c.test'] }),
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    ['self-signed', selfSigned('a.example.test'), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [
      'of another authority',
      authority('Other CA').issue('a.example.test'),
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    ['missing intermediate', leaf.withChain(leaf), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [
      'wrong extended key usage',
      ca.issue('a.example.test', { extendedKeyUsage: ['clientAuth'] }),
      'INVALID_PURPOSE',
    ],
    [
      'issuer that is no authority',
      strict(ca.intermediate('No CA', { authority: false })),
      'INVALID_PURPOSE',
    ],
    [
      'issuer that may not sign',
      strict(ca.intermediate('Mute CA', { keyUsage: ['cRLSign'] })),
      'UNSPECIFIED',
    ],
    [
      'path too long',
      strict(ca.intermediate('Short', { pathLength: 0 }).intermediate('Beyond')),
      'PATH_LENGTH_EXCEEDED',
    ],
    ['name constraints', strict(ca.intermediate('Narrow', { permitted: ['other.test'] })), 'UNSPECIFIED'],
    ['SHA-1', ca.issue('a.example.test', { digest: 'sha1' }), 'UNSPECIFIED'],
  ])('%s', async (_, shown, code) => {
    await withHost(mailHost({ tls: { credential: shown } }), async (world) => {
      const { socket } = await secured(world, { ca: ca.pem, servername: 'a.example.test' });
      expect(String(socket.authorizationError ?? '')).toMatch(new RegExp(`${code}$`));
      if (code === '') expect(socket.authorized).toBe(true);
      else expect(socket.authorized).toBe(false);
    });
  });
});
