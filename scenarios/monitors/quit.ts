/**
 * QUIT before the client closes, wherever the position in the protocol is known: the greeting was read, every
 * command has its reply, no text or handshake is on the way. After a time-out or a broken reply the position is lost.
 */
import type { Conversation } from './conversation.ts';
import type { Monitor } from './monitor.ts';
import { show } from './monitor.ts';

export const quit: Monitor = {
  name: 'quit',
  rule: 'the client says QUIT before it closes a session whose state it knows',
  clauses: ['rfc5321-4.1.1.10-01'],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      if (conversation.end?.by !== 'client' || conversation.opaque) continue;
      const said = conversation.steps.some((step) => step.verb === 'QUIT');
      if (!said && !positionKnown(conversation)) continue;
      const last = conversation.steps.at(-1);
      judge(
        'rfc5321-4.1.1.10-01',
        said,
        () => `${last === undefined ? '' : show(conversation, last)}, then closed`,
      );
    }
  },
};

function positionKnown(conversation: Conversation): boolean {
  const last = conversation.steps.at(-1);
  const [reply] = last?.replies ?? [];
  const textAwaited = last?.verb === 'DATA' && reply?.code === 354;
  const handshakeAwaited = last?.verb === 'STARTTLS' && !conversation.secured && reply?.code === 220;
  return (
    !textAwaited &&
    !handshakeAwaited &&
    conversation.steps.every((step) => step.complete && step.replies.length >= step.repliesDue) &&
    conversation.steps.every((step) => step.replies.every((reply) => reply.code >= 200 && reply.code < 600))
  );
}
