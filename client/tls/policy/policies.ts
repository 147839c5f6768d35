/**
 * The TLS policies of the servers that a request is tried with (security reference 2 to 4): a level by the tables or
 * by the parameters, DANE where the level asks for it, and the rest.
 */
import type { Settings } from '../../config/register.ts';
import type { LevelSource } from '../../decision.ts';
import { toAsciiDomain } from '../../dns/domain-name.ts';
import { isHostname } from '../../dns/hostname.ts';
import type { EventListener } from '../../events.ts';
import type { Platform } from '../../platform/platform.ts';
import { startingFrom } from '../../platform/queue-directory.ts';
import type { Service } from '../../request.ts';
import type { Maps } from '../../tables/maps.ts';
import { TableError } from '../../tables/table.ts';
import type { Tables } from '../../tables/tables.ts';
import type { FindDane, Found } from '../dane/find-dane.ts';
import { type TlsLevel, usesDane, weaker } from '../level.ts';
import { type CompletionContext, completePolicy } from './complete.ts';
import { globalLevel, globalLevelParameter } from './global-level.ts';
import { perSiteLevel } from './per-site.ts';
import { CONFIGURATION_PROBLEM, type TlsPolicy, type TlsPolicyFailure, type TlsTarget } from './policy.ts';
import { type PolicyValue, parsePolicyValue } from './policy-value.ts';
import { enforcesMxPatterns } from './sts.ts';

export interface TlsPoliciesContext {
  readonly settings: Settings;
  readonly service: Service;
  readonly tables: Tables;
  readonly platform: Platform;
  readonly findDane: FindDane;
  readonly emit: EventListener;
  /** `TLS-Required: no` is in effect (`tlsWishes`): no table is asked, and the level is `may` at most. */
  readonly tlsNotRequired: boolean;
}

/** What the configuration says, and where. */
interface Given {
  readonly value: PolicyValue;
  readonly source: LevelSource;
}

/** Postfix keeps as many. */
const KEPT_POLICIES = 20;

/** Serves one request: what was found out for a server holds as long. */
export class TlsPolicies {
  readonly #context: TlsPoliciesContext;
  readonly #completion: CompletionContext;
  readonly #kept = new Map<string, Promise<TlsPolicy | TlsPolicyFailure>>();
  #warnedOfPerSite = false;

  constructor(context: TlsPoliciesContext) {
    const { settings, service, platform, emit } = context;
    this.#context = context;
    const { files } = startingFrom(settings.queue_directory, platform);
    const warn = (text: string) => emit({ type: 'log', level: 'warning', text });
    this.#completion = { settings, service, files, warn };
  }

  /** Failures are kept too. Rejects only with the reason of the signal that the tables were given. */
  async for(target: TlsTarget): Promise<TlsPolicy | TlsPolicyFailure> {
    const kept = this.#kept;
    const key = JSON.stringify([target.nexthop, target.host, target.port]);
    const policy = kept.get(key) ?? this.#find(target);
    // The one that was asked for longest ago is given up first.
    kept.delete(key);
    kept.set(key, policy);
    for (const oldest of kept.keys()) if (kept.size > KEPT_POLICIES) kept.delete(oldest);
    return policy;
  }

  async #find(target: TlsTarget): Promise<TlsPolicy | TlsPolicyFailure> {
    const given = await this.#valueFor(target);
    if ('dsn' in given) return given;
    const { source } = given;
    const { level, ...rest } = given.value;
    const found = usesDane(level) ? await this.#context.findDane(level, target) : { level };
    if ('dsn' in found) return found;
    this.#tell(target, found, level, source);
    return completePolicy(target.nexthop, found.level, rest, found.dane, this.#completion);
  }

  #tell({ host: server }: TlsTarget, found: Found, wanted: TlsLevel, source: LevelSource): void {
    const { level, dane, because = dane && `TLSA records of ${dane.baseDomain}` } = found;
    const decision = {
      kind: 'tlsLevel',
      server,
      level,
      source,
      wanted,
      ...(because && { dane: because }),
    } as const;
    this.#context.emit({ type: 'decision', decision });
  }

  async #valueFor(target: TlsTarget): Promise<Given | TlsPolicyFailure> {
    const { settings, service, tables, tlsNotRequired } = this.#context;
    const { warn } = this.#completion;
    const global = globalLevel(settings);
    const atLevel = (level: TlsLevel, parameter = globalLevelParameter(settings)): Given => ({
      value: { level, trustAnchorFiles: [] },
      source: { parameter },
    });
    if (tlsNotRequired)
      return atLevel(weaker(global, settings.smtp_tls_wrappermode ? 'encrypt' : 'may'), 'TLS-Required: no');
    const policies = await tables.of('smtp_tls_policy_maps');
    const perSite = await tables.of('smtp_tls_per_site');
    if (policies !== undefined) {
      if (perSite !== undefined && !this.#warnedOfPerSite)
        warn(`${service}_tls_per_site ignored when ${service}_tls_policy_maps is not empty.`);
      this.#warnedOfPerSite = true;
      return (await this.#lookUp(target.nexthop, policies)) ?? atLevel(global);
    }
    if (perSite === undefined) return atLevel(global);
    const level = await perSiteLevel(target, global, perSite, warn);
    if (level === undefined) return atLevel(global);
    return typeof level === 'string' ? atLevel(level, 'smtp_tls_per_site') : level;
  }

  /** Undefined when the table has nothing for the next hop. */
  async #lookUp(nexthop: string, maps: Maps): Promise<Given | TlsPolicyFailure | undefined> {
    const { warn } = this.#completion;
    for (const key of this.#keysOf(nexthop)) {
      const where = `${maps.parameter}, next-hop destination "${key}"`;
      let text: string | undefined;
      try {
        text = await maps.lookup(key);
      } catch (error) {
        if (!(error instanceof TableError)) throw error;
        warn(`${where}: policy table lookup error`);
        return CONFIGURATION_PROBLEM;
      }
      if (text === undefined) continue;
      const value = parsePolicyValue(text, (problem) => warn(`${where}: ${problem}`));
      if (value === undefined) return CONFIGURATION_PROBLEM;
      return { value: this.#withStsNames(value), source: { parameter: 'smtp_tls_policy_maps', key } };
    }
    return undefined;
  }

  /** A domain is looked for with those above it; whatever else a next hop may be is looked for as it is. */
  *#keysOf(nexthop: string): Generator<string> {
    yield nexthop;
    const { smtputf8_enable: utf8, enable_idna2003_compatibility: transitional } = this.#context.settings;
    const ascii = utf8 ? toAsciiDomain(nexthop, transitional) : nexthop;
    if (ascii === undefined || !isHostname(ascii)) return;
    for (let dot = nexthop.indexOf('.', 1); dot > 0; dot = nexthop.indexOf('.', dot + 1))
      yield nexthop.slice(dot);
  }

  /** With the hosts restricted to those of the policy, a certificate has to name the host itself (15). */
  #withStsNames(value: PolicyValue): PolicyValue {
    if (value.match === undefined || !enforcesMxPatterns(value, this.#context.settings)) return value;
    return { ...value, match: ['hostname'] };
  }
}
