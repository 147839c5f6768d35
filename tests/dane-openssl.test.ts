/** OpenSSL's verification by TLSA records, case by case: the verdicts that ours is held against are its own. */
import { expect, test } from 'vitest';
import { cases } from './dane/cases.ts';
import { opensslVerdict, opensslVersion } from './dane/openssl.ts';

const version = opensslVersion();
const comparable = cases.filter(({ oursAlone }) => oursAlone === undefined);

test('there is an OpenSSL to ask', ({ skip }) => {
  if (version === undefined) skip('openssl(1) is not installed');
  expect(version).toMatch(/^OpenSSL [3-9]/);
});

test.skipIf(version === undefined).each(comparable)('$title: $expected', async (one) => {
  expect(await opensslVerdict(one)).toBe(one.expected);
});
