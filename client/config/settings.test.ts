import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Service } from '../request.ts';
import { ConfigError } from './config-error.ts';
import { parameters, type Settings } from './register.ts';
import { resolveSettings } from './settings.ts';

const resolve = (
  assigned: Readonly<Record<string, string>> = {},
  service: Service = 'smtp',
  hostname = 'h.example.com',
) => resolveSettings(new Map(Object.entries(assigned)), service, { hostname });

const problem = (assigned: Readonly<Record<string, string>>, service: Service = 'smtp'): string => {
  try {
    resolve(assigned, service);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'no problem';
};

describe('defaults', () => {
  test('of the smtp service, as in Postfix 3.12', () => {
    const settings = resolve();
    expect(settings).toMatchObject({
      smtp_tcp_port: 'smtp',
      smtp_fallback_relay: [],
      smtp_dns_support_level: '',
      smtp_connect_timeout: 30,
      smtp_helo_timeout: 300,
      smtp_data_done_timeout: 600,
      smtp_helo_name: 'h.example.com',
      smtp_mx_session_limit: 2,
      smtp_skip_quit_response: true,
      smtp_line_length_limit: 998,
      smtp_pix_workarounds: ['disable_esmtp', 'delay_dotcrlf'],
      smtp_per_request_deadline: false,
      smtputf8_enable: false,
      known_tcp_ports: ['lmtp=24', 'smtp=25', 'smtps=submissions=465', 'submission=587'],
      message_size_limit: 10_240_000,
    });
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.known_tcp_ports)).toBe(true);
    expect(Object.keys(settings)).toEqual(parameters.map(([name]) => name));
  });

  test('that the lmtp service has of its own', () => {
    const [smtp, lmtp] = [resolve(), resolve({}, 'lmtp')];
    const different = parameters
      .map(([name]) => name)
      .filter((name) => String(smtp[name]) !== String(lmtp[name]));
    expect(different.sort()).toEqual([
      'smtp_connect_timeout',
      'smtp_requiretls_policy',
      'smtp_skip_quit_response',
      'smtp_tcp_port',
      'smtp_tls_secure_cert_match',
    ]);
    expect(lmtp).toMatchObject({
      smtp_tcp_port: '24',
      smtp_connect_timeout: 0,
      smtp_skip_quit_response: false,
    });
  });

  test('of match lists and queries', () => {
    expect(resolve({ mydestination: '!a, /b {c d} # !' }).mydestination).toBe('!a, /b {c d} # !');
    expect(() => resolve({ debug_peer_list: 'a, !! b' })).toThrow(
      'debug_peer_list = a, !! b: no pattern behind "!"; name what is not to be listed, as in !example.com',
    );
    expect(resolve({ dnssec_probe: 'Txt:a.b.' }).dnssec_probe).toBe('Txt:a.b.');
    expect(() => resolve({ dnssec_probe: 'ns:' })).toThrow('not a DNS query');
  });

  test('that follow other parameters', () => {
    expect(resolve({ fallback_relay: 'a, b' }).smtp_fallback_relay).toEqual(['a', 'b']);
    expect(resolve({ fallback_relay: 'a' }, 'lmtp').smtp_fallback_relay).toEqual([]);
    expect(resolve({ smtp_per_record_deadline: 'yes' }).smtp_per_request_deadline).toBe(true);
    expect(resolve({ smtp_per_record_deadline: 'yes' }, 'lmtp').smtp_per_request_deadline).toBe(false);
    expect(resolve({ lmtp_per_record_deadline: 'yes' }, 'lmtp').smtp_per_request_deadline).toBe(true);
    expect(resolve({ compatibility_level: '1' }).smtputf8_enable).toBe(true);
    expect(resolve({ compatibility_level: '3.6' }).smtputf8_enable).toBe(true);
    expect(resolve({ relayhost: '[$smtp_helo_name]:$smtp_tcp_port' }).relayhost).toBe('[h.example.com]:smtp');
    expect(resolve({ relayhost: '$process_name/$service_name' }, 'lmtp').relayhost).toBe('lmtp/lmtp');
  });
});

