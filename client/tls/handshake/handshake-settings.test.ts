/** What node:tls is given: protocols, ciphers, options, groups (security reference 9). */
import { constants } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveSettings } from '../../config/settings.ts';
import { TLS_LEVELS } from '../level.ts';
import { cipherList } from './ciphers.ts';
import { keyExchangeGroups, secureOptions } from './library-options.ts';
import { readProtocols } from './protocols.ts';

const {
  SSL_OP_NO_TLSv1: NO_1_0,
  SSL_OP_NO_TLSv1_1: NO_1_1,
  SSL_OP_NO_TLSv1_2: NO_1_2,
  SSL_OP_NO_TLSv1_3: NO_1_3,
  SSL_OP_NO_RENEGOTIATION: NO_RENEGOTIATION,
  SSL_OP_ALL: ALL,
} = constants;
const never = (text: string) => {
  throw new Error(`no warning expected: ${text}`);
};
const settingsOf = (given: Record<string, string> = {}) =>
  resolveSettings(new Map(Object.entries(given)), 'smtp', { hostname: 'client.test' });

describe('protocol lists (9.1)', () => {
  test.each([
    ['', 'TLSv1', 'TLSv1.3', 0],
    [' , :', 'TLSv1', 'TLSv1.3', 0],
    ['>=TLSv1', 'TLSv1', 'TLSv1.3', 0],
    ['>=tlsV1.2', 'TLSv1.2', 'TLSv1.3', 0],
    ['>=TLSv1.3 >=TLSv1.1', 'TLSv1.1', 'TLSv1.3', 0],
    ['>=TLSv1.1:<=TLSv1.2', 'TLSv1.1', 'TLSv1.2', 0],
    ['<=0303', 'TLSv1', 'TLSv1.2', 0],
    ['>=0x0303', 'TLSv1.2', 'TLSv1.3', 0],
    ['>=None,<=none', 'TLSv1', 'TLSv1.3', 0],
    ['>=SSLv3', 'TLSv1', 'TLSv1.3', 0],
    ['>=TLSv1.3, >=None', 'TLSv1', 'TLSv1.3', 0],
    ['!SSLv2, !SSLv3', 'TLSv1', 'TLSv1.3', 0],
    ['!TLSv1', 'TLSv1.1', 'TLSv1.3', 0],
    ['!TLSv1.2', 'TLSv1', 'TLSv1.3', NO_1_2],
    ['!TLSv1.1 !TLSv1.2', 'TLSv1', 'TLSv1.3', NO_1_1 | NO_1_2],
    ['TLSv1.1', 'TLSv1.1', 'TLSv1.1', 0],
    ['TLSv1 TLSv1.2', 'TLSv1', 'TLSv1.2', NO_1_1],
    ['TLSv1 TLSv1.2 TLSv1.3 !TLSv1', 'TLSv1.2', 'TLSv1.3', 0],
  ])('%s: %s to %s', (list, minVersion, maxVersion, options) => {
    const range = readProtocols(list, never);
    expect(range).toEqual({ minVersion, maxVersion, secureOptions: options });
  });

  test.each(['TLSv9', '!', '>=', '<=TLSv1.9', '>TLSv1.2', '>=SSLv2', '>=0x', '!None', 'None', '=TLSv1'])(
    '%s is none',
    (list) => {
      expect(readProtocols(list, never)).toEqual({
        error: `Invalid TLS protocol list "${list}": aborting TLS session`,
      });
    },
  );

  test.each(['!TLSv1 !TLSv1.1 !TLSv1.2 !TLSv1.3', 'SSLv3', 'SSLv2', '>=TLSv1.3 <=TLSv1.2', '<=SSLv3'])(
    '%s leaves nothing',
    (list) => {
      const secureOptions = NO_1_0 | NO_1_1 | NO_1_2 | NO_1_3;
      expect(readProtocols(list, never)).toEqual({
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.3',
        secureOptions,
      });
    },
  );

  test.each([
    ['>=0305', 'minimum', '0x0305'],
    ['<=2:>=None', 'maximum', '0x0002'],
  ])('the bound of %s is of no effect', (list, which, version) => {
    const warnings: string[] = [];
    const range = { minVersion: 'TLSv1', maxVersion: 'TLSv1.3', secureOptions: 0 };
    expect(readProtocols(list, (text) => warnings.push(text))).toEqual(range);
    expect(warnings).toEqual([`error setting ${which} TLS version to: ${version}`]);
  });

  test('whatever is written, node:tls takes what comes of it', () => {
    const item = fc.constantFrom(
      ...[
        '>=TLSv1',
        '<=TLSv1.2',
        '!TLSv1.1',
        'TLSv1.3',
        '!TLSv1.2',
        'TLSv1',
        '>=0303',
        'SSLv3',
        '!x',
        '<=None',
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(item, fc.string({ maxLength: 6 })), { maxLength: 5 }), (items) => {
        const range = readProtocols(items.join(' '), () => {});
        if ('error' in range) expect(range.error).toContain('aborting TLS session');
        else expect(() => createSecureContext(range)).not.toThrow();
      }),
    );
  });
});

