import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FindDane } from '../dane/find-dane.ts';
import { isAtLeast, TLS_LEVELS, type TlsLevel } from '../level.ts';
import { configured, target } from '../testing.ts';
import { TlsPolicies } from './policies.ts';
import { isPolicyFailure, type TlsPolicy, type TlsTarget } from './policy.ts';

interface Given {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly service?: 'smtp' | 'lmtp';
  readonly findDane?: FindDane;
  readonly tlsNotRequired?: boolean;
}

function policies({ parameters, files, service, findDane, tlsNotRequired = false }: Given = {}) {
  const context = configured(parameters, files, service);
  const noDane: FindDane = async () => ({ level: 'may' });
  return {
    log: context.log,
    policies: new TlsPolicies({ ...context, findDane: findDane ?? noDane, tlsNotRequired }),
  };
}

async function find(given: Given, asked: Partial<TlsTarget> = {}) {
  const { policies: found, log } = policies(given);
  return { result: await found.for({ ...target, ...asked }), log };
}

async function level(given: Given, asked: Partial<TlsTarget> = {}) {
  const { result, log } = await find(given, asked);
  return [isPolicyFailure(result) ? result.dsn : result.level, ...log];
}

const PROBLEM = { dsn: '4.7.5', reason: 'client TLS configuration problem' };

describe('the level for all (2.1)', () => {
  test.each([
    [{}, 'none'],
    [{ compatibility_level: '3.11' }, 'may'],
    [{ smtp_use_tls: 'yes' }, 'may'],
    [{ smtp_enforce_tls: 'yes' }, 'verify'],
    [{ smtp_enforce_tls: 'yes', smtp_use_tls: 'yes', smtp_tls_enforce_peername: 'no' }, 'encrypt'],
    [{ smtp_tls_security_level: 'none', smtp_enforce_tls: 'yes' }, 'none'],
    [{ smtp_tls_security_level: 'may', smtp_enforce_tls: 'yes' }, 'may'],
    [{ smtp_tls_security_level: 'Secure' }, 'secure'],
  ])('%j: %s', async (parameters, expected) => {
    expect(await level({ parameters })).toEqual([expected]);
  });
});

describe('smtp_tls_per_site (2.3)', () => {
  const results = [undefined, 'MAY', 'NONE', 'MUST_NOPEERMATCH', 'MUST'] as const;
  /** The stronger one of two, but NONE above MAY. */
  const combined = (a: number, b: number) => results[Math.max(a, b)];
  const rows: Record<string, Record<string, string>> = {
    undefined: { none: 'none', may: 'may', encrypt: 'encrypt', verify: 'verify' },
    MAY: { none: 'may', may: 'may', encrypt: 'encrypt', verify: 'verify' },
    NONE: { none: 'none', may: 'none', encrypt: 'none', verify: 'none' },
    MUST_NOPEERMATCH: { none: 'encrypt', may: 'encrypt', encrypt: 'encrypt', verify: 'encrypt' },
    MUST: { none: 'verify', may: 'verify', encrypt: 'verify', verify: 'verify' },
  };
  const all = results.flatMap((ofNexthop, a) =>
    results.flatMap((ofHost, b) =>
      ['none', 'may', 'encrypt', 'verify'].map((global) => ({
        ofNexthop,
        ofHost,
        global,
        is: combined(a, b),
      })),
    ),
  );
  test.each(all)(
    'next hop $ofNexthop, host $ofHost, all $global',
    async ({ ofNexthop, ofHost, global, is }) => {
      const entries = [
        ['example.test', ofNexthop?.toLowerCase()],
        ['mx.example.test', ofHost],
        ['other.test', 'MUST'],
      ].filter(([, value]) => value !== undefined);
      const table = `inline:{${entries.map(([key, value]) => `${key}=${value}`).join(', ')}}`;
      const parameters = { smtp_tls_security_level: global, smtp_tls_per_site: table };
      expect(await level({ parameters })).toEqual([rows[String(is)]?.[global]]);
    },
  );

  test('a word that is none, and a table that fails', async () => {
    const bad = { smtp_tls_per_site: 'inline:{example.test=YES}' };
    expect(await find({ parameters: bad })).toEqual({
      result: PROBLEM,
      log: ["smtp_tls_per_site: unknown TLS policy 'YES' for next-hop destination example.test"],
    });
    const { result, log } = await find({ parameters: { smtp_tls_per_site: 'fail:x' } });
    expect(result).toEqual({ dsn: '4.3.0', reason: 'Temporary lookup error' });
    expect(log.at(-1)).toBe(
      'smtp_tls_per_site: next-hop destination "example.test": per-site table lookup error',
    );
  });

  test('the host is asked for only when it is another name', async () => {
    const { result, log } = await find(
      { parameters: { smtp_tls_per_site: 'inline:{a.test=MAY}, debug:inline:{b=c}' } },
      { nexthop: 'MX.example.test' },
    );
    expect(result).toMatchObject({ level: 'none' });
    expect(log.filter((line) => line.includes('lookup:'))).toHaveLength(1);
  });
});

