/**
 * From plain text to TLS within a session: the command, the handshake, and what it means when they fail (RFC 3207;
 * security reference 7).
 */
import type { Failure } from '../outcome/failure.ts';
import { oneLine, type Reply } from '../reply.ts';
import { HandshakeError } from '../tls/connect.ts';
import { mustMatch, requiresTls, usesTls } from '../tls/level.ts';
import { WireError } from '../wire/wire.ts';
import { fullName, type Session, shortName } from './session.ts';

/**
 * Says STARTTLS if the server offers it and the policy wants it. Returns whether the dialogue is inside TLS now, or
 * why it cannot go on.
 */
export async function startTls(session: Session, signal?: AbortSignal): Promise<boolean | Failure> {
  const { settings, peer, features } = session;
  const { policy, engine } = session.security;
  const { level } = policy;
  const required = requiresTls(level);
  if (features.starttls && !usesTls(level) && settings.smtp_tls_note_starttls_offer)
    session.log('info', `Host offered STARTTLS: [${peer.host}]`);
  if (features.starttls && usesTls(level) && (await engine.isAvailable())) {
    session.limit('starttls');
    session.send('STARTTLS');
    const reply = await session.receive('starttls');
    if (Math.floor(reply.code / 100) === 2) return (await secure(session, signal)) ?? true;
    return required && refused(session, reply);
  }
  if (!required) return false;
  const reason = features.starttls
    ? 'TLS is required, but our TLS engine is unavailable'
    : `TLS is required, but was not offered by host ${shortName(peer)}`;
  return { scope: 'host', dsn: features.starttls ? '4.7.5' : '4.7.4', reason, stage: session.stage };
}

function refused(session: Session, reply: Reply): Failure {
  const reason = `TLS is required, but host ${shortName(session.peer)} refused to start TLS: ${oneLine(reply.text)}`;
  return { scope: 'host', dsn: reply.status, reason, stage: session.stage, reply };
}

/** The handshake, now. Returns why the session cannot be used, or undefined when it is inside TLS. */
export async function secure(session: Session, signal?: AbortSignal): Promise<Failure | undefined> {
  const { peer, settings } = session;
  const { engine, policy, target } = session.security;
  try {
    const secured = await engine.start(session.wire.release(), {
      policy,
      target,
      peer: fullName(peer),
      // Without STARTTLS nothing was said yet that a session could depend on.
      helloName: session.stage === 'starttls' ? settings.smtp_helo_name : '',
      signal,
    });
    session.secure(secured.connection, secured.status);
    const { level, matched } = secured.status;
    if (!mustMatch(level) || matched) return undefined;
    return { scope: 'host', dsn: '4.7.5', reason: 'Server certificate not verified', stage: session.stage };
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    if (signal?.aborted === true) throw new WireError('aborted');
    // Nothing more can be said on this connection, not even QUIT.
    session.drop('lost');
    const reason = 'Cannot start TLS: handshake failure';
    return { scope: requiresTls(policy.level) ? 'host' : 'tls', dsn: '4.7.5', reason, stage: session.stage };
  }
}
