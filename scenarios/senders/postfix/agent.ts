/** One request to a delivery agent. */
import { createConnection } from 'node:net';
import { AttributeReader } from '../../../client/postfix/attributes.ts';
import { DELIVERY_PROTOCOL, decodeDeliveryReply } from '../../../client/postfix/delivery-protocol.ts';

/**
 * - `done`: it answered; the outcomes stand in the mail log. `suspension` is why the destination is to be left alone;
 * - `died`: it went away without an answer, as after a fatal error;
 * - `aborted`: the signal came first.
 */
export type AgentAnswer =
  | { readonly is: 'done'; readonly suspension?: string }
  | { readonly is: 'died' | 'aborted' };

/** Never rejects. The agent answers when its session is over. */
export function askAgent(socketPath: string, request: Uint8Array, signal: AbortSignal): Promise<AgentAnswer> {
  return new Promise((resolve) => {
    const reader = new AttributeReader();
    const socket = createConnection(socketPath);
    const end = (answer: AgentAnswer) => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(answer);
    };
    const onAbort = () => end({ is: 'aborted' });
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    socket.on('error', () => end({ is: 'died' }));
    socket.on('close', () => end({ is: 'died' }));
    socket.on('data', (chunk) => {
      try {
        for (const list of reader.push(chunk)) {
          if (list.get('protocol') === DELIVERY_PROTOCOL) socket.write(request);
          else return end(readAnswer(list));
        }
      } catch {
        end({ is: 'died' });
      }
    });
  });
}

function readAnswer(list: ReadonlyMap<string, string>): AgentAnswer {
  const reply = decodeDeliveryReply(list);
  if (reply === undefined) return { is: 'died' };
  return reply.throttle === undefined ? { is: 'done' } : { is: 'done', suspension: reply.throttle.reason };
}
