import { expect, test } from 'vitest';
import type { TlsLevel } from '../level.ts';
import { configured } from '../testing.ts';
import { matchesMxPattern, unauthorizedExchanger } from './sts.ts';

test.each([
  ['mx.example.net', 'mx.example.net', true],
  ['MX.example.net', 'mx.EXAMPLE.net', true],
  ['mx.example.net', '*.example.net', true],
  ['a.b.example.net', '*.example.net', false],
  ['example.net', '*.example.net', false],
  ['.example.net', '*.example.net', false],
  ['*.example.net', '*.example.net', true],
  ['mx.example.net', '*', false],
  ['mx.', '*.', false],
  ['mx.example.net', 'm*.example.net', false],
  ['mx.example.net', '*.*.net', false],
  ['mx.example.net', '', false],
])('%s and the pattern %s: %s (RFC 8461 section 4.1)', (host, pattern, expected) => {
  expect(matchesMxPattern(host, pattern)).toBe(expected);
});

test.each([
  ['secure', 'sts', ['a.test', '*.b.test'], {}, true],
  ['verify', 'sts', ['a.test'], {}, true],
  ['encrypt', 'sts', ['a.test'], {}, false],
  ['secure', 'no-policy-found', ['a.test'], {}, false],
  ['secure', 'sts', [], {}, false],
  ['secure', 'sts', ['a.test'], { smtp_tls_enforce_sts_mx_patterns: 'no' }, false],
  ['secure', 'sts', ['*.xn--bcher-kva.test'], {}, false],
] as const)('at %s a policy of type %s with %j and %j shuts a host out: %s', (...row) => {
  const [level, type, mxHostPatterns, parameters, isOut] = row;
  const external = { type, domain: 'd.test', strings: [], mxHostPatterns };
  const { settings } = configured(parameters);
  const policy = { level: level as TlsLevel, external };
  const complaint = "MX name 'mx.xn--bcher-kva.test' does not match STS MX pattern for 'd.test'";
  expect(unauthorizedExchanger('mx.bücher.test', policy, settings)).toBe(isOut ? complaint : undefined);
  expect(unauthorizedExchanger('mx.test', { level: 'secure' }, settings)).toBeUndefined();
});
