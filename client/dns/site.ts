/** From one destination to its addresses: which lookup it gets, and in which surroundings (delivery reference 3.1). */
import type { Settings } from '../config/register.ts';
import type { InetDestination } from '../destination.ts';
import type { EventListener } from '../events.ts';
import type { Platform } from '../platform/platform.ts';
import type { Service } from '../request.ts';
import type { Tables } from '../tables/tables.ts';
import { findExchangers, type SiteAddresses } from './exchangers.ts';
import { readHostsFile } from './hosts-file.ts';
import { readResolvConf } from './resolv-conf.ts';
import type { Resolver } from './resolver.ts';

export interface SiteOptions {
  readonly service: Service;
  readonly settings: Settings;
  readonly platform: Platform;
  readonly resolver: Resolver;
  readonly tables: Tables;
  readonly emit: EventListener;
  readonly signal?: AbortSignal;
}

const SMTP_PORT = 25;
/** Servers there expect TLS from the first byte. */
const SUBMISSIONS_PORT = 465;

/** Never rejects but with the signal's reason. */
export async function findSite(destination: InetDestination, options: SiteOptions): Promise<SiteAddresses> {
  const { service, settings, platform, resolver, tables, emit, signal } = options;
  const { domain, port, portText, bracketed } = destination;
  if (port === SUBMISSIONS_PORT && settings.helpful_warnings && !settings.smtp_tls_wrappermode)
    emit({ type: 'log', level: 'info', text: wrapperModeHint(service) });
  return findExchangers(
    {
      domain,
      port,
      ...(!bracketed && (await usesSrv(portText, tables)) && { service: portText }),
      lookup: bracketed || service === 'lmtp' ? 'host' : 'exchangers',
      detectLoops: detectsLoops(destination, service),
    },
    {
      settings,
      resolver,
      filter: await tables.of('smtp_dns_reply_filter'),
      random: platform.random,
      interfaceAddresses: () => platform.network.ownAddresses(),
      hostsFile: () => readHostsFile(platform.files),
      searchList: () => readResolvConf(platform.files),
      emit,
      ...(signal && { signal }),
    },
  );
}

/** Only a server on the standard port can be the one that relays mail back to us. */
export function detectsLoops({ port }: InetDestination, service: Service): boolean {
  return service === 'smtp' && port === SMTP_PORT;
}

/** A list that cannot be looked at counts as empty. */
async function usesSrv(portText: string, tables: Tables): Promise<boolean> {
  const services = await tables.list('use_srv_lookup');
  return (await services.match(portText)) === 'listed';
}

function wrapperModeHint(service: Service): string {
  const needed = `"${service}_tls_wrappermode = yes", and "${service}_tls_security_level = encrypt" (or stronger)`;
  return `SMTPS wrappermode (TCP port ${SUBMISSIONS_PORT}) requires setting ${needed}`;
}
