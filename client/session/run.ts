/** One session for one request: the handshake, unless the connection was kept, the transaction, and the parting. */
import type { Outgoing } from '../content/outgoing.ts';
import { isProtocolError, SCOPES, streamFailed } from '../outcome/failure.ts';
import type { PostNotice } from '../outcome/notices.ts';
import type { Recipients } from '../outcome/recipients.ts';
import { isAuthentication } from '../outcome/stages.ts';
import { onAbort } from '../platform/on-abort.ts';
import { WireError } from '../wire/wire.ts';
import { type HandshakeContext, handshake } from './handshake.ts';
import { notifyPostmaster } from './notify.ts';
import { fullName, shortName } from './peer.ts';
import { fallsBack } from './plaintext-fallback.ts';
import type { Reuse } from './reuse.ts';
import type { Session } from './session.ts';
import { transact } from './transaction.ts';

export interface SessionRun extends HandshakeContext {
  readonly recipients: Recipients;
  readonly reuse: Reuse;
  readonly outgoing: Outgoing;
  readonly postNotice?: PostNotice | undefined;
  /** Called once the handshake is through and before the transaction begins. */
  readonly onEstablished: () => void;
  /** TLS failed, and this server is to be tried once more without; called before its recipients are dealt with. */
  readonly onRetryInTheClear: () => void;
}

/** Recipients that have no outcome afterwards may be tried with another server. */
export async function runSession(session: Session, run: SessionRun): Promise<void> {
  const { recipients, reuse, signal } = run;
  const { peer, use } = session;
  const ignoreAbort = onAbort(signal, () => session.wire.abort());
  recipients.beginSession({ text: fullName(peer), host: peer.host, connectionUse: use, session: session.id });
  try {
    const isGood = await converse(session, run);
    if (run.postNotice !== undefined) await notifyPostmaster(session, run.request.sender, run.postNotice);
    await reuse.part(session, isGood);
  } finally {
    ignoreAbort();
    recipients.endSession();
  }
}

/** Whether nothing happened that speaks against using this server first for the same destination. */
async function converse(session: Session, run: SessionRun): Promise<boolean> {
  const { recipients, request, outgoing } = run;
  let established = session.use > 1;
  if (established) session.security.features.levelMet(session.tls?.level ?? 'none');
  try {
    const failure = established ? undefined : await handshake(session, run);
    if (failure === undefined) {
      established = true;
      run.onEstablished();
      if (session.features.dsn) recipients.serverTakesDsn();
      await transact(session, request, recipients, outgoing);
      return true;
    }
    if (failure.scope === 'tls' && (await fallsBack(session, run))) run.onRetryInTheClear();
    // What is said to AUTH is no matter of the protocol, as in Postfix.
    const { reply = undefined } = isAuthentication(failure.stage) ? {} : failure;
    if (reply !== undefined && isProtocolError(reply)) session.troubled('protocol');
    await recipients.fail(failure);
    await session.quit();
    return !SCOPES[failure.scope].throttles;
  } catch (error) {
    if (!(error instanceof WireError)) {
      session.drop('closed');
      throw error;
    }
    session.failed(error);
    if (error.kind === 'localData') session.troubled('data');
    const isTlsLost = session.tls !== undefined && (error.kind === 'lost' || error.kind === 'timeout');
    if (isTlsLost && recipients.unmarked.length > 0 && (await fallsBack(session, run)))
      run.onRetryInTheClear();
    await recipients.fail(streamFailed(session.stage, shortName(session.peer), error.kind));
    // Before the envelope the stream is as good as before when only a lookup of ours failed.
    if (error.kind === 'localData' && !established) await session.quit();
    else session.dropAfter(error);
    return false;
  }
}
