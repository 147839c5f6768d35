/** Which servers may be connected to at all: what TLS has to be like with them rules some out (security reference 6). */
import type { Settings } from './config/register.ts';
import type { Resolver } from './dns/resolver.ts';
import type { EventListener } from './events.ts';
import type { Failure } from './outcome/failure.ts';
import type { Platform } from './platform/platform.ts';
import type { DeliveryRequest } from './request.ts';
import type { SessionSecurity } from './session/security.ts';
import type { Tables } from './tables/tables.ts';
import { type FindDane, findDane } from './tls/dane/find-dane.ts';
import type { TlsEngine } from './tls/engine.ts';
import { requiresTls, type TlsLevel } from './tls/level.ts';
import { TlsPolicies } from './tls/policies.ts';
import type { TlsTarget } from './tls/policy.ts';
import { unauthorizedExchanger } from './tls/sts.ts';
import { tlsWishes } from './tls/wishes.ts';

export interface AdmissionContext {
  readonly platform: Platform;
  readonly settings: Settings;
  readonly tables: Tables;
  readonly resolver: Resolver;
  readonly tls: TlsEngine;
  readonly emit: EventListener;
  readonly signal?: AbortSignal | undefined;
}

/** A server that is ruled out without a failure is passed over as if it were not there; the log has been told. */
export type Admitted = { readonly security: SessionSecurity } | { readonly failure: Failure | undefined };

/** Serves one request. */
export class Admission {
  readonly #request: DeliveryRequest;
  readonly #context: AdmissionContext;
  readonly #policies: TlsPolicies;

  constructor(request: DeliveryRequest, context: AdmissionContext) {
    const { settings, tables, platform, emit } = context;
    const { tlsNotRequired } = tlsWishes(request, context);
    this.#request = request;
    this.#context = context;
    this.#policies = new TlsPolicies({
      settings,
      service: request.service,
      tables,
      platform,
      findDane: (level, target) => this.#findDane(level, target),
      emit,
      tlsNotRequired,
    });
  }

  async of(target: TlsTarget): Promise<Admitted> {
    const { settings, tls: engine } = this.#context;
    const { service } = this.#request;
    const policy = await this.#policies.for(target);
    if ('dsn' in policy) {
      this.#warn(`TLS policy lookup for ${target.nexthop}/${target.host}: ${policy.reason}`);
      return { failure: { scope: 'session', ...policy } };
    }
    if (settings.smtp_tls_wrappermode && !requiresTls(policy.level)) {
      this.#warn(
        `${service}_tls_wrappermode requires "${service}_tls_security_level = encrypt" (or stronger)`,
      );
      return { failure: undefined };
    }
    const stranger = unauthorizedExchanger(target.host, policy, settings);
    if (stranger !== undefined) {
      this.#warn(stranger);
      return { failure: undefined };
    }
    return { security: { engine, policy, target } };
  }

  async #findDane(level: TlsLevel, target: TlsTarget): ReturnType<FindDane> {
    const { settings, resolver, tables, tls, emit, signal } = this.#context;
    return findDane(level, target, {
      service: this.#request.service,
      settings,
      resolver,
      filter: await tables.of('smtp_dns_reply_filter'),
      cache: tls.tlsaRecords,
      emit,
      ...(signal && { signal }),
    });
  }

  #warn(text: string): void {
    this.#context.emit({ type: 'log', level: 'warning', text });
  }
}
