/** The line of the log about a handshake (security reference 11.2). */
import type { TlsStatus } from '../status.ts';

/** The line; `peer` is `host[address]:port`. */
export function summaryLine(what: 'established' | 'reused', peer: string, status: TlsStatus): string {
  return `${statusWord(status)} TLS connection ${what} to ${peer.toLowerCase()}: ${status.summary}`;
}

/** What is known of the server. */
function statusWord({
  present,
  trusted,
  secured,
}: Pick<TlsStatus, 'present' | 'trusted' | 'secured'>): string {
  if (!present) return 'Anonymous';
  if (secured) return 'Verified';
  return trusted ? 'Trusted' : 'Untrusted';
}
