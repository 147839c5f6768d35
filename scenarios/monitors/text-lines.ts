/**
 * Lines of message text: at most 1000 octets with CRLF, an added dot not counted.
 */
import type { Monitor } from './monitor.ts';
import { show } from './monitor.ts';

const TEXT_LINE_LIMIT_BYTES = 1000;
const CRLF = Buffer.from('\r\n');
const DOT = 0x2e;

export const textLines: Monitor = {
  name: 'text-lines',
  rule: 'lines of message text have at most 1000 octets, CRLF included',
  clauses: ['rfc5321-4.5.3.1.6-01'],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      for (const step of conversation.steps) {
        if (step.kind !== 'text') continue;
        const longest = longestLineBytes(step.bytes);
        judge(
          'rfc5321-4.5.3.1.6-01',
          longest <= TEXT_LINE_LIMIT_BYTES,
          () => `${show(conversation, step)}: a text line of ${longest} octets`,
        );
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