describe('ciphers (9.2)', () => {
  const settings = settingsOf({
    tls_high_cipherlist: 'HIGH:TLS_AES_128_GCM_SHA256:@STRENGTH',
    tls_medium_cipherlist: 'MEDIUM, @STRENGTH',
    tls_null_cipherlist: 'eNULL',
  });
  const policy = (ciphers: string, exclusions: readonly string[] = []) =>
    ({ ciphers, exclusions, level: 'may' }) as const;
  test.each([
    ['high', [], 'HIGH:@STRENGTH:@SECLEVEL=0'],
    ['Medium', ['aNULL', 'kRSA+AES'], 'MEDIUM:@STRENGTH:!aNULL:!kRSA+AES:@SECLEVEL=0'],
    ['low', [], 'MEDIUM:@STRENGTH:@SECLEVEL=0'],
    ['EXPORT', [], 'MEDIUM:@STRENGTH:@SECLEVEL=0'],
    ['null', ['aNULL'], 'eNULL:!aNULL:@SECLEVEL=0'],
  ])('grade %s without %j: %s', (grade, exclusions, list) => {
    expect(cipherList(policy(grade, exclusions), settings)).toBe(list);
  });

  test.each([
    ['ultra', [], 'invalid cipher grade: "ultra"'],
    ['', [], 'invalid cipher grade: ""'],
    ['constructor', [], 'invalid cipher grade: "constructor"'],
    ['high', ['MD5', '!aNULL'], "invalid unary '!+-@' in cipher exclusion: !aNULL"],
    ['high', ['@STRENGTH'], "invalid unary '!+-@' in cipher exclusion: @STRENGTH"],
    ['high', ['+RC4'], "invalid unary '!+-@' in cipher exclusion: +RC4"],
    ['high', ['-RC4'], "invalid unary '!+-@' in cipher exclusion: -RC4"],
  ])('grade %s without %j cannot be used', (grade, exclusions, error) => {
    expect(cipherList(policy(grade, exclusions), settings)).toEqual({ error });
  });

  test('weak keys prove nothing, and do where nothing is proved', () => {
    const strong = TLS_LEVELS.filter((level) =>
      String(cipherList({ ciphers: 'high', exclusions: [], level }, settings)).endsWith(':@SECLEVEL=1'),
    );
    expect(strong).toEqual(TLS_LEVELS.slice(TLS_LEVELS.indexOf('fingerprint')));
  });

  test.each(['high', 'medium', 'null'])('the default list of grade %s is one for node:tls', (grade) => {
    const ciphers = cipherList(policy(grade, ['aECDH']), settingsOf());
    expect(typeof ciphers).toBe('string');
    expect(() => createSecureContext({ ciphers: String(ciphers) })).not.toThrow();
  });
});

describe('options of the library (9.3)', () => {
  const options = (given: Record<string, string>) => {
    const warnings: string[] = [];
    return { bits: secureOptions(settingsOf(given), (line) => warnings.push(line)), warnings };
  };
  const usual = (ALL | NO_RENEGOTIATION) >>> 0;
  test.each([
    [{}, usual],
    [{ tls_disable_workarounds: 'tlsext_padding' }, (usual & ~0x10) >>> 0],
    [{ tls_disable_workarounds: '0x10, CVE-2010-4180' }, (usual & ~0x10) >>> 0],
    [{ tls_disable_workarounds: '0xffffffff' }, NO_RENEGOTIATION],
    [
      { tls_ssl_options: 'No_Ticket no_compression' },
      usual | constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_COMPRESSION,
    ],
    [{ tls_ssl_options: '0x4000' }, usual | constants.SSL_OP_NO_TICKET],
    [{ tls_ssl_options: 'ENABLE_MIDDLEBOX_COMPAT' }, usual],
  ])('%j', (given, bits) => {
    expect(options(given)).toEqual({ bits: bits >>> 0, warnings: [] });
  });

  test('protocols are for other parameters to say, and renegotiation for none', () => {
    expect(options({ tls_ssl_options: `0x${(NO_1_2 | NO_1_1).toString(16)}` }).bits).toBe(usual);
    expect(options({ tls_disable_workarounds: `0x${NO_RENEGOTIATION.toString(16)}` }).bits).toBe(usual);
  });

  test('unknown ones are left out', () => {
    expect(options({ tls_ssl_options: 'NO_TICKET what', tls_disable_workarounds: 'toString' })).toEqual({
      bits: (usual | constants.SSL_OP_NO_TICKET) >>> 0,
      warnings: [
        'unknown tls_disable_workarounds value "toString" in "toString"',
        'unknown tls_ssl_options value "what" in "NO_TICKET what"',
      ],
    });
  });

  test.each([
    [{}, 'X25519:X448:prime256v1:secp384r1:secp521r1:ffdhe2048:ffdhe3072'],
    [{ tls_eecdh_auto_curves: 'nosuch X25519, auto', tls_ffdhe_auto_groups: '' }, 'X25519'],
    [{ tls_eecdh_auto_curves: '', tls_ffdhe_auto_groups: '' }, undefined],
    [{ tls_eecdh_auto_curves: 'nosuch', tls_ffdhe_auto_groups: 'a:b' }, undefined],
  ])('groups of %j: %s', (given, groups) => {
    expect(keyExchangeGroups(settingsOf(given))).toBe(groups);
  });
});
