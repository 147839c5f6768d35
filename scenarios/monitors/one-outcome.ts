/**
 * Every recipient ends with one outcome, and `sent` is reported only after a server took the message for it.
 */

import type { Conversation, Step } from './conversation.ts';
import { readEnvelope } from './envelope.ts';
import type { Monitor } from './monitor.ts';
import { accepted } from './monitor.ts';

export const oneOutcome: Monitor = {
  name: 'one-outcome',
  rule: 'each recipient has exactly one outcome; sent means that a server accepted the message for it',
  clauses: ['rfc5321-2.1-01', 'rfc5321-4.2.5-01', 'rfc2033-4.2-05'],
  watch(view, judge) {
    const expected = tally(view.recipients);
    const reported = tally(view.outcomes.map((outcome) => outcome.address));
    for (const [address, times] of expected) {
      const given = reported.get(address) ?? 0;
      judge('rfc5321-2.1-01', given === times, () => `${address}: ${given} outcomes instead of ${times}`);
    }
    for (const address of reported.keys()) {
      judge('rfc5321-2.1-01', expected.has(address), () => `${address}: an outcome nobody asked for`);
    }
    const taken = acceptances(view.conversations);
    const lmtp = view.conversations.some((conversation) => conversation.protocol === 'lmtp');
    for (const outcome of view.outcomes) {
      if (outcome.status !== 'sent' || outcome.probe === true) continue;
      const took = taken.has(mailboxKey(outcome.address));
      const clause = lmtp ? 'rfc2033-4.2-05' : 'rfc5321-4.2.5-01';
      judge(clause, took, () => `${outcome.address}: reported as sent, but no server accepted it`);
    }
  },
};

function tally(addresses: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const address of addresses) counts.set(address, (counts.get(address) ?? 0) + 1);
  return counts;
}

/** Recipients for whom some session took the message. */
function acceptances(conversations: readonly Conversation[]): Set<string> {
  const taken = new Set<string>();
  for (const conversation of conversations) {
    let recipients: Step[] = [];
    for (const step of conversation.steps) {
      if (step.verb === 'MAIL' || step.verb === 'RSET') recipients = [];
      if (step.verb === 'RCPT' && accepted(step)) recipients.push(step);
      const ends =
        step.kind === 'text' || (step.verb === 'BDAT' && / LAST\r?\n$/i.test(step.bytes.toString('latin1')));
      if (!ends) continue;
      const lmtp = conversation.protocol === 'lmtp';
      recipients.forEach((recipient, index) => {
        const code = step.replies[lmtp ? index : 0]?.code ?? 0;
        if (code >= 200 && code < 300) taken.add(mailboxKey(textOf(readEnvelope(recipient).path ?? '')));
      });
      recipients = [];
    }
  }
  return taken;
}

/** Commands are kept as octets; outcomes speak of addresses as text (RFC 6531). */
function textOf(octets: string): string {
  return Buffer.from(octets, 'latin1').toString('utf8');
}

/** Quoting and the letter case of the domain do not make a different mailbox (rfc5321-4.1.2-03). */
export function mailboxKey(address: string): string {
  const at = address.lastIndexOf('@');
  const localPart = at < 0 ? address : address.slice(0, at);
  const inner = /^"(.*)"$/s.exec(localPart)?.[1]?.replace(/\\(.)/gs, '$1') ?? localPart;
  return `${inner}@${at < 0 ? '' : address.slice(at + 1).toLowerCase()}`;
}
