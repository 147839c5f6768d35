import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from './config-error.ts';
import { parseMasterCf } from './master-cf.ts';

const services = (text: string) => Object.fromEntries(parseMasterCf(text, 'master.cf').services);
const fields = 'unix - - n - -';

describe('services', () => {
  test('those that smtp and lmtp run, with their options', () => {
    const text = [
      '# service type private unpriv chroot wakeup maxproc command',
      'smtp inet n - y - - smtpd',
      '  -o syslog_name=postfix/in',
      `smtp ${fields} smtp`,
      `relay ${fields} smtp`,
      '    -o syslog_name=postfix/$service_name',
      '# -o smtp_helo_timeout=6',
      '    -o { smtp_helo_name = two words } -v -osmtp_helo_timeout=5',
      '    flags=DR',
      `local-lmtp ${fields} lmtp`,
      `pickup ${fields} pickup`,
    ].join('\n');
    expect(services(text)).toEqual({
      smtp: { name: 'smtp', program: 'smtp', overrides: [], flags: '' },
      relay: {
        name: 'relay',
        program: 'smtp',
        overrides: ['syslog_name=postfix/$service_name', 'smtp_helo_name = two words', 'smtp_helo_timeout=5'],
        flags: 'DR',
      },
      'local-lmtp': { name: 'local-lmtp', program: 'lmtp', overrides: [], flags: '' },
    });
  });

  test('commas belong to a word', () => {
    expect(services(`smtp ${fields} smtp -o inet_protocols=ipv4,ipv6`).smtp?.overrides).toEqual([
      'inet_protocols=ipv4,ipv6',
    ]);
  });

  test('the last entry of a name counts', () => {
    const { services: all, warnings } = parseMasterCf(`a ${fields} smtp\na ${fields} lmtp`, 'master.cf');
    expect(all.get('a')?.program).toBe('lmtp');
    expect(warnings).toEqual([
      'master.cf, line 2: another entry for a, and the one that counts; keep only one',
    ]);
  });
});

describe('mistakes', () => {
  test.each([
    ['smtp unix - - n', 'master.cf, line 1: no wakeup time in "smtp unix - - n"; write service name'],
    [
      'smtp unix - - n - -',
      'master.cf, line 1: no command in "smtp unix - - n - -"; seven fields and a command',
    ],
    ['smtp unix - - n - - smtp -o {a=b c', 'master.cf, line 1: "{a=b c" must end where its "{" is closed'],
    ['\nsmtp udp - - n - - smtp', 'master.cf, line 2: no service type in "smtp udp - - n - - smtp"'],
    [`smtp ${fields} smtp -o`, 'master.cf, line 1: nothing after -o; write -o name=value'],
    ['x'.repeat(1_000_001), 'master.cf: longer than 1000000 characters'],
  ])('%#', (text, message) => {
    expect(() => services(text)).toThrow(ConfigError);
    expect(() => services(text)).toThrow(message);
  });

  test('whatever the file holds, there are services or one line', () => {
    const words = fc.constantFrom(
      'smtp',
      'unix',
      '-',
      'n',
      '-o',
      '-o a=b',
      '{',
      '}',
      '\n',
      '\n ',
      '#',
      'lmtp',
      '-ox',
      'flags=D',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string())), (parts) => {
        try {
          services(parts.join(' '));
        } catch (error) {
          expect(String(error)).toMatch(/^ConfigError: master\.cf, line \d+: .+$/);
        }
      }),
    );
  });
});
