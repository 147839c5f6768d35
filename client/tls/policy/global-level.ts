/** The level for destinations that no table knows (security reference 2.1). */
import type { Settings } from '../../config/register.ts';
import type { TlsLevel } from '../level.ts';

export type GlobalLevelSettings = Pick<
  Settings,
  'smtp_tls_security_level' | 'smtp_enforce_tls' | 'smtp_tls_enforce_peername' | 'smtp_use_tls'
>;

/** `smtp_tls_security_level`; only without it the obsolete parameters count. */
export function globalLevel(settings: GlobalLevelSettings): TlsLevel {
  if (settings.smtp_tls_security_level !== '') return settings.smtp_tls_security_level;
  if (settings.smtp_enforce_tls) return settings.smtp_tls_enforce_peername ? 'verify' : 'encrypt';
  return settings.smtp_use_tls ? 'may' : 'none';
}

/** The parameter that says so. */
export function globalLevelParameter(settings: GlobalLevelSettings): string {
  if (settings.smtp_tls_security_level !== '') return 'smtp_tls_security_level';
  if (settings.smtp_enforce_tls) return 'smtp_enforce_tls';
  return settings.smtp_use_tls ? 'smtp_use_tls' : 'smtp_tls_security_level';
}
