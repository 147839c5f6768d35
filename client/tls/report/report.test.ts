import { describe, expect, test } from 'vitest';
import type { DnsAnswer } from '../../dns/resolver.ts';
import type { ClientEvent } from '../../events.ts';
import { mailLogLine } from '../../outcome/mail-log.ts';
import type { TlsPolicy } from '../policy/policy.ts';
import { configured } from '../testing.ts';
import { findTlsReportTarget, TlsReport, warnOfReportSettings } from './report.ts';

const enabled = {
  smtp_tlsrpt_enable: 'yes',
  smtp_tlsrpt_socket_name: '/run/collector',
  smtp_tls_security_level: 'may',
};
const RECORD = 'v=TLSRPTv1; rua=mailto:tls@example.test';

test.each([
  ['smtp', {}, []],
  ['smtp', { smtp_tlsrpt_enable: 'no', smtp_tlsrpt_socket_name: '' }, []],
  [
    'smtp',
    { smtp_tlsrpt_socket_name: '' },
    ['TLSRPT support: parameter smtp_tlsrpt_socket_name has empty value -- TLSRPT support will be disabled'],
  ],
  [
    'smtp',
    { smtp_dns_support_level: 'disabled', smtp_tlsrpt_socket_name: '' },
    ['Cannot enable TLSRPT support: DNS is disabled'],
  ],
  ['lmtp', { lmtp_tlsrpt_enable: 'yes' }, ['TLSRPT support is not implemented for LMTP']],
] as const)('%s with %j is warned of', (service, parameters, expected) => {
  const { settings, warn, log } = configured({ ...enabled, ...parameters }, {}, service);
  warnOfReportSettings(settings, service, warn);
  expect(log).toEqual(expected);
});

describe('whether a domain wants reports (security reference 16)', () => {
  async function find(
    texts: readonly (string | readonly string[])[],
    given: {
      readonly parameters?: Readonly<Record<string, string>>;
      readonly domain?: string;
      readonly rcode?: string;
      readonly tlsNotRequired?: boolean;
      readonly service?: 'smtp' | 'lmtp';
    } = {},
  ) {
    const { parameters = enabled, domain = 'example.test', rcode = 'NOERROR', service = 'smtp' } = given;
    const { settings, emit, log } = configured(parameters, {}, service);
    const asked: string[] = [];
    const resolver = {
      async query(name: string, type: string): Promise<DnsAnswer> {
        asked.push(`${name} ${type}`);
        const records = texts.map((text) => ({
          type: 'TXT' as const,
          name,
          ttlSeconds: 1,
          strings: [text].flat().map((part) => Buffer.from(part)),
        }));
        return { rcode, authenticated: false, records };
      },
    };
    const { tlsNotRequired = false } = given;
    const context = { settings, service, lookup: { resolver, emit }, tlsNotRequired, emit };
    return { target: await findTlsReportTarget(domain, context), asked, log };
  }
  const asked = ['_smtp._tls.example.test TXT'];
  const found = { target: { domain: 'example.test', record: RECORD }, asked, log: [] };
  const none = { target: undefined, asked, log: [] };

  test.each([
    [[RECORD], found],
    [['v=spf1 -all', RECORD, 'V=TLSRPTv1; x'], found],
    [[['v=TLSRPTv1; rua=mail', 'to:tls@example.test']], found],
    [['v=TLSRPTv1 \t;x'], { ...found, target: { domain: 'example.test', record: 'v=TLSRPTv1 \t;x' } }],
    [[], none],
    [['v=TLSRPTv2; x'], none],
    [
      ['v=TLSRPTv11; x', 'v=TLSRPTv1'],
      {
        ...none,
        log: ['v=TLSRPTv11; x', 'v=TLSRPTv1'].map(
          (text) => `TLSRPT support: ignoring malformed policy for example.test:, "${text}"`,
        ),
      },
    ],
    [[RECORD, RECORD], { ...none, log: ['TLSRPT support: Too many TLSRPT policies for example.test'] }],
  ])('%j', async (texts, expected) => {
    expect(await find(texts)).toEqual(expected);
  });

  test.each([
    ['NXDOMAIN', []],
    [
      'SERVFAIL',
      [
        'TLSRPT support: policy lookup failed for example.test: Host or domain name not found. Name service error for name=_smtp._tls.example.test type=TXT: Host not found, try again',
      ],
    ],
  ])('%s', async (rcode, log) => {
    expect(await find([], { rcode })).toEqual({ ...none, log });
  });

  test.each([
    [{ parameters: { ...enabled, smtp_tlsrpt_enable: 'no' } }],
    [{ parameters: { ...enabled, smtp_tlsrpt_socket_name: '' } }],
    [{ parameters: { ...enabled, smtp_tls_security_level: '', smtp_use_tls: 'yes' } }],
    [{ parameters: { ...enabled, smtp_tls_security_level: 'none' } }],
    [{ parameters: { ...enabled, smtp_dns_support_level: 'disabled' } }],
    [{ domain: '192.0.2.1' }],
    [{ domain: '2001:db8::1' }],
    [{ tlsNotRequired: true }],
    [{ parameters: { ...enabled, lmtp_tls_security_level: 'may' }, service: 'lmtp' as const }],
  ])('nobody is asked with %j', async (given) => {
    expect(await find([RECORD], given)).toEqual({ target: undefined, asked: [], log: [] });
  });

  test('domains are asked for as A-labels', async () => {
    const { target, asked: names } = await find([RECORD], { domain: 'bücher.test' });
    expect(target?.domain).toBe('xn--bcher-kva.test');
    expect(names).toEqual(['_smtp._tls.xn--bcher-kva.test TXT']);
  });
});

