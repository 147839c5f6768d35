/** Reports about TLS to domains that ask for them (TLSRPT, RFC 8460; security reference 16). */
import type { Settings } from '../../config/register.ts';
import { toAsciiDomain } from '../../dns/domain-name.ts';
import { addressFamily } from '../../dns/hostname.ts';
import { type LookupContext, lookup } from '../../dns/lookup.ts';
import type { EventListener, TlsReportEvent, TlsReportFailure } from '../../events.ts';
import type { Service } from '../../request.ts';
import { usesDane } from '../level.ts';
import type { TlsPolicy } from '../policy/policy.ts';

export type TlsReportSettings = Pick<
  Settings,
  | 'smtp_tlsrpt_enable'
  | 'smtp_tlsrpt_socket_name'
  | 'smtp_dns_support_level'
  | 'smtp_tls_security_level'
  | 'enable_idna2003_compatibility'
>;

export interface TlsReportContext {
  readonly settings: TlsReportSettings;
  readonly service: Service;
  readonly lookup: LookupContext;
  readonly tlsNotRequired: boolean;
  readonly emit: EventListener;
}

/** A domain that wants reports, and its record. */
export interface TlsReportTarget {
  readonly domain: string;
  readonly record: string;
}

const SUPPORT = 'TLSRPT support';

/** Reports that are asked for and cannot be made: Postfix says so when a service starts. */
export function warnOfReportSettings(
  settings: TlsReportSettings,
  service: Service,
  warn: (text: string) => void,
): void {
  if (!settings.smtp_tlsrpt_enable) return;
  if (service === 'lmtp') warn('TLSRPT support is not implemented for LMTP');
  else if (settings.smtp_dns_support_level === 'disabled') warn(`Cannot enable ${SUPPORT}: DNS is disabled`);
  else if (settings.smtp_tlsrpt_socket_name === '')
    warn(`${SUPPORT}: parameter smtp_tlsrpt_socket_name has empty value -- ${SUPPORT} will be disabled`);
}

/**
 * Asks whether a next hop, without `[]` and port, wants reports; undefined when it does not, or when none are to be
 * made: what main.cf says of the level counts here, and no table. Rejects only with the signal's reason.
 */
export async function findTlsReportTarget(
  domain: string,
  context: TlsReportContext,
): Promise<TlsReportTarget | undefined> {
  const { settings, emit } = context;
  const warn = (text: string) => emit({ type: 'log', level: 'warning', text: `${SUPPORT}: ${text}` });
  if (!wantsReports(domain, context)) return undefined;
  const name = toAsciiDomain(domain, settings.enable_idna2003_compatibility) ?? domain;
  const found = await lookup(`_smtp._tls.${name}`, 'TXT', context.lookup);
  if (found.status !== 'ok') {
    if (found.status !== 'notFound' && found.status !== 'policy')
      warn(`policy lookup failed for ${name}: ${found.reason}`);
    return undefined;
  }
  const records = found.records
    .map(({ strings }) => Buffer.concat(strings).toString('latin1'))
    .filter((text) => text.startsWith('v=TLSRPTv1'));
  const wellFormed = records.filter((text) => {
    if (/^v=TLSRPTv1[ \t]*;/.test(text)) return true;
    warn(`ignoring malformed policy for ${name}:, "${text}"`);
    return false;
  });
  if (wellFormed.length > 1) warn(`Too many TLSRPT policies for ${name}`);
  const [record] = wellFormed;
  return record === undefined || wellFormed.length > 1 ? undefined : { domain: name, record };
}

function wantsReports(domain: string, { settings, service, tlsNotRequired }: TlsReportContext): boolean {
  const { smtp_tls_security_level: level } = settings;
  return (
    service === 'smtp' &&
    settings.smtp_tlsrpt_enable &&
    settings.smtp_tlsrpt_socket_name !== '' &&
    settings.smtp_dns_support_level !== 'disabled' &&
    level !== '' &&
    level !== 'none' &&
    !tlsNotRequired &&
    addressFamily(domain) === undefined
  );
}

/** What is known of a connection before anything can go wrong with TLS. */
export interface TlsReportConnection {
  readonly policy: TlsPolicy;
  readonly localAddress: string;
  readonly host: string;
  readonly address: string;
}

/** Of one connection: the first thing that is told counts. */
export class TlsReport {
  readonly #target: TlsReportTarget;
  readonly #connection: TlsReportConnection;
  readonly #emit: EventListener;
  #told = false;
  /** The reply to EHLO or HELO before STARTTLS, lines joined by newlines. */
  greeting = '';

  constructor(target: TlsReportTarget, connection: TlsReportConnection, emit: EventListener) {
    this.#target = target;
    this.#connection = connection;
    this.#emit = emit;
  }

  failed(failure: TlsReportFailure): void {
    this.#tell({ failure });
  }

  succeeded(): void {
    this.#tell({});
  }

  #tell(outcome: Pick<TlsReportEvent, 'failure'>): void {
    if (this.#told) return;
    this.#told = true;
    const { policy, localAddress, host, address } = this.#connection;
    this.#emit({
      type: 'tlsrpt',
      ...this.#target,
      policy: reportedPolicy(policy, this.#target.domain),
      localAddress,
      host,
      address,
      greeting: this.greeting.replaceAll('\n', '\r\n'),
      ...outcome,
    });
  }
}

function reportedPolicy(
  { level, dane, external }: Pick<TlsPolicy, 'level' | 'dane' | 'external'>,
  fallback: string,
): TlsReportEvent['policy'] {
  if (usesDane(level) && dane !== undefined) {
    const strings = dane.records.map(
      ({ usage, selector, matchingType, data }) =>
        `${usage} ${selector} ${matchingType} ${Buffer.from(data).toString('hex').toUpperCase()}`,
    );
    return { type: 'tlsa', domain: dane.baseDomain, strings, mxHostPatterns: [] };
  }
  if (usesDane(level) || external?.type !== 'sts')
    return { type: 'no-policy-found', domain: fallback, strings: [], mxHostPatterns: [] };
  const { domain, strings, mxHostPatterns } = external;
  return { type: 'sts', domain: domain === '' ? fallback : domain, strings, mxHostPatterns };
}
