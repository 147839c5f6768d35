/** Whether a server whose TLS is broken gets the mail without, where nothing demands TLS (security reference 8). */
import type { RetryReason } from '../decision.ts';
import { isProbe } from '../request.ts';
import { WireError } from '../wire/wire.ts';
import { findCredentials } from './credentials.ts';
import type { HandshakeContext } from './handshake.ts';
import type { Session } from './session.ts';

/**
 * At level `may` only, and not at once: what fails now may work in a while, and an attacker would have to keep it from
 * working for as long as `minimal_backoff_time`. An address probe gives nothing away.
 */
export async function fallsBack(session: Session, context: HandshakeContext): Promise<boolean> {
  const why = await reasonFor(session, context);
  const retries = why === 'waited' || why === 'probe';
  session.decided({ kind: 'tlsFailed', retries, why });
  return retries;
}

async function reasonFor(session: Session, context: HandshakeContext): Promise<RetryReason> {
  const { request } = context;
  const { policy, requireTls } = session.security;
  if (policy.level !== 'may' || session.peer.port === 0 || requireTls.needsTls) return 'required';
  const { arrivedAtMs, activeAtMs = arrivedAtMs } = request;
  const hasWaited = activeAtMs - arrivedAtMs >= session.settings.minimal_backoff_time * 1000;
  if (!hasWaited && !isProbe(request)) return 'tooNew';
  if (await mayAuthenticate(session, context)) return 'credentials';
  return hasWaited ? 'waited' : 'probe';
}

/** Credentials are not to be drawn out into the clear. Where nobody can tell, there may be some. */
async function mayAuthenticate(session: Session, context: HandshakeContext): Promise<boolean> {
  if (!session.settings.smtp_sasl_auth_enable) return false;
  try {
    return (await findCredentials(session, context)) !== undefined;
  } catch (error) {
    if (error instanceof WireError) return true;
    throw error;
  }
}
