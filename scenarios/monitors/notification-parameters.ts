/**
 * Parameters of delivery status notifications: RET and ENVID with MAIL, NOTIFY and ORCPT with RCPT, each once, and the
 * values that came from outside encoded as RFC 3461 and RFC 6533 say.
 */
import { type EnvelopeCommand, readEnvelope } from './envelope.ts';
import type { Monitor } from './monitor.ts';
import { commandsOf, show } from './monitor.ts';

/** RFC 3461 section 4: printable ASCII but `+` and `=`, and hexadecimal pairs for the rest. */
const XTEXT = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/;
const PRINTABLE = /^[ -~]*$/;
/** Address types that IANA has registered, and private ones. */
const ADDRESS_TYPE = /^(?:rfc822|x400|utf-8|unknown|x-[A-Za-z0-9-]+)$/i;

export const notificationParameters: Monitor = {
  name: 'notification-parameters',
  rule: 'RET, ENVID, NOTIFY and ORCPT are given once each, and ENVID and ORCPT are encoded',
  clauses: [
    'rfc3461-4.5-01',
    'rfc3461-4.5-02',
    'rfc3461-4.4-01',
    'rfc3461-4.4-03',
    'rfc3461-4.2-02',
    'rfc3461-4.2-05',
    'rfc5321-4.1.2-02',
  ],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      for (const step of commandsOf(conversation)) {
        if (step.verb !== 'MAIL' && step.verb !== 'RCPT') continue;
        const evidence = () => show(conversation, step);
        const command = readEnvelope(step);
        for (const keyword of ['RET', 'ENVID'] as const) {
          const values = valuesOf(command, keyword);
          if (values.length > 0) judge('rfc3461-4.5-01', values.length === 1, evidence);
        }
        for (const keyword of ['NOTIFY', 'ORCPT'] as const) {
          const values = valuesOf(command, keyword);
          if (values.length > 0) judge('rfc3461-4.5-02', values.length === 1, evidence);
        }
        for (const id of valuesOf(command, 'ENVID')) {
          judge('rfc3461-4.4-01', id !== '', evidence);
          judge('rfc3461-4.4-03', XTEXT.test(id) && PRINTABLE.test(decoded(id)), evidence);
        }
        for (const original of valuesOf(command, 'ORCPT')) {
          const [type = '', address = ''] = original.split(/;(.*)/s);
          judge('rfc3461-4.2-02', ADDRESS_TYPE.test(type), evidence);
          // RFC 6533 has other encodings for this one.
          if (/^utf-8$/i.test(type)) continue;
          judge('rfc5321-4.1.2-02', XTEXT.test(address), evidence);
          judge('rfc3461-4.2-05', PRINTABLE.test(decoded(address)), evidence);
        }
      }
    }
  },
};

function valuesOf(command: EnvelopeCommand, keyword: string): string[] {
  return command.parameters.flatMap((parameter) =>
    parameter.keyword === keyword ? [parameter.value ?? ''] : [],
  );
}

function decoded(xtext: string): string {
  return xtext.replace(/\+([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
