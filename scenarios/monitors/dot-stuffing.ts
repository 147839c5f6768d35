/**
 * Dots: a text line that begins with one is sent with two, and the text ends with a line of one dot, which is
 * followed by nothing but commands.
 */
import { isKnownVerb } from './command-order.ts';
import type { Conversation } from './conversation.ts';
import type { Monitor } from './monitor.ts';
import { show, showBytes } from './monitor.ts';

const LINE_WITH_DOT = Buffer.from('\r\n.');
const DOT = 0x2e;
/** The final dot line with the CRLF before it. */
const END_BYTES = 5;

export const dotStuffing: Monitor = {
  name: 'dot-stuffing',
  rule: 'a leading dot is doubled, and a line with one dot ends the text',
  clauses: ['rfc5321-4.5.2-01', 'rfc5321-3.3-07', 'rfc6152-3-04'],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      for (const [index, step] of conversation.steps.entries()) {
        if (step.kind !== 'text') continue;
        const bare = bareDot(step.bytes, step.complete);
        const evidence = () =>
          `${show(conversation, step)} (byte ${bare}: ${showBytes(step.bytes.toString('latin1', bare, bare + 20))})`;
        judge('rfc5321-4.5.2-01', bare < 0, evidence);
        if (eightBitAgreed(conversation, index)) judge('rfc6152-3-04', bare < 0, evidence);
        if (step.complete) {
          const next = conversation.steps[index + 1];
          const lost = next?.kind === 'command' && !isKnownVerb(next.verb);
          judge('rfc5321-3.3-07', !lost, () => (next === undefined ? '' : show(conversation, next)));
        }
      }
    }
  },
};

/** Index of the first line that begins with a single dot and is not the end, or -1. */
function bareDot(text: Buffer, complete: boolean): number {
  const end = complete ? text.length - END_BYTES : text.length;
  if (text[0] === DOT && text[1] !== DOT && text.length > 3) return 0;
  let from = 0;
  for (;;) {
    const found = text.indexOf(LINE_WITH_DOT, from);
    if (found < 0 || found >= end) return -1;
    const after = text[found + LINE_WITH_DOT.length];
    if (after !== undefined && after !== DOT) return found + 2;
    from = found + LINE_WITH_DOT.length;
  }
}

function eightBitAgreed(conversation: Conversation, index: number): boolean {
  const mail = conversation.steps.slice(0, index).findLast((step) => step.verb === 'MAIL');
  return mail !== undefined && / BODY=8BITMIME/i.test(mail.bytes.toString('latin1'));
}
