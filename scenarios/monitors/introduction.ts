/**
 * The name the client gives itself: a complete domain name or an address literal, in ASCII, and nothing after it;
 * and what follows when EHLO is refused.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { type Conversation, lineOf, type Step } from './conversation.ts';
import { readEnvelope } from './envelope.ts';
import type { Judge, Monitor } from './monitor.ts';
import { accepted, commandsOf, show } from './monitor.ts';

const DOMAIN_LIMIT_BYTES = 255;

export const introduction: Monitor = {
  name: 'introduction',
  rule: 'EHLO, HELO and LHLO carry one complete domain name or address literal, and a refused EHLO is heeded',
  clauses: [
    'rfc5321-2.3.5-01',
    'rfc5321-2.3.5-03',
    'rfc5321-4.1.1.1-02',
    'rfc5321-4.1.3-01',
    'rfc5321-4.1.3-02',
    'rfc6531-3.7.1-01',
    'rfc1869-4.2-01',
    'rfc1869-4.4-01',
    'rfc1869-4.5-01',
    'rfc1869-4.6-01',
    'rfc1651-4.5-01',
    'rfc5321-4.3.2-02',
  ],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      for (const step of commandsOf(conversation)) {
        if (step.verb !== 'EHLO' && step.verb !== 'HELO' && step.verb !== 'LHLO') continue;
        const evidence = () => show(conversation, step);
        const [name = '', ...more] = lineOf(step).slice(5).split(' ');
        judge('rfc5321-4.1.1.1-02', more.length === 0, evidence);
        judge('rfc6531-3.7.1-01', /^[\u0000-\u007f]*$/.test(name), evidence);
        if (name.startsWith('[')) {
          const tagged = /^\[ipv6:/i.test(name);
          judge(
            tagged || name.includes(':') ? 'rfc5321-4.1.3-02' : 'rfc5321-4.1.3-01',
            isAddressLiteral(name),
            evidence,
          );
          judge('rfc5321-2.3.5-03', isAddressLiteral(name), evidence);
        } else {
          judge('rfc5321-2.3.5-03', isDomainName(name), evidence);
          judge('rfc5321-2.3.5-01', name.includes('.'), evidence);
        }
      }
      watchRefusals(conversation, judge);
    }
  },
};

/** After a refused EHLO come HELO or QUIT; mail only after an introduction that succeeded, and extensions after EHLO. */
function watchRefusals(conversation: Conversation, judge: Judge): void {
  let refused: Step | undefined;
  let extended = false;
  let open = false;
  for (const step of commandsOf(conversation)) {
    const evidence = () => show(conversation, step);
    const refusal = refused;
    if (refusal?.verb === 'EHLO') {
      const heeded = step.verb === 'HELO' || step.verb === 'QUIT';
      const because = () => `${show(conversation, step)}, after a refused EHLO`;
      for (const clause of refusedBy(refusal)) judge(clause, heeded, because);
    }
    refused = undefined;
    if (step.verb === 'EHLO' || step.verb === 'HELO' || step.verb === 'LHLO') {
      const reply = step.replies[0];
      if (reply !== undefined && !accepted(step)) refused = step;
      extended = step.verb !== 'HELO' && accepted(step);
      open = accepted(step);
    } else if (step.verb === 'MAIL') {
      judge('rfc5321-4.3.2-02', open, evidence);
      if (readEnvelope(step).parameters.length > 0) judge('rfc1869-4.2-01', extended, evidence);
    }
  }
}

/** RFC 1869 has sections for 554, for 500 and for every other refusal; RFC 1651 has one for all. */
const REFUSAL_CLAUSES: ReadonlyMap<number, string> = new Map([
  [554, 'rfc1869-4.4-01'],
  [500, 'rfc1869-4.6-01'],
]);

function refusedBy(ehlo: Step): string[] {
  return [REFUSAL_CLAUSES.get(ehlo.replies[0]?.code ?? 0) ?? 'rfc1869-4.5-01', 'rfc1651-4.5-01'];
}

/** `[192.0.2.1]` or `[IPv6:2001:db8::1]`. */
export function isAddressLiteral(text: string): boolean {
  const inner = /^\[(.*)\]$/.exec(text)?.[1] ?? '';
  const six = /^ipv6:(.*)$/i.exec(inner)?.[1];
  return six === undefined ? isIPv4(inner) : isIPv6(six);
}

/** Letters, digits and inner hyphens, in labels of 1 to 63 octets (rfc5321-4.1.2-06). */
export function isDomainName(text: string): boolean {
  return (
    Buffer.byteLength(text) <= DOMAIN_LIMIT_BYTES &&
    text.split('.').every((label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label))
  );
}
