/**
 * Parameters of MAIL and RCPT: only those of extensions on offer, each once, with a value that its extension allows.
 * Those of delivery status notifications have a monitor of their own.
 */

import type { Step } from './conversation.ts';
import { readEnvelope } from './envelope.ts';
import type { Monitor } from './monitor.ts';
import { commandsOf, show } from './monitor.ts';

/** Which keyword in the EHLO reply permits a parameter. */
const MAIL_PARAMETERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['SIZE', ['SIZE']],
  ['BODY', ['8BITMIME', 'BINARYMIME']],
  ['RET', ['DSN']],
  ['ENVID', ['DSN']],
  ['AUTH', ['AUTH']],
  ['SMTPUTF8', ['SMTPUTF8']],
  ['REQUIRETLS', ['REQUIRETLS']],
  ['BY', ['DELIVERBY']],
  ['HOLDFOR', ['FUTURERELEASE']],
  ['HOLDUNTIL', ['FUTURERELEASE']],
  ['MT-PRIORITY', ['MT-PRIORITY']],
  ['MTRK', ['MTRK']],
]);
const RCPT_PARAMETERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['NOTIFY', ['DSN']],
  ['ORCPT', ['DSN']],
  ['RRVS', ['RRVS']],
]);

/** For each parameter of a MAIL or RCPT command the keywords that permit it. */
export function extensionsUsed(step: Step): readonly (readonly string[])[] {
  const known = { MAIL: MAIL_PARAMETERS, RCPT: RCPT_PARAMETERS }[step.verb];
  if (known === undefined) return [];
  return readEnvelope(step).parameters.map(({ keyword }) => known.get(keyword) ?? []);
}

export const parameters: Monitor = {
  name: 'parameters',
  rule: 'MAIL and RCPT carry parameters of offered extensions only, each once and well formed',
  clauses: [
    'rfc5321-4.1.1.2-01',
    'rfc5321-4.1.1.3-03',
    'rfc5321-4.1.2-08',
    'rfc1869-6-01',
    'rfc1870-4-01',
    'rfc1870-6-01',
    'rfc1870-6-02',
    'rfc6152-3-01',
    'rfc6152-3-03',
    'rfc6152-2-01',
    'rfc6531-3.4-02',
  ],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      for (const step of commandsOf(conversation)) {
        if (step.verb !== 'MAIL' && step.verb !== 'RCPT') continue;
        const evidence = () => show(conversation, step);
        const isMail = step.verb === 'MAIL';
        const known = isMail ? MAIL_PARAMETERS : RCPT_PARAMETERS;
        const given = readEnvelope(step).parameters;
        const times = (keyword: string) => given.filter((parameter) => parameter.keyword === keyword).length;
        for (const { keyword, value } of given) {
          const permitted = known.get(keyword)?.some((offer) => step.offered.has(offer)) ?? false;
          judge(isMail ? 'rfc5321-4.1.1.2-01' : 'rfc5321-4.1.1.3-03', permitted, evidence);
          judge('rfc5321-4.1.2-08', wellFormed(keyword, value), evidence);
          judge('rfc1869-6-01', wellFormed(keyword, value), evidence);
          if (keyword === 'SIZE') {
            judge('rfc1870-4-01', permitted, evidence);
            judge('rfc1870-6-01', /^\d{1,20}$/.test(value ?? ''), evidence);
            judge('rfc1870-6-02', times('SIZE') === 1, evidence);
          } else if (keyword === 'BODY') {
            judge('rfc6152-3-01', permitted, evidence);
            judge('rfc6152-3-03', times('BODY') === 1, evidence);
            judge('rfc6152-2-01', bodyValues(step.offered).has((value ?? '').toUpperCase()), evidence);
          } else if (keyword === 'SMTPUTF8') {
            judge('rfc6531-3.4-02', value === undefined, evidence);
          }
        }
      }
    }
  },
};

/** RFC 3030 adds BINARYMIME to the values of RFC 6152. */
function bodyValues(offered: ReadonlyMap<string, string>): ReadonlySet<string> {
  return new Set(offered.has('BINARYMIME') ? ['7BIT', '8BITMIME', 'BINARYMIME'] : ['7BIT', '8BITMIME']);
}

function wellFormed(keyword: string, value: string | undefined): boolean {
  if (!/^[A-Z0-9][A-Z0-9-]*$/.test(keyword)) return false;
  // AUTH=<> and xtext fit this too; only UTF-8 ORCPT values go beyond ASCII (RFC 6533).
  return value === undefined || /^[\u0021-\u003c\u003e-\u007e\u0080-\u00ff]+$/.test(value);
}
