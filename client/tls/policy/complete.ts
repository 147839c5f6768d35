/** From a level, and what a table says of it, to a whole policy: the parameters say the rest (security reference 4). */
import type { Settings } from '../../config/register.ts';
import { isHostname } from '../../dns/hostname.ts';
import type { Files } from '../../platform/platform.ts';
import type { Service } from '../../request.ts';
import { mustMatch, type TlsLevel, usesPkix } from '../level.ts';
import { readFingerprints } from './fingerprints.ts';
import {
  CONFIGURATION_PROBLEM,
  type DanePolicy,
  type TlsPolicy,
  type TlsPolicyFailure,
  type TrustAnchors,
} from './policy.ts';
import type { PolicyValue } from './policy-value.ts';
import { readTrustAnchors } from './trust-anchors.ts';

export interface CompletionContext {
  readonly settings: Settings;
  readonly service: Service;
  /** Paths that do not begin with a slash start from the queue directory. */
  readonly files: Pick<Files, 'read'>;
  readonly warn: (text: string) => void;
}

/** `level` is what holds in the end; `value` was written for the level that the table names. */
export async function completePolicy(
  nexthop: string,
  level: TlsLevel,
  value: Omit<PolicyValue, 'level'>,
  dane: DanePolicy | undefined,
  context: CompletionContext,
): Promise<TlsPolicy | TlsPolicyFailure> {
  const { settings, service, warn } = context;
  const isOpportunistic = level === 'none' || level === 'may';
  const serverName = value.serverName ?? settings.smtp_tls_servername;
  if (level !== 'none' && serverName !== '' && !isHostname(serverName)) {
    warn(`"${service}_tls_servername = ${serverName}" specifies an invalid hostname`);
    return CONFIGURATION_PROBLEM;
  }
  const fingerprints = level === 'fingerprint' ? fingerprintsOf(value, context) : [];
  if (level === 'fingerprint' && fingerprints.length === 0) {
    warn(
      `nexthop domain ${nexthop}: configured at fingerprint security level, but with no fingerprints to match.`,
    );
    return CONFIGURATION_PROBLEM;
  }
  const trustAnchors = usesPkix(level) ? await trustAnchorsOf(value, context) : undefined;
  if (trustAnchors === 'unreadable') return CONFIGURATION_PROBLEM;
  return {
    level,
    protocols:
      value.protocols ??
      (isOpportunistic ? settings.smtp_tls_protocols : settings.smtp_tls_mandatory_protocols).join(' '),
    ciphers:
      value.ciphers ?? (isOpportunistic ? settings.smtp_tls_ciphers : settings.smtp_tls_mandatory_ciphers),
    exclusions: exclusionsOf(level, value, settings),
    serverName,
    names: usesPkix(level) ? (value.match ?? defaultNames(level, settings)) : [],
    fingerprints,
    trustAnchors,
    dane,
    connectionReuse: value.connectionReuse ?? settings.smtp_tls_connection_reuse,
    external: value.external,
  };
}

/** Those of a policy stand in place of all that parameters list; what the level adds is added in any case. */
function exclusionsOf(
  level: TlsLevel,
  { exclude }: Pick<PolicyValue, 'exclude'>,
  settings: Settings,
): string[] {
  const { smtp_tls_exclude_ciphers: always, smtp_tls_mandatory_exclude_ciphers: mandatory } = settings;
  if (level === 'none') return [];
  const listed = exclude === undefined ? [...always, ...(level === 'may' ? [] : mandatory)] : [exclude];
  if (level === 'encrypt') listed.push('eNULL');
  if (mustMatch(level)) listed.push('aNULL');
  return splitNames(listed);
}

function fingerprintsOf(
  { match }: Pick<PolicyValue, 'match'>,
  { settings, warn }: CompletionContext,
): string[] {
  return readFingerprints(match ?? settings.smtp_tls_fingerprint_cert_match, warn);
}

function defaultNames(level: TlsLevel, settings: Settings): string[] {
  return splitNames(
    level === 'verify' ? settings.smtp_tls_verify_cert_match : settings.smtp_tls_secure_cert_match,
  );
}

async function trustAnchorsOf(
  { trustAnchorFiles }: Pick<PolicyValue, 'trustAnchorFiles'>,
  { settings, files, warn }: CompletionContext,
): Promise<TrustAnchors | undefined | 'unreadable'> {
  const paths = trustAnchorFiles.length > 0 ? trustAnchorFiles : settings.smtp_tls_trust_anchor_file;
  if (paths.length === 0) return undefined;
  return (await readTrustAnchors(paths, files, warn)) ?? 'unreadable';
}

/** Lists in main.cf may be written with colons too. */
function splitNames(items: readonly string[]): string[] {
  return items.flatMap((item) => item.split(/[,: \t\r\n]+/)).filter((name) => name !== '');
}
