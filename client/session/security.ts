/** What TLS is to be in a session, and who hears of what comes of it. */
import type { EventListener } from '../events.ts';
import type { Connection } from '../platform/platform.ts';
import type { FeatureStatus } from '../tls/feature-status.ts';
import type { TlsPolicy, TlsTarget } from '../tls/policy/policy.ts';
import { TlsReport, type TlsReportTarget } from '../tls/report/report.ts';
import type { RequireTls } from '../tls/requiretls/requiretls.ts';
import type { TlsService } from '../tls/service.ts';

export interface SessionSecurity {
  readonly engine: TlsService;
  readonly policy: TlsPolicy;
  readonly target: TlsTarget;
  readonly requireTls: RequireTls;
  readonly features: FeatureStatus;
  readonly reportTo: TlsReportTarget | undefined;
}

/** For a server whose TLS does not work (security reference 8). */
export function withoutTls(security: SessionSecurity): SessionSecurity {
  return { ...security, policy: { ...security.policy, level: 'none' } };
}

/** The report about a connection, if the next hop's domain wants any. */
export function reportOf(
  { reportTo, policy, target }: SessionSecurity,
  { localAddress = '' }: Connection,
  emit: EventListener,
): TlsReport | undefined {
  const { host, address } = target;
  return reportTo && new TlsReport(reportTo, { policy, localAddress, host, address }, emit);
}