test('types derive from the register', () => {
  expectTypeOf<Settings['smtp_mail_timeout']>().toEqualTypeOf<number>();
  expectTypeOf<Settings['soft_bounce']>().toEqualTypeOf<boolean>();
  expectTypeOf<Settings['relayhost']>().toEqualTypeOf<string>();
  expectTypeOf<Settings['smtp_fallback_relay']>().toEqualTypeOf<readonly string[]>();
  expectTypeOf<Settings['smtp_host_lookup']>().toEqualTypeOf<readonly ('dns' | 'native')[]>();
  expectTypeOf<Settings['smtp_address_preference']>().toEqualTypeOf<'any' | 'ipv4' | 'ipv6'>();
});

describe('host names', () => {
  test.each([
    [{}, 'mail.example.com', 'mail.example.com', 'example.com'],
    [{}, 'mail', 'mail.localdomain', 'localdomain'],
    [{ mydomain: 'example.org' }, 'mail', 'mail.example.org', 'example.org'],
    [{ mydomain: 'example.$tld', tld: 'org' }, 'mail', 'mail.example.org', 'example.org'],
    [{ mydomain: 'example.org' }, 'mail.example.com', 'mail.example.com', 'example.org'],
    [{ myhostname: 'mx.example.net' }, 'mail', 'mx.example.net', 'example.net'],
    [{ myhostname: 'mx.$mydomain', mydomain: 'example.net' }, 'mail', 'mx.example.net', 'example.net'],
    [{ myhostname: 'single' }, 'mail', 'single', 'localdomain'],
    [{ mydomain: 'of.$myhostname' }, 'a.example', 'a.example', 'of.a.example'],
  ])('%j on %s', (assigned, hostname, myhostname, mydomain) => {
    expect(resolve(assigned, 'smtp', hostname)).toMatchObject({
      myhostname,
      mydomain,
      smtp_helo_name: myhostname,
    });
  });

  test('a domain that needs the name that needs the domain', () => {
    expect(() => resolve({ mydomain: '$myhostname' }, 'smtp', 'mail')).toThrow(
      'myhostname = mail.: not a host name',
    );
  });

  test('bad ones', () => {
    const wanted = 'not a host name; use letters, digits, "-" and "." as in mail.example.com';
    for (const bad of [
      'foo bar',
      '-x',
      'x-.y',
      '1.2.3.4',
      'a..b',
      'a.',
      '[::1]',
      `${'x'.repeat(64)}.example`,
    ])
      expect(problem({ myhostname: bad })).toBe(`myhostname = ${bad}: ${wanted}`);
    expect(problem({ myhostname: 'host.$mydomain' })).toBe(`myhostname = host.: ${wanted}`);
    expect(() => resolve({}, 'smtp', 'a$b')).toThrow(`myhostname = a$b.localdomain: ${wanted}`);
    expect(resolve({ myhostname: 'foo_bar' }).myhostname).toBe('foo_bar');
    expect(resolve({ myhostname: 'b\u00fccher.example' }).myhostname).toBe('b\u00fccher.example');
  });
});

describe('lookup tables', () => {
  test('are items in which braces hold together what belongs together', () => {
    const { smtp_pix_workaround_maps: maps } = resolve({
      smtp_pix_workaround_maps: ' cidr:{{10.0.0.0/8 a, b}, {::/0 c}},inline:{a=$$1}\tstatic:{x y}  hash:/a, ',
    });
    expect(maps).toEqual(['cidr:{{10.0.0.0/8 a, b}, {::/0 c}}', 'inline:{a=$1}', 'static:{x y}', 'hash:/a']);
    expect(resolve({ smtp_pix_workaround_maps: 'inline:{a b' }).smtp_pix_workaround_maps).toEqual([
      'inline:{a b',
    ]);
    expect(resolve({ smtp_pix_workaround_maps: 'a} b' }).smtp_pix_workaround_maps).toEqual(['a}', 'b']);
  });

  test('or one, that is the whole value', () => {
    expect(resolve({ smtp_reply_filter: ' regexp:{{/a/ b}}, x ' }).smtp_reply_filter).toBe(
      'regexp:{{/a/ b}}, x',
    );
    expect(resolve({ lmtp_reply_filter: 'fail:x' }, 'lmtp').smtp_reply_filter).toBe('fail:x');
  });
});

