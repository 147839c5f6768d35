/** Hosts and ports of a service by SRV records (delivery reference 3.7, RFC 2782). */
import { lookup } from './lookup.ts';
import {
  type ExchangerContext,
  FAILURE_DSN,
  failed,
  inBalance,
  resolveHosts,
  type Site,
  type SiteAddresses,
} from './named-hosts.ts';
import { byPriorityAndWeight } from './ordering.ts';

/** Asks for SRV records (RFC 2782); `skipped` is the log line when another lookup is to follow. */
export async function findService(
  site: Site,
  service: string,
  name: string,
  context: ExchangerContext,
): Promise<SiteAddresses | { readonly skipped: string }> {
  const { settings, random } = context;
  const shown = `_${service}._tcp.${site.domain}`;
  const queriedName = `_${service}._tcp.${name}`;
  const found = await lookup(queriedName, 'SRV', context);
  let result: SiteAddresses;
  if (found.status === 'ok') {
    const hosts = byPriorityAndWeight(found.records, random).map(({ target, priority, port }) => ({
      host: target,
      preference: priority,
      port,
    }));
    const { authenticated, canonicalName: owner } = found;
    const trust = { authenticated, queriedName, owner };
    const resolved = await resolveHosts({ name: shown, kind: 'SRV', trust }, hosts, site, context);
    result = { ...resolved, addresses: inBalance(resolved.addresses, context) };
  } else result = failed(FAILURE_DSN[found.status], found.reason);
  const { failure } = result;
  const ignored = settings.ignore_srv_lookup_error && IGNORABLE.has(found.status);
  if (failure === undefined || !(settings.allow_srv_lookup_fallback || ignored)) return result;
  return { skipped: `skipping SRV lookup for ${shown}: ${failure.reason}` };
}

const IGNORABLE: ReadonlySet<string> = new Set(['temporary', 'invalid', 'nonRecoverable']);
