import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientNames, effectiveOnly, namesNobodyReads, namesNotRead, whyNotRead } from './names.ts';
import { otherPrograms } from './register/other-programs.ts';

const assigned = (all: Record<string, string>) => new Map(Object.entries(all));

describe('names that mean nothing', () => {
  test.each([
    ['a name of the client', { smtp_helo_timeout: '5' }],
    ['one of the lmtp service', { lmtp_lhlo_timeout: '5' }],
    ['one of another program', { smtpd_banner: 'x' }],
    ['a name of the file that a value mentions', { mine: '5', smtp_helo_timeout: '${mine}s' }],
    ['one in parentheses', { mine: '5', smtpd_timeout: '$(mine)s' }],
    ['one that a condition asks', { mine: '5', relayhost: '${mine?[relay.test]}' }],
    ['a restriction class', { smtpd_restriction_classes: 'a, strict', strict: 'reject' }],
    ['a parameter of a table', { virtual_maps: 'ldap:accounts', accounts_server_host: 'x' }],
    [
      'one of any transport',
      { relay_destination_recipient_limit: '1', slow_initial_destination_concurrency: '1' },
    ],
  ])('not %s', (_, all) => {
    expect(namesNobodyReads(assigned(all))).toEqual([]);
  });

  test.each([
    ['a slip', { smtp_helo_tiemout: '5' }, 'smtp_helo_tiemout'],
    ['a name that nothing mentions', { mine: '5', smtp_helo_timeout: '$mine2' }, 'mine'],
    ['a transport without a name', { _destination_recipient_limit: '1' }, '_destination_recipient_limit'],
    ['what an object has', { toString: '1' }, 'toString'],
  ])('%s', (_, all, name) => {
    expect(namesNobodyReads(assigned(all))).toEqual([name]);
  });

  test('no program has a parameter of the client', () => {
    expect(clientNames.filter((name) => otherPrograms.has(name))).toEqual([]);
    expect(otherPrograms.size).toBeGreaterThan(500);
  });

  test('it is said why', () => {
    expect(whyNotRead('smtpd_banner')).toBe('a parameter of another program, which the client does not read');
    expect(whyNotRead('smtp_helo_tiemout')).toBe(
      'no such parameter; the nearest known name is smtp_helo_timeout',
    );
  });
});

test('what a delivery depends on', () => {
  const all = assigned({
    mine: '5',
    smtp_helo_timeout: '$mine',
    smtpd_banner: 'x',
    max_idle: '5',
    data_directory: '/data',
    smtp_tls_session_cache_database: 'btree:${data_directory}/cache',
    smtp_tls_cipherlist: 'x',
    lmtp_lhlo_name: 'x',
  });
  expect([...effectiveOnly(all).keys()]).toEqual([
    'mine',
    'smtp_helo_timeout',
    'data_directory',
    'smtp_tls_session_cache_database',
    'lmtp_lhlo_name',
  ]);
});

test('any names and values', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string()), (all) => {
      const names = namesNobodyReads(assigned(all));
      expect(namesNotRead(assigned(all))).toEqual(expect.arrayContaining(names));
      for (const name of names)
        expect(whyNotRead(name)).toMatch(
          /^no such parameter(?:; the nearest known name is \w+|, and no value mentions it)$/,
        );
    }),
  );
});