describe('where smtp_tls_policy_maps looks (3.1)', () => {
  test.each([
    ['a.b.example', ['a.b.example', '.b.example', '.example']],
    ['[a.b.example]', ['[a.b.example]']],
    ['a.b.example:587', ['a.b.example:587']],
    ['192.0.2.1', ['192.0.2.1']],
    ['/run/lmtp', ['/run/lmtp']],
    ['bücher.example', ['bücher.example', '.example']],
    ['a..b', ['a..b']],
    ['localhost', ['localhost']],
  ])('%s: %j', async (nexthop, keys) => {
    const parameters = { smtp_tls_policy_maps: 'debug:inline:{x=may}', smtputf8_enable: 'yes' };
    const { log } = await find({ parameters }, { nexthop });
    expect(log.map((line) => /lookup: "(.*)" =/.exec(line)?.[1])).toEqual(keys);
  });

  test('the first hit counts, in any case, and nothing else when there is one', async () => {
    const parameters = {
      smtp_tls_policy_maps: 'inline:{.Example.test=encrypt, example.test=may, .test=none}',
      smtp_tls_security_level: 'secure',
      smtp_tls_per_site: 'static:NONE',
    };
    const ignored = 'smtp_tls_per_site ignored when smtp_tls_policy_maps is not empty.';
    expect(await level({ parameters }, { nexthop: 'a.EXAMPLE.test' })).toEqual(['encrypt', ignored]);
    expect(await level({ parameters }, { nexthop: 'example.test' })).toEqual(['may', ignored]);
    expect(await level({ parameters }, { nexthop: '[example.test]' })).toEqual(['secure', ignored]);
  });

  test.each([
    ['fail:x', 'smtp_tls_policy_maps, next-hop destination "example.test": policy table lookup error'],
    [
      'inline:{{.test = encrypt match=x}}',
      'smtp_tls_policy_maps, next-hop destination ".test": attribute "match" invalid at security level "encrypt"',
    ],
    [
      'inline:{example.test=}',
      'smtp_tls_policy_maps, next-hop destination "example.test": policy table lookup error',
    ],
  ])('%s cannot be used', async (table, line) => {
    const { result, log } = await find({ parameters: { smtp_tls_policy_maps: table } });
    expect(result).toEqual(PROBLEM);
    expect(log.at(-1)).toBe(line);
  });

  test('the parameter has the name of the service', async () => {
    const parameters = { lmtp_tls_policy_maps: 'static:bogus' };
    expect(await find({ parameters, service: 'lmtp' })).toEqual({
      result: PROBLEM,
      log: ['lmtp_tls_policy_maps, next-hop destination "example.test": invalid security level "bogus"'],
    });
  });
});

describe('TLS-Required: no (17.3)', () => {
  test.each([
    ['none', {}, 'none'],
    ['may', {}, 'may'],
    ['secure', {}, 'may'],
    ['dane-only', {}, 'may'],
    ['secure', { smtp_tls_wrappermode: 'yes' }, 'encrypt'],
    ['may', { smtp_tls_wrappermode: 'yes' }, 'may'],
  ])('%s with %j: %s', async (global, more, expected) => {
    const parameters = {
      smtp_tls_security_level: global,
      smtp_tls_policy_maps: 'fail:nobody asks',
      smtp_tls_per_site: 'fail:nobody asks',
      ...more,
    };
    expect(await level({ parameters, tlsNotRequired: true })).toEqual([expected]);
  });
});