describe('a connection', () => {
  const policy: TlsPolicy = {
    level: 'may',
    protocols: '',
    ciphers: 'medium',
    exclusions: [],
    serverName: '',
    names: [],
    fingerprints: [],
    connectionReuse: false,
  };
  const target = { domain: 'example.test', record: RECORD };
  const server = { localAddress: '192.0.2.9', host: 'mx.example.test', address: '192.0.2.1' };
  const report = (given: Partial<TlsPolicy> = {}) => {
    const events: ClientEvent[] = [];
    const emit = (event: ClientEvent) => void events.push(event);
    return {
      report: new TlsReport(target, { ...server, policy: { ...policy, ...given } }, emit),
      events,
    };
  };
  const { settings } = configured();
  const log = (events: readonly ClientEvent[]) => events.map((event) => mailLogLine(event, settings));

  test('is told of once: what comes first counts', () => {
    const { report: one, events } = report();
    one.greeting = '250-mx.example.test\n250 STARTTLS';
    one.failed({ type: 'starttls-not-supported' });
    one.failed({ type: 'validation-failure', reason: 'tls-handshake-failure' });
    one.succeeded();
    expect(events).toEqual([
      {
        type: 'tlsrpt',
        ...target,
        ...server,
        policy: { type: 'no-policy-found', domain: 'example.test', strings: [], mxHostPatterns: [] },
        greeting: '250-mx.example.test\r\n250 STARTTLS',
        failure: { type: 'starttls-not-supported' },
      },
    ]);
    expect(log(events)).toEqual([
      'TLSRPT: status=failure, domain=example.test, receiving_mx=mx.example.test[192.0.2.1], failure_type=starttls_not_supported',
    ]);
  });

  test('has its line in the log', () => {
    const good = report();
    good.report.succeeded();
    const bad = report();
    bad.report.failed({ type: 'validation-failure', reason: 'tls-handshake-failure' });
    const where = 'domain=example.test, receiving_mx=mx.example.test[192.0.2.1]';
    expect(log([...good.events, ...bad.events])).toEqual([
      `TLSRPT: status=success, ${where}`,
      `TLSRPT: status=failure, ${where}, failure_type=validation_failure, failure_reason=tls-handshake-failure`,
    ]);
  });

  const tlsa = { type: 'TLSA', name: 'x', ttlSeconds: 1, usage: 3, selector: 1, matchingType: 1 } as const;
  const dane = { baseDomain: 'mx.test', records: [{ ...tlsa, data: Buffer.from('ab01', 'hex') }], names: [] };
  const sts = { type: 'sts', domain: '', strings: ['mode: enforce'], mxHostPatterns: ['*.a'] } as const;
  const noPolicy = { type: 'no-policy-found', domain: 'example.test', strings: [], mxHostPatterns: [] };
  test.each([
    [{}, noPolicy],
    [
      { level: 'halfdane', dane },
      { type: 'tlsa', domain: 'mx.test', strings: ['3 1 1 AB01'], mxHostPatterns: [] },
    ],
    [{ level: 'encrypt', dane }, noPolicy],
    [
      { level: 'secure', external: sts },
      { ...sts, domain: 'example.test' },
    ],
    [
      { level: 'secure', external: { ...sts, domain: 'a.test' } },
      { ...sts, domain: 'a.test' },
    ],
    [{ level: 'may', external: { ...sts, type: 'no-policy-found' } }, noPolicy],
  ] as const)('by its policy %j', (given, reported) => {
    const { report: one, events } = report(given);
    one.succeeded();
    expect(events).toMatchObject([{ policy: reported }]);
  });
});
