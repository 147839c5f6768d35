/** One session, from greeting to close, for one request. */
import type { Outgoing } from '../content/outgoing.ts';
import { streamFailed } from '../outcome/failure.ts';
import type { Recipients } from '../outcome/recipients.ts';
import { WireError } from '../wire/wire.ts';
import { type HandshakeContext, handshake } from './handshake.ts';
import { fullName, type Session, shortName } from './session.ts';
import { transact } from './transaction.ts';

export interface SessionRun extends HandshakeContext {
  readonly recipients: Recipients;
  readonly outgoing: Outgoing;
  /** Called once the handshake is through and before the transaction begins. */
  readonly onEstablished: () => void;
  /** Drops the connection. */
  readonly signal?: AbortSignal | undefined;
}

/** Recipients that have no outcome afterwards may be tried with another server. */
export async function runSession(session: Session, run: SessionRun): Promise<void> {
  const { recipients, request, outgoing, signal } = run;
  const { peer } = session;
  const abort = () => session.wire.abort();
  signal?.addEventListener('abort', abort, { once: true });
  recipients.beginSession({ text: fullName(peer), host: peer.host, connectionUse: 1 });
  try {
    const failure = await handshake(session, run);
    if (failure === undefined) {
      run.onEstablished();
      await transact(session, request, recipients, outgoing);
    } else {
      recipients.fail(failure);
    }
    await session.quit();
    session.close();
  } catch (error) {
    if (!(error instanceof WireError)) {
      session.drop('closed');
      throw error;
    }
    recipients.fail(streamFailed(session.stage, shortName(peer), error.kind));
    // The stream is as good as before when only a lookup of ours failed.
    if (error.kind === 'localData') {
      await session.quit();
      session.close();
    } else {
      session.dropAfter(error);
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    recipients.endSession();
  }
}
