/** Settings that do not go together end in one line that names the mistake and the cure. */
import { expect, test } from 'vitest';
import { ConfigError } from './config-error.ts';
import { findProblems, resolveSettings } from './settings.ts';

const facts = { hostname: 'client.test' };
const enabled = { smtp_sasl_auth_enable: 'yes', smtp_sasl_password_maps: 'inline:{a=b}' };

function problem(assigned: Record<string, string>, service: 'smtp' | 'lmtp' = 'smtp'): string {
  try {
    resolveSettings(new Map(Object.entries(assigned)), service, facts);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

test.each([
  [{}, ''],
  [{ smtp_sasl_type: 'dovecot', smtp_sasl_security_options: 'nonsense' }, ''],
  [enabled, ''],
  [{ ...enabled, smtp_sasl_auth_cache_name: 'proxy:btree:/run/refused' }, ''],
  [
    { smtp_sasl_auth_enable: 'yes' },
    'smtp_sasl_auth_enable = yes: there are no credentials; name tables of them in smtp_sasl_password_maps',
  ],
  [
    { ...enabled, smtp_sasl_type: 'dovecot' },
    'smtp_sasl_type = dovecot: there is no such SASL client; use cyrus',
  ],
  [
    { ...enabled, smtp_sasl_security_options: 'noplaintext, NoAnonymous' },
    'smtp_sasl_security_options: "NoAnonymous" is unknown here; use noplaintext, noactive, nodictionary, forward_secrecy, noanonymous, mutual_auth',
  ],
  [
    { ...enabled, smtp_sasl_tls_verified_security_options: 'x' },
    'smtp_sasl_tls_verified_security_options: "x" is unknown here; use noplaintext, noactive, nodictionary, forward_secrecy, noanonymous, mutual_auth',
  ],
  [
    { ...enabled, smtp_sasl_auth_cache_name: 'btree:/run/refused' },
    'smtp_sasl_auth_cache_name = btree:/run/refused: not one writable table; write it as proxy:type:name',
  ],
  [
    { ...enabled, smtp_sasl_auth_cache_name: 'proxy:btree:/a, proxy:btree:/b' },
    'smtp_sasl_auth_cache_name = proxy:btree:/a, proxy:btree:/b: not one writable table; write it as proxy:type:name',
  ],
])('%j: %s', (assigned, line) => {
  expect(problem(assigned)).toBe(line);
  expect(findProblems(new Map(Object.entries(assigned)), facts)).toEqual(line === '' ? [] : [line]);
});

test('LMTP is told in its own terms', () => {
  expect(problem({ lmtp_sasl_auth_enable: 'yes' }, 'lmtp')).toBe(
    'lmtp_sasl_auth_enable = yes: there are no credentials; name tables of them in lmtp_sasl_password_maps',
  );
  expect(problem({ lmtp_sasl_auth_enable: 'yes' })).toBe('');
});
