/** Our own client as a sender: the same code as `nexthop send`, in the world of the scenario. */
import { parseOverrides } from '../../client/config/overrides.ts';
import { resolveSettings } from '../../client/config/settings.ts';
import { serviceFlags } from '../../client/content/flags.ts';
import { deliver } from '../../client/deliver.ts';
import { dispatch } from '../../client/dispatch.ts';
import { withDnssecProbe } from '../../client/dns/dnssec-probe.ts';
import { createResolver } from '../../client/dns/resolver.ts';
import { systemLookup } from '../../client/dns/system-lookup.ts';
import type { ClientEvent } from '../../client/events.ts';
import { mailLogLine } from '../../client/outcome/mail-log.ts';
import type { Notice } from '../../client/outcome/notices.ts';
import type { StatusServices } from '../../client/outcome/status-services.ts';
import type { DeliveryRequest, Outcome, Service } from '../../client/request.ts';
import { FailureCache } from '../../client/sasl/failure-cache.ts';
import { SessionCache } from '../../client/session/cache.ts';
import { Session } from '../../client/session/session.ts';
import { Tables } from '../../client/tables/tables.ts';
import { TlsService } from '../../client/tls/service.ts';
import { pauseBefore } from './pause.ts';
import { requestsOf } from './requests.ts';
import type {
  FlushAdd,
  KeptRecord,
  LogLine,
  RecipientOutcome,
  Sender,
  SenderEnvironment,
  SenderReport,
  Submission,
} from './sender.ts';
import { ToldEvents } from './told-events.ts';

export function nexthopSender(version: string): Sender {
  return {
    name: 'nexthop',
    version,
    worlds: ['virtual', 'live'],
    claims: new Set(['postfix', 'config', 'lmtp', 'exchangers']),
    send,
  };
}

/**
 * Messages go one after another, as one delivery agent takes them from its queue. What it has kept for more of them is
 * closed in the end as Postfix closes what is not used any more: without QUIT.
 */
async function send(
  submissions: readonly Submission[],
  environment: SenderEnvironment,
): Promise<SenderReport> {
  const { platform, hostname, nameServer, signal } = environment;
  const assigned = parseOverrides(
    Object.entries(environment.config).map(([name, value]) => `${name}=${value}`),
  );
  const outcomes: RecipientOutcome[] = [];
  const log: LogLine[] = [];
  const suspensions: string[] = [];
  let setAside = 0;
  const records: KeptRecord[] = [];
  const services: StatusServices = {
    async append(service, record) {
      if (environment.downServices.has(service)) throw new Error(`${service} service is down`);
      records.push({ service, ...record });
    },
  };
  const told = new ToldEvents(platform.clock);
  const cache = new SessionCache(platform.clock);
  const refusedCredentials = new FailureCache();
  const configure = (service: Service) => {
    const settings = resolveSettings(assigned, service, { hostname });
    const emit = (event: ClientEvent): void => {
      environment.emit(event);
      told.note(event, service);
      const text = mailLogLine(event, settings);
      if (text === undefined) return;
      log.push({ level: event.type === 'log' && event.level !== 'info' ? 'warning' : 'info', text });
    };
    const flags = serviceFlags(environment.flags, { service, settings, emit });
    const asking = createResolver({ ...platform, servers: [nameServer], trustAd: true, emit });
    const resolver = withDnssecProbe(asking, { settings, emit });
    const addressesOf = systemLookup({ platform, settings, resolver, emit });
    const tables = new Tables({ settings, service, platform, addressesOf, emit });
    const tls = new TlsService({ settings, service, tables, platform, emit });
    return { settings, emit, flags, tables, tls, resolver };
  };
  const configurations = new Map<Service, ReturnType<typeof configure>>();
  const flushAdds: FlushAdd[] = [];
  const addToFlush = async (domain: string, queueId: string) => {
    if (environment.downServices.has('flush')) throw new Error('flush service is down');
    flushAdds.push({ domain, queueId });
  };
  const notices: Notice[] = [];
  const postNotice = async (notice: Notice) => {
    if (environment.downServices.has('cleanup')) throw new Error('Connection refused');
    notices.push(notice);
  };
  for (const submission of submissions) {
    await pauseBefore(submission, environment);
    const { service } = submission;
    const configuration = configurations.get(service) ?? configure(service);
    configurations.set(service, configuration);
    const { settings, flags, tables, tls, resolver, emit } = configuration;
    const attempt = async (request: DeliveryRequest) => {
      const result = await deliver(request, {
        platform,
        settings,
        tables,
        tls,
        flags,
        resolver,
        services,
        addToFlush,
        postNotice,
        emit,
        signal,
        cache,
        refusedCredentials,
      });
      outcomes.push(...result.outcomes.map((outcome) => reported(outcome, submission.probe !== false)));
      if (result.setAside === true) setAside += 1;
      if (result.throttle !== undefined) suspensions.push(result.throttle.reason);
    };
    const requests = requestsOf(submission, settings, platform.clock.now());
    // One destination after another, so that the order in which things happen is that of the scenario.
    for (const batches of Map.groupBy(requests, ({ nexthop }) => nexthop).values())
      await dispatch(batches, attempt, settings);
  }
  for (const kept of cache.drain()) Session.resume(kept).drop('closed');
  for (const { tables } of configurations.values()) tables.close();
  const { decisions, failedConnections } = told;
  return { outcomes, log, suspensions, records, flushAdds, notices, setAside, decisions, failedConnections };
}

function reported(outcome: Outcome, probe: boolean): RecipientOutcome {
  const { recipient, status, dsn, relay, reason, reply, passedTo } = outcome;
  if (passedTo !== undefined) return { address: recipient.address, status, passedTo };
  return {
    address: recipient.address,
    status,
    dsn,
    relay,
    reason,
    ...(reply === undefined ? {} : { reply }),
    ...(probe ? { probe } : {}),
  };
}