async function good(parameters: Readonly<Record<string, string>>, more: Omit<Given, 'parameters'> = {}) {
  const { result, log } = await find({ parameters, ...more });
  expect(log).toEqual([]);
  if (isPolicyFailure(result)) throw new Error(result.reason);
  return result;
}

describe('what parameters say (4)', () => {
  const parameters = {
    smtp_tls_protocols: '>=TLSv1.1, !TLSv1.2',
    smtp_tls_mandatory_protocols: '>=TLSv1.2',
    smtp_tls_ciphers: 'low',
    smtp_tls_mandatory_ciphers: 'high',
    smtp_tls_exclude_ciphers: 'MD5, a:b',
    smtp_tls_mandatory_exclude_ciphers: 'SHA1',
    smtp_tls_verify_cert_match: 'hostname:x',
    smtp_tls_servername: 'nexthop',
    smtp_tls_connection_reuse: 'yes',
  };
  const opportunistic = { protocols: '>=TLSv1.1 !TLSv1.2', ciphers: 'low', exclusions: ['MD5', 'a', 'b'] };
  const mandatory = (last: string) => ({
    protocols: '>=TLSv1.2',
    ciphers: 'high',
    exclusions: ['MD5', 'a', 'b', 'SHA1', last],
  });
  test.each([
    ['may', opportunistic],
    ['encrypt', mandatory('eNULL')],
    ['verify', { ...mandatory('aNULL'), names: ['hostname', 'x'] }],
    ['secure', { ...mandatory('aNULL'), names: ['nexthop', 'dot-nexthop'] }],
  ])('level %s', async (name, expected) => {
    const policy = await good({ ...parameters, smtp_tls_security_level: name });
    expect(policy).toMatchObject({ names: [], ...expected, serverName: 'nexthop', connectionReuse: true });
  });

  test('over lmtp a certificate is for the next hop alone', async () => {
    const policy = await good({ lmtp_tls_security_level: 'secure' }, { service: 'lmtp' });
    expect(policy.names).toEqual(['nexthop']);
  });

  test('what a policy says stands in place of it, but for what the level excludes', async () => {
    const value =
      'secure ciphers=medium protocols= { exclude = X, Y:Z } match=a:.b servername=hostname connection_reuse=no';
    const policy = await good({ ...parameters, smtp_tls_policy_maps: `static:{${value}}` });
    expect(policy).toMatchObject({
      ciphers: 'medium',
      protocols: '',
      exclusions: ['X', 'Y', 'Z', 'aNULL'],
      names: ['a', '.b'],
      serverName: 'hostname',
      connectionReuse: false,
    });
  });

  test('a name for SNI that is none', async () => {
    const given = { smtp_tls_servername: 'a..b', smtp_tls_security_level: 'may' };
    expect(await find({ parameters: given })).toEqual({
      result: PROBLEM,
      log: ['"smtp_tls_servername = a..b" specifies an invalid hostname'],
    });
    expect((await good({ ...given, smtp_tls_security_level: 'none' })).level).toBe('none');
  });
});

describe('level fingerprint (10.3)', () => {
  const none =
    'nexthop domain example.test: configured at fingerprint security level, but with no fingerprints to match.';
  const digest = 'aa'.repeat(64);
  test.each([
    ['fingerprint', '', [none]],
    ['fingerprint', 'zz, a', ['malformed fingerprint value: zz', 'malformed fingerprint value: a', none]],
    ['fingerprint match=|', 'aa:bb', [none]],
    ['fingerprint match=:aa', 'aa:bb', ['malformed fingerprint value: :aa', none]],
    [
      `fingerprint match=${digest}:${digest}`,
      'aa',
      [`malformed fingerprint value: ${digest.slice(0, 100)}...`, none],
    ],
  ])('%s with %s cannot be used', async (value, main, lines) => {
    const parameters = {
      smtp_tls_policy_maps: `static:{${value}}`,
      smtp_tls_fingerprint_cert_match: main,
    };
    expect(await find({ parameters })).toEqual({ result: PROBLEM, log: lines });
  });

  test('digests of a policy, or those of all; bad ones are left out', async () => {
    const main = { smtp_tls_fingerprint_cert_match: 'aabb, cc:DD' };
    expect((await good({ ...main, smtp_tls_security_level: 'fingerprint' })).fingerprints).toEqual([
      'AA:BB',
      'CC:DD',
    ]);
    const { result, log } = await find({
      parameters: { ...main, smtp_tls_policy_maps: 'static:{fingerprint match=x|ee match=Ff:00}' },
    });
    expect(result).toMatchObject({ fingerprints: ['EE', 'FF:00'] });
    expect(log).toEqual(['malformed fingerprint value: x']);
  });
});

