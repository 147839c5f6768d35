/**
 * Lines of message text: at most 1000 octets with CRLF, an added dot not counted, 8-bit content included.
 */
import { mailBefore } from './eight-bit.ts';
import { parameterOf } from './envelope.ts';
import type { Monitor } from './monitor.ts';
import { show } from './monitor.ts';

const TEXT_LINE_LIMIT_BYTES = 1000;
const CRLF = Buffer.from('\r\n');
const DOT = 0x2e;

export const textLines: Monitor = {
  name: 'text-lines',
  rule: 'lines of message text have at most 1000 octets, CRLF included',
  clauses: ['rfc5321-4.5.3.1.6-01', 'rfc821-4.5.3-01', 'rfc6152-3-05', 'rfc6532-4-01'],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      for (const [index, step] of conversation.steps.entries()) {
        if (step.kind !== 'text') continue;
        const longest = longestLineBytes(step.bytes);
        const mail = mailBefore(conversation, index);
        const evidence = () => `${show(conversation, step)}: a text line of ${longest} octets`;
        const holds = longest <= TEXT_LINE_LIMIT_BYTES;
        judge('rfc5321-4.5.3.1.6-01', holds, evidence);
        judge('rfc821-4.5.3-01', holds, evidence);
        if (parameterOf(mail, 'BODY')?.toUpperCase() === '8BITMIME') judge('rfc6152-3-05', holds, evidence);
        if (parameterOf(mail, 'SMTPUTF8') !== undefined) judge('rfc6532-4-01', holds, evidence);
      }
    }
  },
};

function longestLineBytes(text: Buffer): number {
  let longest = 0;
  let from = 0;
  while (from < text.length) {
    const crlf = text.indexOf(CRLF, from);
    const end = crlf < 0 ? text.length : crlf + CRLF.length;
    const stuffed = text[from] === DOT && text[from + 1] === DOT ? 1 : 0;
    longest = Math.max(longest, end - from - stuffed);
    from = end;
  }
  return longest;
}
