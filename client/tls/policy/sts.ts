/** MTA-STS as far as a table's policy carries it from the program that looks after it (security reference 15, RFC 8461). */
import type { Settings } from '../../config/register.ts';
import { toAsciiDomain } from '../../dns/domain-name.ts';
import { usesPkix } from '../level.ts';
import type { TlsPolicy } from './policy.ts';

type StsSettings = Pick<Settings, 'smtp_tls_enforce_sts_mx_patterns' | 'enable_idna2003_compatibility'>;

/** The policy says which exchangers a domain has, and is to be held to it. */
export function enforcesMxPatterns(
  { external }: Pick<TlsPolicy, 'external'>,
  { smtp_tls_enforce_sts_mx_patterns: enforced }: Pick<Settings, 'smtp_tls_enforce_sts_mx_patterns'>,
): boolean {
  return enforced && external?.type === 'sts' && external.mxHostPatterns.length > 0;
}

/** Why a host is no exchanger by the policy, for the log; undefined when it may be used. The host is then skipped. */
export function unauthorizedExchanger(
  host: string,
  policy: Pick<TlsPolicy, 'level' | 'external'>,
  settings: StsSettings,
): string | undefined {
  const { external, level } = policy;
  if (external === undefined || !usesPkix(level) || !enforcesMxPatterns(policy, settings)) return undefined;
  const name = toAsciiDomain(host, settings.enable_idna2003_compatibility) ?? host;
  if (external.mxHostPatterns.some((pattern) => matchesMxPattern(name, pattern))) return undefined;
  return `MX name '${name}' does not match STS MX pattern for '${external.domain}'`;
}

/** RFC 8461 section 4.1: `*.example.net` stands for exactly one label. Both are A-labels. */
export function matchesMxPattern(host: string, pattern: string): boolean {
  const [name, wanted] = [host.toLowerCase(), pattern.toLowerCase()];
  if (name === wanted) return true;
  const dot = name.indexOf('.');
  return dot > 0 && wanted.length > 2 && wanted.startsWith('*.') && name.slice(dot + 1) === wanted.slice(2);
}
