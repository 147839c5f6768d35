/**
 * TLS by STARTTLS: it is asked for where it was offered, once, alone and without an argument; nothing is said in the
 * clear once it was granted, and inside it everything begins anew.
 */
import { HANDSHAKE_FAILED } from '../../simulator/hosts/tls/handshake.ts';
import type { Conversation, Step } from './conversation.ts';
import { lineOf } from './conversation.ts';
import type { Judge, Monitor } from './monitor.ts';
import { accepted, show } from './monitor.ts';
import { extensionsUsed } from './parameters.ts';

export const tls: Monitor = {
  name: 'tls',
  rule: 'STARTTLS is sent where it is offered, once, alone; a granted one is followed by TLS, and TLS by EHLO',
  clauses: [
    'rfc3207-3-01',
    'rfc3207-4-01',
    'rfc3207-4-03',
    'rfc3207-4-04',
    'rfc3207-4-05',
    'rfc3207-4.2-01',
    'rfc3207-4.2-02',
    'rfc3207-4.2-03',
  ],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      watchRequests(conversation, judge);
      watchInside(conversation, judge);
    }
  },
};

function watchRequests(conversation: Conversation, judge: Judge): void {
  const { steps } = conversation;
  for (const [index, step] of steps.entries()) {
    if (step.verb !== 'STARTTLS') continue;
    const evidence = () => show(conversation, step);
    judge('rfc3207-4.2-03', !step.secured, evidence);
    if (step.secured) continue;
    judge('rfc3207-3-01', step.offered.has('STARTTLS'), evidence);
    judge('rfc3207-4-01', /^STARTTLS$/i.test(lineOf(step)), evidence);
    judge('rfc3207-4-05', !step.overtaken, evidence);
    const next = steps[index + 1];
    if (!accepted(step)) continue;
    const failed = failureBefore(conversation, next);
    if (next === undefined && !failed) continue;
    judge(
      failed ? 'rfc3207-4-04' : 'rfc3207-4-03',
      next === undefined || next.secured,
      () => `${evidence()}, then in the clear ${next === undefined ? '' : show(conversation, next)}`,
    );
  }
}

/** The client began a handshake that failed, before it said this. */
function failureBefore({ session }: Conversation, step: Step | undefined): boolean {
  const failedAt = session.entries.findIndex(
    (entry) => 'event' in entry && entry.event === 'fault' && entry.text === HANDSHAKE_FAILED,
  );
  return failedAt >= 0 && (step === undefined || failedAt < step.entry);
}

/** Not so for TLS from the first byte, where nothing was learnt before. */
function watchInside(conversation: Conversation, judge: Judge): void {
  const { steps } = conversation;
  const firstInside = steps.findIndex(({ secured }) => secured);
  const first = steps[firstInside];
  if (first === undefined || steps[firstInside - 1]?.verb !== 'STARTTLS') return;
  judge('rfc3207-4.2-02', /^(?:EHLO|LHLO|QUIT)$/.test(first.verb), () => show(conversation, first));
  const before = steps[firstInside - 1]?.offered ?? new Map<string, string>();
  let greeted = false;
  for (const step of steps.slice(firstInside)) {
    if (step.kind !== 'command') continue;
    greeted ||= /^(?:EHLO|LHLO|HELO)$/.test(step.verb);
    // A keyword of the time before TLS, or a transaction that builds on its EHLO.
    const stale = reliesOn(step).some(
      (keywords) => offers(before, keywords) && !offers(step.offered, keywords),
    );
    if (step.verb === 'MAIL' || step.verb === 'AUTH' || stale)
      judge('rfc3207-4.2-01', greeted && !stale, () => show(conversation, step));
  }
}

/** Keywords one of which must have been offered for this. */
function reliesOn(step: Step): readonly (readonly string[])[] {
  return [
    ...(step.unanswered > 0 ? [['PIPELINING']] : []),
    ...(step.verb === 'AUTH' ? [['AUTH']] : []),
    ...extensionsUsed(step),
  ];
}

function offers(offered: ReadonlyMap<string, string>, keywords: readonly string[]): boolean {
  return keywords.some((keyword) => offered.has(keyword));
}
