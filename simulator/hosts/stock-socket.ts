/** What the stock server takes for a socket. */
import type { SMTPServer } from 'smtp-server';
import type { Clock, Timer } from '../../client/platform/platform.ts';
import type { Tap } from './recorder.ts';

type StockSocket = Parameters<SMTPServer['connect']>[0];

/**
 * The little of `net.Socket` that smtp-server asks of a connection beyond being a Duplex. The idle time-out runs on
 * the host's clock and starts anew with every read and write, as a socket's does.
 */
export function asSocket(tap: Tap, clock: Clock): StockSocket {
  let timer: Timer | undefined;
  let idleMs = 0;
  let listener: (() => void) | undefined;
  const restart = () => {
    timer?.cancel();
    timer = undefined;
    if (idleMs > 0 && !tap.destroyed) timer = clock.schedule(idleMs, () => listener?.());
  };
  const write = tap.write.bind(tap);
  const removeAllListeners = tap.removeAllListeners.bind(tap);
  tap.on('data', restart);
  tap.on('close', restart);
  const parts = {
    setTimeout(timeoutMs: number, callback?: () => void) {
      idleMs = timeoutMs;
      listener = callback;
      restart();
      return tap;
    },
    setNoDelay: () => tap,
    // Called in one place: when the reply to STARTTLS is out and TLS begins on this connection.
    removeAllListeners(event?: string) {
      timer?.cancel();
      idleMs = 0;
      tap.conceal();
      return removeAllListeners(event);
    },
    setKeepAlive: () => tap,
    write: (...args: Parameters<typeof write>) => {
      restart();
      return write(...args);
    },
  };
  Object.defineProperty(tap, 'readyState', { get: () => (tap.writable ? 'open' : 'closed') });
  return Object.assign(tap, parts) as unknown as StockSocket;
}
