import { describe, expect, test } from 'vitest';
import { resolveSettings } from '../../config/settings.ts';
import { globalLevel } from './global-level.ts';

const levelOf = (config: Readonly<Record<string, string>>) =>
  globalLevel(resolveSettings(new Map(Object.entries(config)), 'smtp', { hostname: 'mail' }));

describe('the level of all destinations (security reference 2.1)', () => {
  test.each([
    [{}, 'none'],
    [{ smtp_use_tls: 'yes' }, 'may'],
    [{ smtp_use_tls: 'yes', smtp_enforce_tls: 'yes' }, 'verify'],
    [{ smtp_enforce_tls: 'yes', smtp_tls_enforce_peername: 'no' }, 'encrypt'],
    [{ smtp_tls_enforce_peername: 'no' }, 'none'],
    [{ smtp_tls_security_level: 'none', smtp_enforce_tls: 'yes' }, 'none'],
    [{ smtp_tls_security_level: 'encrypt', smtp_use_tls: 'no' }, 'encrypt'],
    [{ compatibility_level: '3.11' }, 'may'],
    [{ compatibility_level: '3.11', smtp_tls_security_level: '' }, 'none'],
  ])('%j is %s', (config, level) => {
    expect(levelOf(config)).toBe(level);
  });

  // security-4, security-5: Postfix ends at the start.
  test.each(['bogus', 'halfdane', 'may,encrypt'])('%s is no level', (word) => {
    expect(() => levelOf({ smtp_tls_security_level: word })).toThrow(
      /^smtp_tls_security_level = .*unknown word/,
    );
  });
});
