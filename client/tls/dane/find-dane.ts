/** Whether a server can be verified by DANE, and what the level comes to where it cannot (security reference 5.1). */
import type { Settings } from '../../config/register.ts';
import { type LookupContext, lookup } from '../../dns/lookup.ts';
import { sameName } from '../../dns/records.ts';
import { usesDns, wantsDnssec } from '../../dns/settings.ts';
import { type DnsTrust, untrusted } from '../../dns/trust.ts';
import type { Service } from '../../request.ts';
import type { TlsLevel } from '../level.ts';
import type { DanePolicy, TlsPolicyFailure, TlsTarget } from '../policy/policy.ts';
import type { TlsaAnswer, TlsaCache } from './tlsa-cache.ts';

export type FindDane = (level: TlsLevel, target: TlsTarget) => Promise<Found | TlsPolicyFailure>;

export interface Found {
  readonly level: TlsLevel;
  readonly dane?: DanePolicy;
  /** What makes another level of it. */
  readonly because?: string;
}

export interface FindDaneContext extends LookupContext {
  readonly service: Service;
  readonly settings: Pick<
    Settings,
    | 'disable_dns_lookups'
    | 'ignore_mx_lookup_error'
    | 'smtp_dns_resolver_options'
    | 'smtp_dns_support_level'
    | 'smtp_host_lookup'
    | 'smtp_tls_dane_insecure_mx_policy'
    | 'smtp_tls_force_insecure_host_tlsa_lookup'
  >;
  readonly cache: TlsaCache;
}

/** Levels other than `dane` and `dane-only` are left as they are. */
export async function findDane(
  level: TlsLevel,
  target: TlsTarget,
  context: FindDaneContext,
): ReturnType<FindDane> {
  if (level !== 'dane' && level !== 'dane-only') return { level };
  const isMandatory = level === 'dane-only';
  const obstacle = configurationFault(target, level, context);
  if (obstacle !== undefined) {
    context.emit?.({ type: 'log', level: 'warning', text: `${target.nexthop}: ${obstacle.text}` });
    return isMandatory || obstacle.isFatal ? MISCONFIGURED : { level: 'may', because: obstacle.text };
  }
  const without = (weaker: TlsLevel, reason: string) =>
    isMandatory ? failure(reason) : { level: weaker, because: reason };

  const trust = target.dns ?? untrusted(target.host);
  const isExchangerInsecure = trust.exchangers?.authenticated === false;
  const insecurePolicy = insecureExchangerPolicy(context);
  if (isExchangerInsecure && (isMandatory || insecurePolicy === 'may'))
    return without('may', 'non DNSSEC destination');
  const found = await findRecords(trust, target.port, context);
  if (found.answer === 'error') return failure(`TLSA lookup error for ${target.host}:${target.port}`);
  if (found.answer === 'none') return without('may', 'no TLSA records found');
  if (found.answer.length === 0) return without('encrypt', 'TLSA records unusable');
  if (isExchangerInsecure && insecurePolicy === 'encrypt')
    return { level: 'encrypt', because: 'non DNSSEC destination' };
  return {
    level: isExchangerInsecure ? 'halfdane' : level,
    dane: {
      baseDomain: found.baseDomain,
      records: found.answer,
      names: [found.baseDomain, ...exchangerNames(trust)],
    },
  };
}

const MISCONFIGURED = failure('client TLS configuration problem');

function failure(reason: string): TlsPolicyFailure {
  return { dsn: '4.7.5', reason };
}

/** What in the configuration forbids DANE; fatal faults leave no other level. */
function configurationFault(
  { port }: TlsTarget,
  level: TlsLevel,
  { service, settings }: FindDaneContext,
): { readonly text: string; readonly isFatal: boolean } | undefined {
  const fault = (text: string) => ({ text, isFatal: false });
  if (port === 0) {
    return {
      text: 'the "dane" security level is invalid for delivery via unix-domain sockets',
      isFatal: true,
    };
  }
  const asksDns = usesDns(settings) && settings.smtp_host_lookup.includes('dns');
  if (!asksDns || !wantsDnssec(settings)) return fault(`${level} configured with dnssec lookups disabled`);
  if (service === 'smtp' && settings.ignore_mx_lookup_error)
    return fault(`${level} configured with MX lookup errors ignored`);
  if (settings.smtp_dns_resolver_options.length > 0)
    return fault(`dns resolver options incompatible with ${level} TLS`);
  return undefined;
}

/** LMTP has no exchangers but those of SRV records, and no parameter for them. */
function insecureExchangerPolicy({ service, settings }: FindDaneContext): 'may' | 'encrypt' | 'dane' {
  return service === 'lmtp' ? 'may' : settings.smtp_tls_dane_insecure_mx_policy;
}

/** Records of the server's canonical name come before those of its alias; neither counts without DNSSEC (5.3). */
async function findRecords(
  { addressAuthenticated, canonicalName, queriedName }: DnsTrust,
  port: number,
  context: FindDaneContext,
): Promise<{ readonly answer: TlsaAnswer; readonly baseDomain: string }> {
  const isAlias = !sameName(canonicalName, queriedName);
  const at = async (baseDomain: string) => ({
    answer: await context.cache.find(`_${port}._tcp.${baseDomain}`, context),
    baseDomain,
  });
  if (addressAuthenticated) {
    const found = await at(canonicalName);
    if (found.answer !== 'none' || !isAlias) return found;
  } else if (!context.settings.smtp_tls_force_insecure_host_tlsa_lookup) {
    const status = isAlias ? await aliasStatus(queriedName, context) : 'insecure';
    if (status !== 'secure') return { answer: status === 'error' ? status : 'none', baseDomain: queriedName };
  }
  return at(queriedName);
}

/** An alias that is validated may have records of its own, whatever it leads to. */
async function aliasStatus(name: string, context: FindDaneContext): Promise<'secure' | 'insecure' | 'error'> {
  const found = await lookup(name, 'CNAME', { ...context, dnssec: true });
  if (found.status === 'ok') return found.authenticated ? 'secure' : 'insecure';
  const reason = found.status === 'notFound' ? 'no longer a CNAME' : found.reason;
  const text = `DNSSEC status lookup error for ${name}: ${reason}`;
  context.emit?.({ type: 'log', level: 'warning', text });
  return 'error';
}

/** What the records that named the server belong to: certificates of trust anchors may have these names too (5.6). */
function exchangerNames({ exchangers }: DnsTrust): readonly string[] {
  if (exchangers === undefined) return [];
  const { owner, queriedName } = exchangers;
  return owner === queriedName ? [queriedName] : [owner, queriedName];
}
