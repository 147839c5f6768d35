/**
 * Octets beyond ASCII in message text: only to a server that offers 8BITMIME, and announced with BODY=8BITMIME
 * (or covered by SMTPUTF8, for headers in UTF-8).
 */
import type { Conversation, Step } from './conversation.ts';
import { parameterOf } from './envelope.ts';
import type { Monitor } from './monitor.ts';
import { show } from './monitor.ts';

export const eightBit: Monitor = {
  name: 'eight-bit',
  rule: 'octets beyond ASCII are sent only as 8BITMIME allows, and BODY=7BIT is kept',
  clauses: [
    'rfc5321-2.4-04',
    'rfc6152-3-07',
    'rfc6152-3-02',
    'rfc6152-2-01',
    'rfc822-3.3-01',
    'rfc1652-3-01',
    'rfc5321-2.3.1-01',
    'rfc6531-3.2-04',
    'rfc6532-3.7-01',
  ],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      for (const [index, step] of conversation.steps.entries()) {
        if (step.kind !== 'text' || step.bytes.length === 0) continue;
        const mail = mailBefore(conversation, index);
        const body = parameterOf(mail, 'BODY')?.toUpperCase();
        const beyondAscii = hasHighBit(step.bytes);
        const evidence = () =>
          `${mail === undefined ? '' : show(conversation, mail)}, then octets beyond ASCII`;
        if (body === '7BIT') judge('rfc6152-2-01', !beyondAscii, evidence);
        const agreed = step.offered.has('8BITMIME') || step.offered.has('SMTPUTF8');
        if (!agreed) {
          judge('rfc5321-2.4-04', !beyondAscii, evidence);
          judge('rfc6152-3-07', !beyondAscii, evidence);
          judge('rfc1652-3-01', !beyondAscii, evidence);
          judge('rfc822-3.3-01', !beyondAscii, evidence);
        } else if (beyondAscii) {
          judge('rfc6152-3-02', body === '8BITMIME' || body === 'BINARYMIME', evidence);
        }
        if (parameterOf(mail, 'SMTPUTF8') === undefined) {
          const international = hasHighBit(headersOf(step.bytes));
          judge('rfc5321-2.3.1-01', !international, evidence);
          judge('rfc6532-3.7-01', !international, evidence);
          if (!step.offered.has('SMTPUTF8')) judge('rfc6531-3.2-04', !international, evidence);
        }
      }
    }
  },
};

export function mailBefore(conversation: Conversation, index: number): Step | undefined {
  return conversation.steps.slice(0, index).findLast((step) => step.verb === 'MAIL');
}

/** The headers of the message; all of it where no empty line ends them. */
function headersOf(text: Buffer): Buffer {
  if (text.indexOf('\r\n') === 0) return text.subarray(0, 0);
  const end = text.indexOf('\r\n\r\n');
  return end < 0 ? text : text.subarray(0, end);
}

function hasHighBit(bytes: Buffer): boolean {
  for (let index = 0; index < bytes.length; index++) if ((bytes[index] ?? 0) > 0x7f) return true;
  return false;
}
