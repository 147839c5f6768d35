import { describe, expect, test } from 'vitest';
import { eximConfig } from './config.ts';
import { linesOf, outcomesIn } from './log.ts';

const outcome = (line: string, ...recipients: string[]) => outcomesIn([line], recipients);

describe("Exim's main log", () => {
  test('delivered, with the confirmation', () => {
    const line = '=> u@a.test R=r T=remote H=mx.a.test [192.0.2.1]:25 C="250 2.0.0 \\"Ok\\": queued"';
    expect(outcome(line, 'u@a.test')).toEqual([
      {
        address: 'u@a.test',
        status: 'sent',
        relay: 'mx.a.test[192.0.2.1]:25',
        reply: '250 2.0.0 "Ok": queued',
      },
    ]);
  });

  test('refused, with the reply', () => {
    const line =
      '** u@a.test R=r T=remote H=mx.a.test [2001:db8::1]:2525: SMTP error from remote mail server after RCPT TO:<u@a.test>: 550 5.1.1 no: never';
    expect(outcome(line, 'u@a.test')).toEqual([
      {
        address: 'u@a.test',
        status: 'bounced',
        relay: 'mx.a.test[2001:db8::1]:2525',
        reason: 'SMTP error from remote mail server after RCPT TO:<u@a.test>: 550 5.1.1 no: never',
        reply: '550 5.1.1 no: never',
      },
    ]);
  });

  test.each([
    [
      '** u@a.test: an MX or SRV record indicated no SMTP service',
      'bounced',
      'an MX or SRV record indicated no SMTP service',
    ],
    [
      '== u@a.test R=r T=remote defer (111): Connection refused',
      'deferred',
      'defer (111): Connection refused',
    ],
  ])('%s', (line, status, reason) => {
    expect(outcome(line, 'u@a.test')).toEqual([{ address: 'u@a.test', status, reason }]);
  });

  test.each([
    ['-> camelcase@a.test <CamelCase@a.test> R=r T=t', 'CamelCase@a.test'],
    ['-> a b@a.test <"a b"@a.test> R=r T=t', 'a b@a.test'],
    ['=> postmaster@client.test R=r T=t', 'postmaster'],
    ['=> xn--jrgen-kva@a.test <jürgen@a.test> R=r T=t', 'jürgen@a.test'],
  ])('%s is about %s', (line, address) => {
    expect(outcome(line, 'a@a.test', 'b@a.test', address)).toMatchObject([{ address, status: 'sent' }]);
  });

  test('the last word counts, an address given twice has two outcomes, others have none', () => {
    const lines = [
      '== u@a.test R=r T=t defer (0): later',
      '=> u@a.test R=r T=t',
      '=> :blackhole: <x@a.test> R=n',
      'Completed',
    ];
    const recipients = ['u@a.test', 'u@a.test', 'v@a.test'];
    expect(outcomesIn(lines, recipients).map(({ address, status }) => `${address} ${status}`)).toEqual([
      'u@a.test sent',
      'u@a.test sent',
    ]);
  });

  test('lines belong to messages', () => {
    const log = [
      '2026-11-23 22:00:00 1xVcDk-00000U-1u => u@a.test',
      '2026-11-23 22:00:00 1xVcDk-00000W-1x Completed',
      '',
    ].join('\n');
    expect(linesOf(log, '1xVcDk-00000U-1u')).toEqual(['=> u@a.test']);
  });
});

describe("Exim's configuration", () => {
  const config = { program: '/p/exim4', spool: '/s', hostname: 'client.test', service: 'smtp' } as const;
  const inet = {
    kind: 'inet',
    text: '',
    domain: 'a.test',
    bracketed: true,
    port: 2525,
    portText: '2525',
  } as const;

  test('exchangers of each domain', () => {
    expect(eximConfig({ ...config, destination: undefined })).toMatch(
      /driver = dnslookup[\s\S]*\n {2}port = 25\n/,
    );
  });

  test.each([
    [inet, 'a.test'],
    [{ ...inet, bracketed: false }, 'a.test/MX'],
    [{ ...inet, domain: '2001:db8::1' }, '2001::db8::::1'],
  ])('a named next hop %#', (destination, data) => {
    const text = eximConfig({ ...config, destination });
    expect(text).toContain(`\n  route_data = ${data}\n`);
    expect(text).toContain('\n  port = 2525\n');
  });

  test('LMTP over a socket, its path not expanded', () => {
    const text = eximConfig({ ...config, service: 'lmtp', destination: { kind: 'unix', path: '/run/$x' } });
    expect(text).toContain('driver = lmtp\n  socket = /run/\\$x\n');
  });
});
