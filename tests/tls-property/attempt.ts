/** Carries out a plan in the virtual world, with our client. */
import { resolveSettings } from '../../client/config/settings.ts';
import { messageFromBytes } from '../../client/content/message.ts';
import { deliver } from '../../client/deliver.ts';
import type { Outcome } from '../../client/request.ts';
import { SessionCache } from '../../client/session/cache.ts';
import { Tables } from '../../client/tables/tables.ts';
import { TlsService } from '../../client/tls/service.ts';
import { fingerprint, selfSigned } from '../../simulator/certificates/authority.ts';
import { tlsa } from '../../simulator/certificates/tlsa.ts';
import { type NameEntry, zone } from '../../simulator/dns/zone.ts';
import { mailHost } from '../../simulator/hosts/declarative.ts';
import { createWorld, type World } from '../../simulator/world.ts';
import { credentialOf, DOMAIN, hostName, type Plan, recipientsOf, root, type ServerPlan } from './plan.ts';

export const USER = 'somebody';
export const PASSWORD = 'unspeakable';
/** How long messages wait that may go in the clear when TLS fails, and `minimal_backoff_time`. */
const OLD_MS = 600_000;

const elsewhere = selfSigned('elsewhere.test');

export interface Seen {
  /** Of each message. */
  readonly outcomes: readonly (readonly Outcome[])[];
  readonly world: World;
}

export async function attempt(plan: Plan): Promise<Seen> {
  const names = plan.servers.map((_, index) => hostName(index));
  const world = createWorld({
    dns: [
      zone(DOMAIN, { ad: plan.exchangersSecure, MX: names.map((name, index) => `${index} ${name}.`) }),
      zone('mail.test', {
        ad: true,
        ...Object.fromEntries(
          plan.servers.flatMap((server, index): [string, NameEntry][] => [
            [`mx${index}`, { A: `192.0.2.${index + 1}`, ad: server.addressSecure }],
            [`_25._tcp.mx${index}`, tlsaOf(server, index)],
          ]),
        ),
      }),
    ],
    hosts: Object.fromEntries(plan.servers.map((server, index) => [`mx${index}`, hostOf(server, index)])),
    files: { '/run/ca.pem': root.pem },
  });
  const { platform, resolver, hostname, emit } = world;
  const settings = resolveSettings(new Map(Object.entries(configOf(plan))), 'smtp', { hostname });
  const outcomes = await world.run(async () => {
    const { clock } = platform;
    const tables = new Tables({ settings, service: 'smtp', platform, emit, addressesOf: async () => [] });
    const tls = new TlsService({ settings, service: 'smtp', tables, platform, emit });
    const cache = new SessionCache(clock);
    const all: (readonly Outcome[])[] = [];
    for (const [index, message] of plan.messages.entries()) {
      const header = message.tlsNotRequired === true ? 'TLS-Required: no\n' : '';
      const { outcomes } = await deliver(
        {
          queueId: `ABCDEF${index}`,
          service: 'smtp',
          nexthop: DOMAIN,
          sender: 'sender@client.test',
          recipients: recipientsOf(message, index).map((address) => ({ address })),
          message: messageFromBytes(Buffer.from(`${header}Subject: x\n\nmessage${index}\n`)),
          arrivedAtMs: clock.now() - (message.old ? OLD_MS : 0),
          activeAtMs: clock.now(),
          requireTls: message.requireTls,
          ...(plan.reuse && { reuse: { load: true, store: true } }),
        },
        { platform, settings, resolver, tables, tls, cache, emit },
      );
      all.push(outcomes);
    }
    for (const { connection } of cache.drain()) connection.destroy();
    tables.close();
    return all;
  });
  return { outcomes, world };
}

function configOf(plan: Plan): Record<string, string> {
  const { clear, tls, verified } = plan.saslOptions;
  return {
    [plan.byTable ? 'smtp_tls_policy_maps' : 'smtp_tls_security_level']: plan.byTable
      ? `inline:{ ${DOMAIN}=${plan.level} }`
      : plan.level,
    smtp_dns_support_level: 'dnssec',
    smtp_tls_CAfile: '/run/ca.pem',
    smtp_tls_fingerprint_cert_match: fingerprint(credentialOf('good', 0)),
    smtp_tls_fingerprint_digest: 'sha256',
    smtp_tls_dane_insecure_mx_policy: plan.insecureMx,
    smtp_tls_force_insecure_host_tlsa_lookup: plan.forcesTlsa ? 'yes' : 'no',
    smtp_requiretls_policy: plan.requireTlsPolicy,
    minimal_backoff_time: `${OLD_MS / 1000}s`,
    ...(plan.sessionCache && { smtp_tls_session_cache_database: 'btree:/run/sessions' }),
    ...(plan.credentials && {
      smtp_sasl_auth_enable: 'yes',
      smtp_sasl_password_maps: `inline:{ ${DOMAIN}=${USER}:${PASSWORD} }`,
    }),
    smtp_sasl_security_options: clear.join(','),
    smtp_sasl_tls_security_options: tls.join(','),
    smtp_sasl_tls_verified_security_options: verified.join(','),
  };
}

function hostOf(server: ServerPlan, index: number): ReturnType<typeof mailHost> {
  const { starttls, mechanisms, clearMechanisms, announcesRequireTls, handshake, fault } = server;
  const auth = (names: readonly string[]) => (names.length > 0 ? [`AUTH ${names.join(' ')}`] : []);
  const credential = credentialOf(server.certificate, index);
  const known = [...new Set([...mechanisms, ...clearMechanisms])];
  return mailHost({
    // What only counts inside TLS is announced before it as well, as by somebody who wants to deceive.
    extensions: [
      'PIPELINING',
      'REQUIRETLS',
      ...(starttls === 'absent' ? [] : ['STARTTLS']),
      ...auth(clearMechanisms),
    ],
    ...(known.length > 0 && { sasl: { mechanisms: known, users: { [USER]: PASSWORD } } }),
    ...(starttls !== 'absent' && {
      tls: {
        credential,
        extensions: ['PIPELINING', ...(announcesRequireTls ? ['REQUIRETLS'] : []), ...auth(mechanisms)],
        ...(handshake && { handshake }),
      },
    }),
    ...(starttls !== 'absent' && starttls !== 'offered' && { starttls: { reply: starttls } }),
    ...(fault && { faults: [fault] }),
  });
}

function tlsaOf(server: ServerPlan, index: number): NameEntry {
  const ad = server.tlsaSecure;
  switch (server.tlsa) {
    case 'own':
      return { TLSA: tlsa(3, 1, 1, credentialOf(server.certificate, index)), ad };
    case 'root':
      return { TLSA: tlsa(2, 0, 1, root), ad };
    case 'wrong':
      return { TLSA: [tlsa(3, 1, 1, elsewhere), tlsa(2, 1, 1, elsewhere)], ad };
    case 'unknownUsage':
      return { TLSA: `1 0 1 ${'ab'.repeat(32)}`, ad };
    case 'unusable':
      return { TLSA: `3 1 77 ${'ab'.repeat(32)}`, ad };
    case 'fails':
      return { fault: 'SERVFAIL' };
    default:
      return { TXT: 'no TLSA here', ad };
  }
}