describe('trust anchors (10.4)', () => {
  const certificate = `-----BEGIN CERTIFICATE-----
MIIBITCBx6ADAgECAgEBMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBHJvb3QwHhcN
MjYwMTAxMDAwMDAwWhcNMzYwMTAxMDAwMDAwWjAPMQ0wCwYDVQQDDARyb290MFkw
-----END CERTIFICATE-----
`;
  const key = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
`;
  const secure = { smtp_tls_security_level: 'secure' };

  test('of a policy, or those of all', async () => {
    const files = { '/a.pem': `text before\n${key}`, '/queue/b.pem': key + key };
    const parameters = { ...secure, queue_directory: '/queue', smtp_tls_trust_anchor_file: '/a.pem b.pem' };
    expect((await good(parameters, { files })).trustAnchors?.publicKeys).toHaveLength(3);
    const one = await good(
      { ...parameters, smtp_tls_policy_maps: 'static:{verify tafile=/a.pem}' },
      { files },
    );
    expect(one.trustAnchors).toMatchObject({ certificates: [], publicKeys: [expect.any(Uint8Array)] });
    expect(
      (await good({ ...parameters, smtp_tls_security_level: 'encrypt' }, { files })).trustAnchors,
    ).toBeUndefined();
    expect((await good(secure)).trustAnchors).toBeUndefined();
  });

  test.each([
    [{}, 'error opening trust anchor file: /t: No such file or directory'],
    [{ '/t': '' }, 'error reading: /t: no PEM object in it'],
    [{ '/t': '-----BEGIN PUBLIC KEY-----\nAAAA\n' }, 'error reading: /t: malformed PEM object'],
    [{ '/t': `${key}-----BEGIN X-----\n` }, 'error reading: /t: malformed PEM object'],
  ])('%j cannot be used', async (files, line) => {
    const parameters = { ...secure, smtp_tls_trust_anchor_file: '/t' };
    expect(await find({ parameters, files })).toEqual({ result: PROBLEM, log: [line] });
  });

  test('what is malformed inside is no anchor: then nothing can be trusted, rather than anything', async () => {
    const parameters = { ...secure, smtp_tls_trust_anchor_file: '/t' };
    const { result, log } = await find({ parameters, files: { '/t': certificate } });
    expect(result).toMatchObject({ trustAnchors: { certificates: [], publicKeys: [] } });
    expect(log).toEqual(['error reading: /t: malformed trust-anchor certificate']);
    expect(() => new X509Certificate(certificate)).toThrow();
  });
});

describe('DANE', () => {
  const dane = { baseDomain: 'mx.example.test', records: [], names: [] };
  test('is asked for where the level wants it, and may lower the level', async () => {
    const asked: TlsLevel[] = [];
    const findDane: FindDane = async (name) => {
      asked.push(name);
      return name === 'dane'
        ? { level: 'halfdane', dane }
        : { dsn: '4.7.5', reason: 'no TLSA records found' };
    };
    const policy = await good({ smtp_tls_security_level: 'dane' }, { findDane });
    expect(policy).toMatchObject({ level: 'halfdane', dane, exclusions: ['aNULL'], names: [] });
    expect(await level({ parameters: { smtp_tls_security_level: 'dane-only' }, findDane })).toEqual([
      '4.7.5',
    ]);
    expect((await good({ smtp_tls_security_level: 'secure' }, { findDane })).level).toBe('secure');
    expect(asked).toEqual(['dane', 'dane-only']);
  });

  test('where it comes to nothing, the parameters are those of the level that is left', async () => {
    const parameters = {
      smtp_tls_security_level: 'dane',
      smtp_tls_protocols: 'TLSv1.1',
      smtp_tls_mandatory_protocols: 'TLSv1.3',
    };
    expect(await good(parameters)).toMatchObject({ level: 'may', protocols: 'TLSv1.1', exclusions: [] });
  });
});

describe('MTA-STS (15)', () => {
  const value = 'secure match=a.test:.b.test policy_type=sts mx_host_pattern=*.example.test';
  test('a certificate has to name the host where the hosts are restricted', async () => {
    expect((await good({ smtp_tls_policy_maps: `static:{${value}}` })).names).toEqual(['hostname']);
  });

  test.each([
    [{ smtp_tls_enforce_sts_mx_patterns: 'no' }, value, ['a.test', '.b.test']],
    [{}, value.replace('=sts mx_host_pattern=*.example.test', '=sts'), ['a.test', '.b.test']],
    [{}, value.replace('match=a.test:.b.test ', ''), ['nexthop', 'dot-nexthop']],
  ])('%j with %s: %j', async (more, text, names) => {
    expect((await good({ ...more, smtp_tls_policy_maps: `static:{${text}}` })).names).toEqual(names);
  });
});

describe('what is kept', () => {
  test('by next hop, host and port, failures too', async () => {
    const { policies: found, log } = policies({ parameters: { smtp_tls_policy_maps: 'static:bogus' } });
    const ask = (more: Partial<TlsTarget>) => found.for({ ...target, ...more });
    expect(await ask({})).toBe(await ask({ address: '192.0.2.2' }));
    expect(log).toHaveLength(1);
    for (const more of [{ port: 26 }, { host: 'b.test' }, { nexthop: 'b.test' }]) await ask(more);
    expect(log).toHaveLength(4);
    await ask({ port: 26 });
    expect(log).toHaveLength(4);
  });

  test('twenty of them', async () => {
    const { policies: found, log } = policies({ parameters: { smtp_tls_policy_maps: 'static:bogus' } });
    for (let port = 1; port <= 20; port += 1) await found.for({ ...target, port });
    await found.for({ ...target, port: 1 });
    expect(log).toHaveLength(20);
    await found.for({ ...target, port: 21 });
    await found.for({ ...target, port: 1 });
    expect(log).toHaveLength(21);
    await found.for({ ...target, port: 2 });
    expect(log).toHaveLength(22);
  });
});

test('whatever a table says, no policy is weaker than what it names', async () => {
  const words = fc.constantFrom(
    ...[
      'ciphers=high',
      'ciphers=',
      'match=aa',
      'match=|',
      '{ match = : }',
      'tafile=/none',
      'protocols=',
      '}',
      'x',
    ],
    ...[
      'policy_type=sts',
      'mx_host_pattern=*.a',
      'policy_failure=validation-failure',
      'exclude=',
      'servername=a..b',
    ],
  );
  const named = fc.constantFrom(...TLS_LEVELS.filter((name) => name !== 'halfdane'));
  const stay: FindDane = async (name) => ({ level: name });
  await fc.assert(
    fc.asyncProperty(named, fc.array(words, { maxLength: 4 }), async (name, attributes) => {
      const { result } = await find({
        parameters: { smtp_tls_policy_maps: `static:{${name} ${attributes.join(' ').replaceAll('}', '')}}` },
        findDane: stay,
      });
      if (isPolicyFailure(result)) return;
      expect(isAtLeast(result.level, name)).toBe(true);
      checkStrength(result);
    }),
  );
});

/** Nothing that is to be proved is left without what proves it. */
function checkStrength({ level: name, fingerprints, exclusions }: TlsPolicy): void {
  if (name === 'fingerprint') expect(fingerprints.length).toBeGreaterThan(0);
  if (isAtLeast(name, 'fingerprint')) expect(exclusions).toContain('aNULL');
  if (name === 'encrypt') expect(exclusions).toContain('eNULL');
}
