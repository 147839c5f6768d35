/** The system's own lookup of host names, for what is not mail: servers of lookup tables. */
import type { EventListener } from '../events.ts';
import type { Platform } from '../platform/platform.ts';
import { systemAddresses } from './host-lookup.ts';
import { readHostsFile } from './hosts-file.ts';
import { readResolvConf } from './resolv-conf.ts';
import type { Resolver } from './resolver.ts';
import type { ExchangerSettings } from './settings.ts';

export interface SystemLookupOptions {
  readonly platform: Platform;
  readonly settings: ExchangerSettings;
  readonly resolver: Resolver;
  readonly emit?: EventListener | undefined;
}

/**
 * From a host name to its numeric addresses, none when nobody knows it: /etc/hosts first, then DNS with the search
 * list of /etc/resolv.conf, whatever the configuration says about mail. Rejects with the signal's reason.
 */
export function systemLookup({ platform, settings, resolver, emit }: SystemLookupOptions) {
  const completing = { ...settings, smtp_dns_resolver_options: ['res_defnames', 'res_dnsrch'] as const };
  return (host: string, signal?: AbortSignal): Promise<readonly string[]> =>
    systemAddresses(host, {
      settings: completing,
      resolver,
      hostsFile: () => readHostsFile(platform.files),
      searchList: () => readResolvConf(platform.files),
      ...(emit && { emit }),
      ...(signal && { signal }),
    });
}
