/**
 * The order of a session: introduction, MAIL, RCPT, DATA, and verbs that exist.
 */
import type { Conversation, Step } from './conversation.ts';
import type { Judge, Monitor } from './monitor.ts';
import { accepted, commandsOf, show } from './monitor.ts';

/** Verbs of the base protocol, LMTP and the registered extensions a sender may know. */
const KNOWN_VERBS: ReadonlySet<string> = new Set([
  'EHLO',
  'HELO',
  'LHLO',
  'MAIL',
  'RCPT',
  'DATA',
  'RSET',
  'QUIT',
  'NOOP',
  'VRFY',
  'EXPN',
  'HELP',
  'BDAT',
  'STARTTLS',
  'AUTH',
  'ETRN',
  'ATRN',
  'BURL',
  'TURN',
]);

/** Deliveries to terminals (RFC 821 section 3.4). */
const OBSOLETE_DELIVERY: ReadonlySet<string> = new Set(['SEND', 'SOML', 'SAML']);
const INTRODUCTIONS: ReadonlySet<string> = new Set(['EHLO', 'HELO', 'LHLO']);
const HARMLESS_BEFORE: ReadonlySet<string> = new Set(['NOOP', 'RSET', 'VRFY', 'EXPN', 'HELP']);

export const commandOrder: Monitor = {
  name: 'command-order',
  rule: 'EHLO comes before MAIL, MAIL before RCPT, RCPT before DATA, and no transaction opens inside another',
  clauses: [
    'rfc5321-3.3-01',
    'rfc5321-3.3-06',
    'rfc5321-4.1.1.1-03',
    'rfc5321-4.1.4-03',
    'rfc5321-4.1.4-04',
    'rfc5321-4.1.5-01',
    'rfc5321-F.1-01',
    'rfc5321-F.6-01',
    'rfc2033-4.1-01',
    'rfc2033-4.1-02',
  ],
  watch(view, judge) {
    for (const conversation of view.conversations) watchOne(conversation, judge);
  },
};

function watchOne(conversation: Conversation, judge: Judge): void {
  let introduced = false;
  let lmtp = false;
  let mail: Step | undefined;
  let recipients: Step[] = [];
  for (const step of commandsOf(conversation)) {
    const evidence = () => show(conversation, step);
    judge('rfc5321-4.1.5-01', isKnownVerb(step.verb) || offeredVerb(step), evidence);
    judge('rfc5321-F.1-01', step.verb !== 'TURN', evidence);
    judge('rfc5321-F.6-01', !OBSOLETE_DELIVERY.has(step.verb), evidence);
    if (INTRODUCTIONS.has(step.verb)) {
      if (step.verb === 'LHLO') lmtp = true;
      if (lmtp) judge('rfc2033-4.1-02', step.verb === 'LHLO', evidence);
      introduced ||= mayBeOpen(step);
      mail = undefined;
    } else if (HARMLESS_BEFORE.has(step.verb)) {
      judge('rfc5321-4.1.4-03', introduced, evidence);
      if (step.verb === 'RSET') mail = undefined;
    } else if (step.verb === 'MAIL') {
      judge(lmtp ? 'rfc2033-4.1-01' : 'rfc5321-4.1.1.1-03', introduced, evidence);
      judge('rfc5321-4.1.4-04', mail === undefined || !mayBeOpen(mail), evidence);
      mail = step;
      recipients = [];
    } else if (step.verb === 'RCPT') {
      judge('rfc5321-3.3-01', mail !== undefined && notKnownRefused(mail, step), evidence);
      recipients.push(step);
    } else if (step.verb === 'DATA' || step.verb === 'BDAT') {
      const possible = recipients.some((recipient) => notKnownRefused(recipient, step));
      judge('rfc5321-3.3-01', mail !== undefined && possible, evidence);
      if (step.verb === 'DATA' || / LAST$/i.test(show(conversation, step))) mail = undefined;
    }
  }
  watchText(conversation, judge);
}

/** Message text may follow only a 354; any other 3yz is a reply no DATA command has. */
function watchText(conversation: Conversation, judge: Judge): void {
  conversation.steps.forEach((step, index) => {
    if (step.kind !== 'text') return;
    const before = conversation.steps.slice(0, index).findLast((earlier) => earlier.verb === 'DATA');
    judge('rfc5321-3.3-06', before?.replies[0]?.code === 354, () => show(conversation, step));
  });
}

/** In force as far as the client can know: no reply that says otherwise. */
function mayBeOpen(step: Step): boolean {
  return step.replies.length === 0 || accepted(step);
}

/** The client could not yet know that `earlier` was refused, or it was not. */
function notKnownRefused(earlier: Step, later: Step): boolean {
  const reply = earlier.replies[0];
  return reply === undefined || accepted(earlier) || reply.entry > later.entry;
}

/** A verb of SMTP, LMTP or a registered extension. */
export function isKnownVerb(verb: string): boolean {
  return KNOWN_VERBS.has(verb);
}

function offeredVerb(step: Step): boolean {
  return step.verb.startsWith('X') || step.offered.has(step.verb);
}
