import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { authority } from '../../../simulator/certificates/authority.ts';
import { subjectHash } from './name-hash.ts';

test.each([
  ['Example CA', '119708d0'],
  // Neither case nor blanks count.
  [' EXAMPLE  ca ', '119708d0'],
  ['Ünï CA', 'ce4a7214'],
])('the hash of %j is that of openssl x509 -hash', (name, hash) => {
  expect(subjectHash(new X509Certificate(authority(name).certificate))).toBe(hash);
});
