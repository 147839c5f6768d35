/**
 * Command lines: verbs in capitals, their length, no arguments where none belong, no control characters, no 8-bit bytes that were
 * not agreed.
 */
import type { Step } from './conversation.ts';
import { lineOf } from './conversation.ts';
import { parameterOf } from './envelope.ts';
import type { Monitor } from './monitor.ts';
import { commandsOf, show } from './monitor.ts';

/** Including CRLF; the allowances are what each extension adds to the line it lengthens, in octets. */
const COMMAND_LIMIT_BYTES = 512;
const ALLOWANCES: ReadonlyMap<string, readonly (readonly [keyword: string, bytes: number])[]> = new Map([
  [
    'MAIL',
    [
      ['SIZE', 26], // RFC 1870 section 3
      ['8BITMIME', 17], // RFC 6152 section 2
      ['DSN', 8 + 110], // RFC 3461 section 4: RET and ENVID
      ['AUTH', 500], // RFC 4954 section 3
      ['SMTPUTF8', 10], // RFC 6531 section 3.1
      ['REQUIRETLS', 11], // RFC 8689 section 2
    ],
  ],
  ['RCPT', [['DSN', 500 + 28]]], // RFC 3461 section 4: ORCPT and NOTIFY
]);
/** RFC 4954 section 4: an initial response may be as long as any authentication response. */
const AUTH_LIMIT_BYTES = 12_288;

const WITHOUT_ARGUMENTS: ReadonlySet<string> = new Set(['RSET', 'DATA', 'QUIT']);

export const commandLines: Monitor = {
  name: 'command-lines',
  rule: 'commands stay within 512 octets plus what extensions allow, and carry only what their verb takes',
  clauses: [
    'rfc5321-4.5.3.1.4-01',
    'rfc5321-2.4-03',
    'rfc5321-4.1.1-02',
    'rfc5321-4.1.2-05',
    'rfc5891-3.1-01',
  ],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      let agreed = false;
      for (const step of commandsOf(conversation)) {
        if (step.verb === 'MAIL') agreed = parameterOf(step, 'SMTPUTF8') !== undefined;
        const evidence = () => `${show(conversation, step)} (${step.bytes.length} octets)`;
        judge('rfc5321-4.5.3.1.4-01', step.bytes.length <= limitBytes(step), evidence);
        judge('rfc5321-2.4-03', lineOf(step).startsWith(step.verb), evidence);
        if (WITHOUT_ARGUMENTS.has(step.verb)) {
          judge('rfc5321-4.1.1-02', lineOf(step).length === step.verb.length, evidence);
        }
        if (step.verb === 'MAIL' || step.verb === 'RCPT') {
          const line = lineOf(step);
          const controls = /[\u0000-\u001f\u007f]/.test(line);
          const beyondAscii = /[\u0080-\u00ff]/.test(line) && !step.offered.has('SMTPUTF8');
          judge('rfc5321-4.1.2-05', !controls && !beyondAscii, evidence);
          const international = /@[^>]*[\u0080-\u00ff]/.test(line);
          judge('rfc5891-3.1-01', !international || agreed, evidence);
        }
      }
    }
  },
};

function limitBytes(step: Step): number {
  if (step.verb === 'AUTH') return AUTH_LIMIT_BYTES;
  const allowances = ALLOWANCES.get(step.verb) ?? [];
  let limit = COMMAND_LIMIT_BYTES;
  for (const [keyword, bytes] of allowances) if (step.offered.has(keyword)) limit += bytes;
  return limit;
}
