/** What TLS is to be in a session. */
import type { TlsEngine } from '../tls/engine.ts';
import type { TlsPolicy, TlsTarget } from '../tls/policy.ts';

export interface SessionSecurity {
  readonly engine: TlsEngine;
  readonly policy: TlsPolicy;
  readonly target: TlsTarget;
}

/** For a server whose TLS does not work (security reference 8). */
export function withoutTls(security: SessionSecurity): SessionSecurity {
  return { ...security, policy: { ...security.policy, level: 'none' } };
}
