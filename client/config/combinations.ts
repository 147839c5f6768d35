/** What is wrong with settings taken together, where each may be right by itself. Postfix ends at its start for it. */
import type { Service } from '../request.ts';
import { ConfigError, shown } from './config-error.ts';
import type { Parameter } from './parameter.ts';
import { register, type Settings } from './register.ts';
import { SECURITY_OPTIONS } from './sasl-options.ts';

/** Throws ConfigError for the first mistake. */
export function checkCombinations(settings: Settings, service: Service): void {
  if (settings.smtp_sasl_auth_enable) checkAuthentication(settings, service);
}

const OPTION_LISTS = [
  'smtp_sasl_security_options',
  'smtp_sasl_tls_security_options',
  'smtp_sasl_tls_verified_security_options',
] as const;

function checkAuthentication(settings: Settings, service: Service): void {
  const name = (parameter: keyof typeof register) => {
    const { lmtp }: Parameter = register[parameter];
    return service === 'lmtp' && lmtp ? lmtp.name : parameter;
  };
  if (settings.smtp_sasl_type !== 'cyrus') {
    throw new ConfigError(
      `${name('smtp_sasl_type')} = ${shown(settings.smtp_sasl_type)}: there is no such SASL client; use cyrus`,
    );
  }
  if (settings.smtp_sasl_password_maps.length === 0) {
    throw new ConfigError(
      `${name('smtp_sasl_auth_enable')} = yes: there are no credentials; name tables of them in ${name('smtp_sasl_password_maps')}`,
    );
  }
  for (const list of OPTION_LISTS) {
    const odd = settings[list].find((word) => !SECURITY_OPTIONS.some((known) => known === word));
    if (odd !== undefined)
      throw new ConfigError(
        `${name(list)}: "${shown(odd)}" is unknown here; use ${SECURITY_OPTIONS.join(', ')}`,
      );
  }
  const cache = settings.smtp_sasl_auth_cache_name;
  if (cache !== '' && !/^proxy:[^\s,]+$/.test(cache)) {
    throw new ConfigError(
      `${name('smtp_sasl_auth_cache_name')} = ${shown(cache)}: not one writable table; write it as proxy:type:name`,
    );
  }
}
