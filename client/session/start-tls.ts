/**
 * From plain text to TLS within a session: the command, the handshake, and what it means when they fail (RFC 3207;
 * security reference 7).
 */
import type { Failure } from '../outcome/failure.ts';
import { oneLine, type Reply } from '../reply.ts';
import { HandshakeError } from '../tls/handshake/handshake-error.ts';
import { mustMatch, requiresTls, usesTls } from '../tls/level.ts';
import { WireError } from '../wire/wire.ts';
import { fullName, shortName } from './peer.ts';
import type { Session } from './session.ts';

/**
 * Says STARTTLS if the server offers it and the policy wants it. Returns whether the dialogue is inside TLS now, or
 * why it cannot go on.
 */
export async function startTls(session: Session, signal?: AbortSignal): Promise<boolean | Failure> {
  const { settings, peer, features } = session;
  const { policy, engine } = session.security;
  const isWanted = usesTls(policy.level);
  if (features.starttls && !isWanted && settings.smtp_tls_note_starttls_offer)
    session.log('info', `Host offered STARTTLS: [${peer.host}]`);
  if (!features.starttls || !isWanted || !(await engine.isAvailable())) return goWithout(session, isWanted);
  session.limit('starttls');
  session.send('STARTTLS');
  const reply = await session.receive('starttls');
  if (Math.floor(reply.code / 100) === 2) return (await secure(session, signal)) ?? true;
  return refused(session, reply);
}

/** TLS is not to be had here. */
function goWithout(session: Session, isWanted: boolean): false | Failure {
  const { stage, security, report, peer } = session;
  const { requireTls, policy, features } = security;
  const isRequired = requiresTls(policy.level);
  if (!isRequired && !requireTls.needsTls) {
    if (!isWanted) return inTheClear(session, 'level');
    return inTheClear(session, session.features.starttls ? 'unavailable' : 'notOffered');
  }
  if (session.features.starttls)
    return {
      scope: 'host',
      dsn: '4.7.5',
      reason: 'TLS is required, but our TLS engine is unavailable',
      stage,
    };
  if (isRequired) features.levelViolated();
  report?.failed({ type: 'starttls-not-supported' });
  const server = shortName(peer);
  const reason = `TLS is required, but was not offered by host ${server}`;
  return { ...(requireTls.notOffered(server) ?? { scope: 'host', dsn: '4.7.4', reason }), stage };
}

function refused(session: Session, reply: Reply): false | Failure {
  const { stage, security, report, peer } = session;
  const { requireTls, policy, features } = security;
  const server = shortName(peer);
  report?.failed({ type: 'starttls-not-supported' });
  const lacking = requireTls.refused(server, reply);
  const isRequired = requiresTls(policy.level);
  if (lacking === undefined && !isRequired) return inTheClear(session, 'refused');
  if (isRequired) features.levelViolated();
  if (lacking !== undefined) return { ...lacking, stage, reply };
  const reason = `TLS is required, but host ${server} refused to start TLS: ${oneLine(reply.text)}`;
  return { scope: 'host', dsn: reply.status, reason, stage, reply };
}

function inTheClear(session: Session, why: 'level' | 'notOffered' | 'refused' | 'unavailable'): false {
  const { requireTls, features } = session.security;
  session.decided({ kind: 'inTheClear', why });
  features.levelMet('none');
  requireTls.inTheClear();
  return false;
}

/** The handshake, now. Returns why the session cannot be used, or undefined when it is inside TLS. */
export async function secure(session: Session, signal?: AbortSignal): Promise<Failure | undefined> {
  const { peer, settings, stage, security, report, clock } = session;
  const startMs = clock.now();
  const { engine, policy, target, requireTls, features } = security;
  try {
    const released = session.wire.release();
    // The handshake may have to wait for tables and files, and nobody else would hear of errors meanwhile.
    released.on('error', () => undefined);
    const { connection, status } = await engine.start(released, {
      policy,
      target,
      report,
      peer: fullName(peer),
      // Without STARTTLS nothing was said yet that a session could depend on.
      helloName: stage === 'starttls' ? settings.smtp_helo_name : '',
      signal,
    });
    session.secure(connection, status);
    const { level, matched, trusted } = status;
    if (!matched && (mustMatch(level) || requireTls.action === 'enforce')) {
      features.levelViolated();
      const unverified: Failure = { scope: 'host', dsn: '4.7.5', reason: 'Server certificate not verified' };
      return { ...(requireTls.notMatched(shortName(peer), trusted) ?? unverified), stage };
    }
    features.levelMet(level);
    return undefined;
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    if (signal?.aborted === true) throw new WireError('aborted');
    const { smtp_starttls_timeout: seconds } = settings;
    if (seconds > 0 && clock.now() - startMs >= seconds * 1000)
      session.decided({
        kind: 'timeLimit',
        parameter: 'smtp_starttls_timeout',
        seconds,
        doing: 'performing the TLS handshake',
      });
    // Nothing more can be said on this connection, not even QUIT.
    session.drop('lost');
    const reason = 'Cannot start TLS: handshake failure';
    return { scope: requiresTls(policy.level) ? 'host' : 'tls', dsn: '4.7.5', reason, stage };
  }
}
