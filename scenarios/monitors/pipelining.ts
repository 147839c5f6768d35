/**
 * Nothing is sent ahead of a reply unless PIPELINING was offered, and then only what may stand inside a group.
 */
import type { Step } from './conversation.ts';
import type { Monitor } from './monitor.ts';
import { show } from './monitor.ts';

/** Verbs that change the state of the session: only the last of a group (RFC 2920 section 3.1). */
const ONLY_LAST: ReadonlySet<string> = new Set([
  'EHLO',
  'HELO',
  'LHLO',
  'DATA',
  'VRFY',
  'EXPN',
  'TURN',
  'QUIT',
  'NOOP',
]);
/** Verbs of other extensions, whose definitions do not allow them inside a group. */
const ONLY_LAST_BY_EXTENSION: ReadonlySet<string> = new Set(['STARTTLS', 'AUTH', 'ETRN', 'ATRN']);

export const pipelining: Monitor = {
  name: 'pipelining',
  rule: 'the client waits for the greeting and for every reply, except inside groups that PIPELINING allows',
  clauses: ['rfc5321-4.3.1-01', 'rfc5321-4.3.1-02', 'rfc2920-3-01', 'rfc2920-3.1-02', 'rfc2920-3.1-03'],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      const steps = conversation.steps;
      const greeting = steps[0];
      const first = steps[1];
      if (greeting !== undefined && first !== undefined) {
        judge('rfc5321-4.3.1-02', !greeting.overtaken, () => show(conversation, first));
      }
      for (let index = 2; index < steps.length; index++) {
        const step = steps[index];
        const before = steps[index - 1];
        if (step === undefined || before === undefined) continue;
        const evidence = () => `${show(conversation, before)}, then at once ${show(conversation, step)}`;
        const ahead = before.overtaken && step.unanswered > 0;
        if (!offered(step)) judge('rfc5321-4.3.1-01', !ahead, evidence);
        if (ahead) judge('rfc2920-3-01', offered(step), evidence);
        if (offered(before) && ONLY_LAST.has(before.verb))
          judge('rfc2920-3.1-02', !before.overtaken, evidence);
        if (ONLY_LAST_BY_EXTENSION.has(before.verb)) judge('rfc2920-3.1-03', !before.overtaken, evidence);
      }
    }
  },
};

function offered(step: Step): boolean {
  return step.offered.has('PIPELINING');
}
