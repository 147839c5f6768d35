/** What a report about TLS says of a handshake that is through (security reference 16). */
import type { TlsReportFailure, TlsReportFailureType } from '../../events.ts';
import { mustMatch } from '../level.ts';
import type { Inspection } from '../log/log.ts';
import type { PeerCheck } from '../verify/peer-check.ts';
import { failureText, type VerificationFailure } from '../verify/verification.ts';
import type { TlsReport } from './report.ts';

/** `isLogged`: what verification failed for is told where the level does not depend on it, too. */
export function reportHandshake(
  report: TlsReport,
  check: PeerCheck,
  { verification, external }: Inspection,
  isLogged: boolean,
): void {
  const { hopeless, level } = check;
  const { failure, trusted, matched } = verification;
  if (hopeless !== undefined) {
    const type = hopeless === 'all-TLSA-records-unusable' ? 'tlsa-invalid' : 'validation-failure';
    report.failed({ type, reason: hopeless });
  }
  if (external !== undefined) report.failed({ type: external as TlsReportFailureType });
  const told = failure && isLogged ? failureReport(failure) : undefined;
  if (told !== undefined) report.failed(told);
  if (mustMatch(level) && !matched)
    report.failed({ type: trusted ? 'certificate-host-mismatch' : 'certificate-not-trusted' });
  report.succeeded();
}

function failureReport({ code }: VerificationFailure): TlsReportFailure | undefined {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
    case 'ERROR_IN_CERT_NOT_AFTER_FIELD':
      return { type: 'certificate-expired' };
    case 'CERT_UNTRUSTED':
      return { type: 'certificate-not-trusted' };
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'CERT_NOT_YET_VALID':
    case 'INVALID_PURPOSE':
    case 'CERT_CHAIN_TOO_LONG':
      return { type: 'validation-failure', reason: failureText(code).replaceAll(' ', '_') };
    default:
      return undefined;
  }
}