describe('the lmtp service reads its twins', () => {
  test('under the same keys', () => {
    const assigned = {
      smtp_mail_timeout: '1',
      lmtp_mail_timeout: '2',
      smtp_helo_name: 'smtp.example',
      lmtp_lhlo_name: 'lmtp.example',
      smtp_helo_timeout: '3',
      lmtp_lhlo_timeout: '4',
      smtp_discard_ehlo_keywords: 'dsn',
      lmtp_discard_lhlo_keywords: 'size chunking',
      soft_bounce: 'yes',
    };
    expect(resolve(assigned)).toMatchObject({
      smtp_mail_timeout: 1,
      smtp_helo_name: 'smtp.example',
      smtp_helo_timeout: 3,
      smtp_discard_ehlo_keywords: ['dsn'],
      soft_bounce: true,
    });
    expect(resolve(assigned, 'lmtp')).toMatchObject({
      smtp_mail_timeout: 2,
      smtp_helo_name: 'lmtp.example',
      smtp_helo_timeout: 4,
      smtp_discard_ehlo_keywords: ['size', 'chunking'],
      soft_bounce: true,
    });
  });

  test('and knows nothing of parameters without one', () => {
    const assigned = {
      smtp_never_send_ehlo: 'yes',
      smtp_always_send_ehlo: 'no',
      ignore_mx_lookup_error: 'yes',
    };
    expect(resolve(assigned, 'lmtp')).toEqual(resolve({}, 'lmtp'));
    expect(resolve(assigned)).toMatchObject({ smtp_never_send_ehlo: true, smtp_always_send_ehlo: false });
    expect(problem({ smtp_never_send_ehlo: 'maybe' }, 'lmtp')).toBe('no problem');
  });

  test('a mistake is told under the name that was read, and only by the service that reads it', () => {
    expect(problem({ lmtp_lhlo_timeout: '0' }, 'lmtp')).toBe(
      'lmtp_lhlo_timeout = 0: below the minimum; use 1 or more',
    );
    expect(problem({ lmtp_lhlo_timeout: '0' })).toBe('no problem');
  });
});

