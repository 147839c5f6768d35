/** AUTH: only with what was offered, once, outside of transactions, and in base64 (RFC 4954). */
import type { Conversation } from './conversation.ts';
import { lineOf } from './conversation.ts';
import type { Judge, Monitor } from './monitor.ts';
import { accepted, show } from './monitor.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?$/;

export const authentication: Monitor = {
  name: 'authentication',
  rule: 'AUTH names a mechanism that was offered, comes once and outside of transactions, and speaks base64',
  clauses: ['rfc4954-3-01', 'rfc4954-4-01', 'rfc4954-4-02', 'rfc4954-4-03', 'rfc4954-4-05', 'rfc4954-4-06'],
  watch(view, judge) {
    for (const conversation of view.conversations) watchOne(conversation, judge);
  },
};

/** RFC 4954 section 4 leaves the limit to RFC 5321 section 4.5.3.1.4, line end included. */
const COMMAND_LIMIT_BYTES = 512;

function watchOne(conversation: Conversation, judge: Judge): void {
  let isAuthenticated = false;
  let inTransaction = false;
  let inExchange = false;
  for (const step of conversation.steps) {
    const evidence = () => show(conversation, step);
    if (step.kind === 'authentication') {
      const line = lineOf(step);
      // A client that gives up may do it with QUIT, which is base64 too.
      judge('rfc4954-4-06', line === '*' || BASE64.test(line), evidence);
      isAuthenticated ||= inExchange && accepted(step);
    } else if (step.verb === 'AUTH') {
      const [, mechanism = '', initial, ...others] = lineOf(step).split(' ');
      const offered = (step.offered.get('AUTH') ?? '').toUpperCase().split(/[\s,]+/);
      judge('rfc4954-3-01', offered.includes(mechanism.toUpperCase()), evidence);
      judge('rfc4954-4-01', !isAuthenticated, evidence);
      judge('rfc4954-4-02', !inTransaction, evidence);
      if (initial !== undefined) {
        judge('rfc4954-4-03', others.length === 0 && (initial === '=' || BASE64.test(initial)), evidence);
        judge('rfc4954-4-05', step.bytes.length <= COMMAND_LIMIT_BYTES, evidence);
      }
      inExchange = true;
      isAuthenticated ||= accepted(step);
    } else {
      inExchange = false;
      if (step.verb === 'MAIL') inTransaction = step.replies.length === 0 || accepted(step);
      if (step.verb === 'RSET' || step.kind === 'text') inTransaction = false;
    }
  }
}
