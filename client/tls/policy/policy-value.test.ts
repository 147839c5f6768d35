/** The grammar of `smtp_tls_policy_maps` (security reference 3.2, 3.3; field case NX55). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TLS_LEVELS } from '../level.ts';
import { parsePolicyValue } from './policy-value.ts';

function parse(text: string) {
  const warnings: string[] = [];
  return { policy: parsePolicyValue(text, (line) => warnings.push(line)), warnings };
}

describe('what is understood', () => {
  const nothing = { trustAnchorFiles: [] };
  const sts = { type: 'sts', domain: '', strings: [], mxHostPatterns: [], failure: undefined };
  test.each([
    ['may', { level: 'may', ...nothing }],
    [' , MAY ,', { level: 'may', ...nothing }],
    ['Dane-Only', { level: 'dane-only', ...nothing }],
    [
      'encrypt ciphers=high protocols=>=TLSv1.2',
      { level: 'encrypt', ciphers: 'high', protocols: '>=TLSv1.2', ...nothing },
    ],
    ['may Protocols=', { level: 'may', protocols: '', ...nothing }],
    ['may,exclude=aNULL:MD5,CIPHERS=low', { level: 'may', exclude: 'aNULL:MD5', ciphers: 'low', ...nothing }],
    [
      'encrypt { exclude = aNULL, MD5 } {protocols=TLSv1.2\tTLSv1.3}',
      { level: 'encrypt', exclude: 'aNULL, MD5', protocols: 'TLSv1.2 TLSv1.3', ...nothing },
    ],
    ['may exclude=', { level: 'may', exclude: '', ...nothing }],
    ['encrypt servername=hostname', { level: 'encrypt', serverName: 'hostname', ...nothing }],
    ['encrypt servername=mx_1.example', { level: 'encrypt', serverName: 'mx_1.example', ...nothing }],
    [
      'secure match=a.example:.b.example match=nexthop',
      { level: 'secure', match: ['a.example', '.b.example', 'nexthop'], ...nothing },
    ],
    [
      'secure { match = mx.example.com } , ciphers=high',
      { level: 'secure', match: ['mx.example.com'], ciphers: 'high', ...nothing },
    ],
    [
      'fingerprint match=aa:bb|CC match=dd',
      { level: 'fingerprint', match: ['aa:bb', 'CC', 'dd'], ...nothing },
    ],
    ['verify match=:', { level: 'verify', match: [], ...nothing }],
    ['verify tafile=/a tafile=/b', { level: 'verify', trustAnchorFiles: ['/a', '/b'] }],
    ['may connection_reuse=yes connection_reuse=NO', { level: 'may', connectionReuse: false, ...nothing }],
    ['encrypt connection_reuse=Yes', { level: 'encrypt', connectionReuse: true, ...nothing }],
    ['secure enable_rpk=yes enable_rpk=no', { level: 'secure', ...nothing }],
    ['secure policy_type=STS policy_ttl=123', { level: 'secure', external: sts, ...nothing }],
    [
      'secure policy_type=sts policy_domain=a.example { policy_string = mx: *.a, b } policy_string=x mx_host_pattern=*.a mx_host_pattern=b policy_failure=STS-policy-invalid',
      {
        level: 'secure',
        external: {
          type: 'sts',
          domain: 'a.example',
          strings: ['mx: *.a, b', 'x'],
          mxHostPatterns: ['*.a', 'b'],
          failure: 'sts-policy-invalid',
        },
        ...nothing,
      },
    ],
    [
      'may policy_type=no-policy-found',
      { level: 'may', external: { ...sts, type: 'no-policy-found' }, ...nothing },
    ],
  ])('%s', (text, policy) => {
    expect(parse(text)).toEqual({ policy, warnings: [] });
  });
});

test('attributes of level none are of no effect, each with a warning', () => {
  expect(parse('none ciphers=high { match = x }, what')).toEqual({
    policy: { level: 'none', trustAnchorFiles: [] },
    warnings: ['ciphers=high', '{ match = x }', 'what'].map(
      (item) => `ignoring attribute "${item}" with TLS disabled`,
    ),
  });
});

describe('a defect makes the whole policy unusable', () => {
  const twice = (name: string) => `attribute "${name}" is specified multiple times`;
  const malformed = (item: string, why: string) => `malformed attribute/value pair "${item}": ${why}`;
  const unexpected = (name: string, value: string) =>
    `attribute "${name}" has an unexpected value: "${value}"`;
  const details =
    'built-in policy has unexpected attribute policy_ttl, policy_domain, policy_string, mx_host_pattern or policy_failure';
  test.each([
    ['', 'invalid empty policy'],
    [' , \t', 'invalid empty policy'],
    ['halfdane', 'invalid security level "halfdane"'],
    ['must', 'invalid security level "must"'],
    ['encrypt;', 'invalid security level "encrypt;"'],
    ['{ encrypt }', 'invalid security level "{ encrypt }"'],
    ['may foo', malformed('foo', "missing '=' after attribute name")],
    ['may =x', malformed('=x', 'missing attribute name')],
    ['may {}', malformed('{}', 'missing attribute name')],
    ['may { ciphers high }', malformed('{ ciphers high }', "missing '=' after attribute name")],
    ['may { ciphers = high', malformed('{ ciphers = high', `missing '}' in "{ ciphers = high"`)],
    ['may {ciphers=high}x', malformed('{ciphers=high}x', `syntax error after '}' in "{ciphers=high}x"`)],
    ['may colour=red', 'invalid attribute name: "colour"'],
    ['may constructor=x', 'invalid attribute name: "constructor"'],
    ['may __proto__=x', 'invalid attribute name: "__proto__"'],
    ['encrypt ciphers=', 'attribute "ciphers" has empty value'],
    ['encrypt ciphers=high Ciphers=medium', twice('Ciphers')],
    ['encrypt ciphers=high ciphers=', 'attribute "ciphers" has empty value'],
    ['encrypt protocols= protocols=TLSv1', twice('protocols')],
    ['encrypt exclude= exclude=', twice('exclude')],
    ['encrypt servername=a servername=b', twice('servername')],
    ['encrypt servername=a..b', '"servername=a..b" specifies an invalid hostname'],
    ['encrypt servername=', '"servername=" specifies an invalid hostname'],
    ['encrypt servername=192.0.2.1', '"servername=192.0.2.1" specifies an invalid hostname'],
    ['encrypt servername=.a', '"servername=.a" specifies an invalid hostname'],
    ['may match=x', 'attribute "match" invalid at security level "may"'],
    ['encrypt match=x', 'attribute "match" invalid at security level "encrypt"'],
    ['dane match=x', 'attribute "match" invalid at security level "dane"'],
    ['dane-only match=x', 'attribute "match" invalid at security level "dane-only"'],
    ['encrypt match=', 'attribute "match" has empty value'],
    ['secure match=', 'attribute "match" has empty value'],
    ['fingerprint tafile=/a', 'attribute "tafile" invalid at security level "fingerprint"'],
    ['dane tafile=/a', 'attribute "tafile" invalid at security level "dane"'],
    ['secure tafile=', 'attribute "tafile" has empty value'],
    ['encrypt connection_reuse=maybe', 'attribute "connection_reuse" has bad value: "maybe"'],
    ['encrypt enable_rpk=', 'attribute "enable_rpk" has bad value: ""'],
    ['secure policy_type=tlsa', unexpected('policy_type', 'tlsa')],
    ['secure policy_type=sts policy_type=sts', twice('policy_type')],
    ['secure policy_type=sts policy_failure=tls', unexpected('policy_failure', 'tls')],
    [
      'secure policy_type=sts policy_failure=validation-failure policy_failure=validation-failure',
      twice('policy_failure'),
    ],
    ['secure policy_type=sts policy_domain=a..b', 'attribute "policy_domain" has a malformed value: "a..b"'],
    ['secure policy_type=sts policy_domain=a policy_domain=a', twice('policy_domain')],
    ['secure policy_type=sts policy_ttl=-1', 'attribute "policy_ttl" has a malformed value: "-1"'],
    ['secure policy_type=sts policy_ttl=', 'attribute "policy_ttl" has a malformed value: ""'],
    ['secure policy_type=sts policy_ttl=1 policy_ttl=1', twice('policy_ttl')],
    ['secure policy_ttl=1', details],
    ['secure policy_domain=a.example', details],
    ['secure policy_string=x', details],
    ['secure mx_host_pattern=x', details],
    ['secure policy_failure=validation-failure', details],
  ])('%s', (text, warning) => {
    expect(parse(text)).toEqual({ policy: undefined, warnings: [warning] });
  });
});

test('no defect ever leaves a policy that is weaker than its level', () => {
  const attribute = fc.oneof(
    fc.constantFrom(
      ...['ciphers=high', 'ciphers=', 'protocols=', '{ match = a : b }', 'match=a', 'match=|', 'tafile=/a'],
      ...['servername=x', 'connection_reuse=yes', 'enable_rpk=no', 'policy_type=sts', 'policy_string=x'],
      ...['mx_host_pattern=*.a', 'policy_ttl=x', '{', '}', '=', 'exclude=', '{ a', 'none', 'may'],
    ),
    fc.string({ maxLength: 12 }),
  );
  const level = fc.constantFrom(...TLS_LEVELS.filter((name) => name !== 'halfdane'));
  fc.assert(
    fc.property(level, fc.array(attribute, { maxLength: 6 }), (name, attributes) => {
      const { policy, warnings } = parse(`${name} ${attributes.join(' ')}`);
      if (policy === undefined) expect(warnings).toHaveLength(1);
      else expect(policy.level).toBe(name);
      if (policy !== undefined && name !== 'none') expect(warnings).toEqual([]);
      for (const line of warnings) expect(typeof line).toBe('string');
    }),
    { numRuns: 2000 },
  );
});
