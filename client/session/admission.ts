/** Which servers may be connected to at all: what TLS has to be like with them rules some out (security reference 6). */
import type { Settings } from '../config/register.ts';
import type { Exclusion } from '../decision.ts';
import type { LookupContext } from '../dns/lookup.ts';
import type { Resolver } from '../dns/resolver.ts';
import type { EventListener } from '../events.ts';
import type { Failure } from '../outcome/failure.ts';
import type { Platform } from '../platform/platform.ts';
import type { DeliveryRequest } from '../request.ts';
import type { Tables } from '../tables/tables.ts';
import { type FindDane, findDane } from '../tls/dane/find-dane.ts';
import { FeatureStatus } from '../tls/feature-status.ts';
import { requiresTls, type TlsLevel } from '../tls/level.ts';
import { TlsPolicies } from '../tls/policy/policies.ts';
import { isPolicyFailure, type TlsPolicyFailure, type TlsTarget } from '../tls/policy/policy.ts';
import { unauthorizedExchanger } from '../tls/policy/sts.ts';
import { type TlsWishes, tlsWishes } from '../tls/policy/wishes.ts';
import { findTlsReportTarget, type TlsReportTarget } from '../tls/report/report.ts';
import { RequireTls } from '../tls/requiretls/requiretls.ts';
import { requireTlsAction } from '../tls/requiretls/requiretls-policy.ts';
import type { TlsService } from '../tls/service.ts';
import type { SessionSecurity } from './security.ts';

export interface AdmissionContext {
  readonly platform: Platform;
  readonly settings: Settings;
  readonly tables: Tables;
  readonly resolver: Resolver;
  readonly tls: TlsService;
  readonly emit: EventListener;
  readonly signal?: AbortSignal | undefined;
}

/** A server that is ruled out without a failure is passed over as if it were not there; the log has been told. */
export type Admitted = { readonly security: SessionSecurity } | { readonly failure: Failure | undefined };

/** Serves one request. */
export class Admission {
  /** What the log shows of TLS with the server that was looked at last. */
  readonly features = new FeatureStatus();
  readonly #request: DeliveryRequest;
  readonly #context: AdmissionContext;
  readonly #wishes: TlsWishes;
  readonly #policies: TlsPolicies;
  /** By domain of the next hop. */
  readonly #requireTls = new Map<string, Promise<RequireTls>>();
  readonly #reportTo = new Map<string, Promise<TlsReportTarget | undefined>>();

  constructor(request: DeliveryRequest, context: AdmissionContext) {
    const { settings, tables, platform, emit } = context;
    this.#request = request;
    this.#context = context;
    this.#wishes = tlsWishes(request, context);
    this.#policies = new TlsPolicies({
      settings,
      service: request.service,
      tables,
      platform,
      findDane: (level, target) => this.#findDane(level, target),
      emit,
      tlsNotRequired: this.#wishes.tlsNotRequired,
    });
  }

  async of(target: TlsTarget): Promise<Admitted> {
    const { settings, tls: engine } = this.#context;
    const { features } = this;
    const { service } = this.#request;
    const requireTls = await this.#requireTlsOf(target.domain);
    const policy = await this.#policies.for(target);
    features.begin(isPolicyFailure(policy) ? 'unknown' : policy.level, requireTls.isWanted);
    if (isPolicyFailure(policy)) return this.#refuse(target, policy);
    const lacking = requireTls.beforeConnecting(policy.level, target.host);
    if (lacking !== undefined) return this.#refuse(target, lacking);
    if (settings.smtp_tls_wrappermode && !requiresTls(policy.level)) {
      this.#warn(
        `${service}_tls_wrappermode requires "${service}_tls_security_level = encrypt" (or stronger)`,
      );
      this.#leaveOut(target, 'wrapperMode');
      return { failure: undefined };
    }
    const stranger = unauthorizedExchanger(target.host, policy, settings);
    if (stranger !== undefined) {
      this.#warn(stranger);
      this.#leaveOut(target, 'policyHosts', stranger);
      return { failure: undefined };
    }
    const reportTo = await this.#reportToOf(target.domain);
    return { security: { engine, policy, target, requireTls, features, reportTo } };
  }

  /** A connection that was kept is used again: the policy that it was opened with holds. */
  async again(kept: SessionSecurity): Promise<SessionSecurity> {
    const { features } = this;
    const requireTls = await this.#requireTlsOf(kept.target.domain);
    features.begin(kept.policy.level, requireTls.isWanted);
    return { ...kept, requireTls, features, reportTo: undefined };
  }

  /** What the sender demands of TLS, and a next hop's policy makes of it: messages that differ share no connection. */
  async demandFor(domain: string): Promise<string> {
    return this.#wishes.tlsNotRequired ? 'TLS-Required: no' : (await this.#requireTlsOf(domain)).action;
  }

  #requireTlsOf(domain: string): Promise<RequireTls> {
    const known = this.#requireTls.get(domain) ?? this.#findRequireTls(domain);
    this.#requireTls.set(domain, known);
    return known;
  }

  async #findRequireTls(domain: string): Promise<RequireTls> {
    const { settings, tables, emit } = this.#context;
    const { service, queueId } = this.#request;
    const warn = (text: string) => this.#warn(text);
    const action = this.#wishes.requireTls
      ? await requireTlsAction(domain, { settings, service, tables, warn })
      : 'disable';
    const note = (text: string) => emit({ type: 'log', level: 'info', queueId, text });
    return new RequireTls({ action, status: this.features, note });
  }

  #reportToOf(domain: string): Promise<TlsReportTarget | undefined> {
    const { settings, emit } = this.#context;
    const { service } = this.#request;
    const { tlsNotRequired } = this.#wishes;
    const find = async () =>
      findTlsReportTarget(domain, {
        settings,
        service,
        lookup: await this.#lookupContext(),
        tlsNotRequired,
        emit,
      });
    const known = this.#reportTo.get(domain) ?? find();
    this.#reportTo.set(domain, known);
    return known;
  }

  async #lookupContext(): Promise<LookupContext> {
    const { resolver, tables, emit, signal } = this.#context;
    const filter = await tables.of('smtp_dns_reply_filter');
    return { resolver, filter, emit, ...(signal && { signal }) };
  }

  async #findDane(level: TlsLevel, target: TlsTarget): ReturnType<FindDane> {
    const { settings, tls } = this.#context;
    const { service } = this.#request;
    const context = await this.#lookupContext();
    return findDane(level, target, { ...context, service, settings, cache: tls.tlsaRecords });
  }

  #refuse(target: TlsTarget, failure: TlsPolicyFailure): Admitted {
    const { nexthop, host, address, port } = target;
    // Postfix has words of its own for local sockets.
    const what = port === 0 ? `error for ${host}/${address}` : `for ${nexthop}/${host}`;
    this.#warn(`TLS policy lookup ${what}: ${failure.reason}`);
    this.#leaveOut(target, 'tlsPolicy', failure.reason);
    return { failure: { scope: 'session', ...failure } };
  }

  #leaveOut(server: TlsTarget, why: Exclusion, detail?: string): void {
    const decision = {
      kind: 'leftOut',
      servers: [server],
      why,
      ...(detail !== undefined && { detail }),
    } as const;
    this.#context.emit({ type: 'decision', decision });
  }

  #warn(text: string): void {
    this.#context.emit({ type: 'log', level: 'warning', text });
  }
}
