/**
 * A validated domain with one mail exchanger, `mx`, that offers STARTTLS. Every scenario has a domain of its own: what
 * is known of TLSA records outlives a delivery.
 */
import {
  type Certified,
  type Credential,
  deferred,
  delivered,
  dialogue,
  type Expectation,
  logged,
  mailHost,
  message,
  notLogged,
  type Scenario,
  type ScenarioSpec,
  scenario,
  selfSigned,
  tlsa,
  tlsSession,
  zone,
} from '../../scenario.ts';

type Entries = Parameters<typeof zone>[1];
export type HostSwitches = NonNullable<Parameters<typeof mailHost>[0]>;

/** Names and credentials of a scenario. */
export interface Site {
  readonly domain: string;
  readonly mx: string;
  /** `mx` as outcomes show it. */
  readonly server: string;
  readonly to: string;
  /** For `mx`, signed by nobody else. */
  readonly own: Credential;
}

/** What a scenario adds to the site. */
export interface SiteSpec extends Partial<Omit<ScenarioSpec, 'title' | 'dns'>> {
  readonly expect: readonly Expectation[];
  readonly zone?: Entries;
  /** Switches of `mx`, beside its own credential; `PLAIN`, without TLS. */
  readonly host?: HostSwitches;
}

export const DANE = {
  smtp_tls_security_level: 'dane',
  smtp_dns_support_level: 'dnssec',
  smtp_tls_loglevel: '1',
};
export const DANE_ONLY = { ...DANE, smtp_tls_security_level: 'dane-only' };

/** The switches of a host that offers no TLS. */
export const PLAIN: HostSwitches = { extensions: [] };

export function dane(name: string, title: string, describe: (site: Site) => SiteSpec): Scenario {
  const domain = `${name}.test`;
  const mx = `mx.${domain}`;
  const site = {
    domain,
    mx,
    server: `${mx}[192.0.2.1]`,
    to: `user@${domain}`,
    own: selfSigned(mx),
  };
  const { zone: entries, host = {}, ...spec } = describe(site);
  return scenario(`dane/${name}`, {
    clauses: ['postfix:smtp_tls_security_level'],
    hosts: { mx: mailHost(host === PLAIN ? PLAIN : { tls: { credential: site.own }, ...host }) },
    config: DANE,
    send: message({ to: site.to }),
    ...spec,
    title,
    dns: zone(domain, { ad: true, MX: '10 mx', mx: '192.0.2.1', ...entries }),
  });
}

/** TLSA records for port 25 of `mx`: `'3 1 1'`, of a credential, each. */
export function published(of: Certified, ...kinds: string[]): Entries {
  return { '_25._tcp.mx': { TLSA: records(of, ...kinds) } };
}

export function records(of: Certified, ...kinds: string[]): string[] {
  return kinds.map((kind) => {
    const [usage = 0, selector = 0, matchingType = 0] = kind.split(' ').map(Number);
    return tlsa(usage, selector, matchingType, of);
  });
}

/** The server proved who it is; the name that it was asked for is the TLSA base domain. */
export function verified({ to, mx }: Site, sni = mx, host = 'mx'): readonly Expectation[] {
  return [
    delivered(to, { via: host }),
    tlsSession(host, { sni }),
    logged('Verified TLS connection established'),
  ];
}

/** The server could not prove it, and is told nothing of the mail. */
export function refused({ to, mx, server }: Site, sni = mx): readonly Expectation[] {
  return [
    deferred(to, { dsn: '4.7.5', reason: 'Server certificate not verified', relay: `${server}:25` }),
    dialogue('mx', ['...', 'C: STARTTLS', 'S: 220 *', `{TLS sni=${sni}}`, 'C: QUIT', '...']),
  ];
}

/** Nobody has to prove anything: TLS if it is offered, whoever it is, with no name asked for. */
export function opportunistic({ to }: Site): readonly Expectation[] {
  return [delivered(to, { via: 'mx' }), tlsSession('mx', { sni: undefined }), notLogged('Verified TLS')];
}

/** The host is not connected to. */
export function skipped({ to }: Site, reason: string): readonly Expectation[] {
  return [deferred(to, { dsn: '4.7.5', reason, relay: 'none' }), logged(reason)];
}
