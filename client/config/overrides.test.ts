import { describe, expect, test } from 'vitest';
import { ConfigError } from './config-error.ts';
import { parseOverrides } from './overrides.ts';

describe('overrides of the command line', () => {
  test.each([
    ['relayhost=x', { relayhost: 'x' }],
    ['relayhost = x y ', { relayhost: 'x y' }],
    ['relayhost=', { relayhost: '' }],
    ['smtp_helo_name=${myhostname}', { smtp_helo_name: '${myhostname}' }],
    ['lmtp_lhlo_timeout=5', { lmtp_lhlo_timeout: '5' }],
    ['fallback_relay=a', { fallback_relay: 'a' }],
    ['lmtp_per_record_deadline=yes', { lmtp_per_record_deadline: 'yes' }],
  ])('%s', (option, assigned) => {
    expect(Object.fromEntries(parseOverrides([option]))).toEqual(assigned);
  });

  test('the last one wins', () => {
    expect([...parseOverrides(['relayhost=a', 'soft_bounce=yes', 'relayhost=b'])]).toEqual([
      ['relayhost', 'b'],
      ['soft_bounce', 'yes'],
    ]);
  });

  test.each([
    [
      'smtp_mail_timout=5',
      '-o smtp_mail_timout: no such parameter; the nearest known name is smtp_mail_timeout',
    ],
    ['relay_host=x', '-o relay_host: no such parameter; the nearest known name is relayhost'],
    [
      'lmtp_lhlo_timout=5',
      '-o lmtp_lhlo_timout: no such parameter; the nearest known name is lmtp_lhlo_timeout',
    ],
    ['toString=x', /^-o toString: no such parameter, and no value mentions it$/],
    [`${'x'.repeat(100_000)}=y`, /^-o x{80}\.\.\.: no such parameter, and no value mentions it$/],
    ['relayhost', '-o: no "=" after the name in "relayhost"; write name = value'],
    ['=x', '-o: no name in "=x"; write name = value'],
    ['', '-o: no name in ""; write name = value'],
  ])('mistake %#', (option, message) => {
    const parse = () => parseOverrides([option]);
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(message);
  });
});