describe('values', () => {
  test.each([
    ['300', 300],
    ['5m', 300],
    ['5minutes', 300],
    ['+5h', 18_000],
    ['2d', 172_800],
    ['1w', 604_800],
    ['${nosuch: 7 }', undefined],
    ['2147483647', 2_147_483_647],
  ])('time %s', (text, seconds) => {
    if (seconds === undefined) expect(problem({ smtp_mail_timeout: text })).toContain('not a time');
    else expect(resolve({ smtp_mail_timeout: text }).smtp_mail_timeout).toBe(seconds);
  });

  test.each(['', 'm', '5x', '5S', '5 m', '-5s', '1.5h', '0x10', '2147483648', '4000w', '9'.repeat(60)])(
    'no time: %s',
    (text) => {
      const shownText = text.length > 80 ? `${text.slice(0, 80)}...` : text;
      expect(problem({ smtp_mail_timeout: text })).toBe(
        `smtp_mail_timeout = ${shownText}: not a time; write a whole number and optionally s, m, h, d or w, such as 300s`,
      );
    },
  );

  test('numbers', () => {
    expect(resolve({ smtp_mx_address_limit: '-1', message_size_limit: '9007199254740991' })).toMatchObject({
      smtp_mx_address_limit: -1,
      message_size_limit: Number.MAX_SAFE_INTEGER,
    });
    expect(resolve({ message_size_limit: '9223372036854775807' }).message_size_limit).toBe(2 ** 63);
    expect(resolve({ smtp_mx_address_limit: '+07' }).smtp_mx_address_limit).toBe(7);
    for (const bad of ['', '7x', '7 7', '1e3', '0x10', '2147483648', '-2147483649', 'ten'])
      expect(problem({ smtp_mx_address_limit: bad })).toBe(
        `smtp_mx_address_limit = ${bad}: not a whole number in range; write decimal digits only`,
      );
    expect(problem({ message_size_limit: '10M' })).toMatch(/^message_size_limit = 10M: not a whole number/);
    expect(problem({ line_length_limit: '511' })).toBe(
      'line_length_limit = 511: below the minimum; use 512 or more',
    );
    expect(problem({ delay_logging_resolution_limit: '7' })).toBe(
      'delay_logging_resolution_limit = 7: above the maximum; use 6 or less',
    );
  });

  test('booleans', () => {
    expect(resolve({ soft_bounce: 'YES' }).soft_bounce).toBe(true);
    expect(resolve({ soft_bounce: 'No' }).soft_bounce).toBe(false);
    for (const bad of ['', '1', 'true', 'yess'])
      expect(problem({ soft_bounce: bad })).toBe(
        `soft_bounce = ${bad}: neither yes nor no; write one of these`,
      );
  });

  test('words', () => {
    expect(resolve({ smtp_dns_support_level: 'DNSSEC' }).smtp_dns_support_level).toBe('dnssec');
    expect(problem({ smtp_dns_support_level: 'on' })).toBe(
      'smtp_dns_support_level = on: unknown word; use nothing, disabled, enabled, dnssec',
    );
    expect(resolve({ smtp_host_lookup: 'native, dns' }).smtp_host_lookup).toEqual(['native', 'dns']);
    expect(problem({ smtp_host_lookup: 'dns, nis' })).toBe(
      'smtp_host_lookup = dns, nis: "nis" is unknown here; use dns, native',
    );
    expect(problem({ inet_protocols: 'IPv4' })).toBe(
      'inet_protocols = IPv4: "IPv4" is unknown here; use all, ipv4, ipv6',
    );
    expect(resolve({ smtp_discard_ehlo_keywords: 'dsn\tanything,,X' }).smtp_discard_ehlo_keywords).toEqual([
      'dsn',
      'anything',
      'X',
    ]);
  });

  test('texts', () => {
    expect(problem({ smtp_helo_name: '$nosuch' })).toBe(
      'smtp_helo_name = : must not be empty; give a value or remove the line',
    );
    expect(resolve({ smtp_bind_address: '192.0.2.1', smtp_bind_address6: '2001:db8::1' })).toMatchObject({
      smtp_bind_address: '192.0.2.1',
      smtp_bind_address6: '2001:db8::1',
    });
    expect(resolve({ smtp_bind_address: '[192.0.2.1]', smtp_bind_address6: '[2001:db8::1]' })).toMatchObject({
      smtp_bind_address: '[192.0.2.1]',
      smtp_bind_address6: '[2001:db8::1]',
    });
    expect(problem({ smtp_bind_address6: '[2001:db8::1' })).toMatch(/not a numeric IPv6/);
    expect(problem({ smtp_bind_address6: '[ipv6:2001:db8::1]' })).toMatch(/not a numeric IPv6/);
    expect(problem({ smtp_bind_address: 'localhost' })).toMatch(
      /^smtp_bind_address = localhost: not a numeric IPv4/,
    );
    expect(problem({ smtp_bind_address: '192.0.2' })).toMatch(/not a numeric IPv4/);
    expect(problem({ smtp_bind_address6: '192.0.2.1' })).toMatch(/not a numeric IPv6/);
    for (const bad of ['', 'x', '3.6.1.1', '-1'])
      expect(problem({ compatibility_level: bad })).toMatch(/release level; write it like 3\.6$/);
  });

  test('a cycle names its members', () => {
    expect(problem({ relayhost: '$one', one: '$two', two: '[$one]' })).toBe(
      'relayhost = $one: refers to itself (one -> two -> one); remove one of these references',
    );
  });

  test('parameters of other programs are not looked at', () => {
    expect(problem({ smtpd_banner: '$smtpd_banner ${', smtpd_timeout: 'x' })).toBe('no problem');
  });
});

describe('properties', () => {
  test('seconds survive every unit', () => {
    const units = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3_550 }),
        fc.constantFrom(...Object.entries(units)),
        (count, [unit, factor]) => {
          expect(resolve({ smtp_quit_timeout: `${count}${unit}` }).smtp_quit_timeout).toBe(count * factor);
        },
      ),
    );
  });

  test('whatever is assigned, there are settings or one line about it', () => {
    const name = fc.constantFrom(...parameters.map(([known]) => known));
    fc.assert(
      fc.property(fc.dictionary(name, fc.string()), fc.constantFrom('smtp', 'lmtp'), (assigned, service) => {
        try {
          expect(Object.values(resolve(assigned, service))).not.toContain(undefined);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect(String(error)).toMatch(/^ConfigError: [A-Za-z0-9_]+ = .*: .+$/);
        }
      }),
    );
  });
});
