/**
 * The size that MAIL declares, against what was then sent: octets with CRLF, no stuffed dots, no final dot line.
 */
import { contentOf } from './conversation.ts';
import { mailBefore } from './eight-bit.ts';
import { parameterOf } from './envelope.ts';
import type { Monitor } from './monitor.ts';
import { show } from './monitor.ts';

/** An estimate may lie above the truth (rfc1870-6-03); beyond this it no longer declares the size. */
const ESTIMATE_SLACK_BYTES = 4096;
const ESTIMATE_SLACK_RATIO = 1.25;

export const sizeValue: Monitor = {
  name: 'size-value',
  rule: 'SIZE is the size of what follows, or an estimate a little above it',
  clauses: ['rfc1870-5-01', 'rfc1870-6-03'],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      for (const [index, step] of conversation.steps.entries()) {
        if (step.kind !== 'text' || !step.complete) continue;
        const mail = mailBefore(conversation, index);
        const declared = Number(parameterOf(mail, 'SIZE') ?? Number.NaN);
        const sent = contentOf(step).length;
        // A lone dot after DATA with no accepted recipient carries no message (rfc2920-3.1-06).
        if (mail === undefined || Number.isNaN(declared) || sent === 0) continue;
        const evidence = () => `${show(conversation, mail)}, then ${sent} octets`;
        judge('rfc1870-6-03', declared >= sent, evidence);
        judge('rfc1870-5-01', declared <= sent * ESTIMATE_SLACK_RATIO + ESTIMATE_SLACK_BYTES, evidence);
      }
    }
  },
};
