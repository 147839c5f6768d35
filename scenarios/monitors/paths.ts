/**
 * Paths of MAIL and RCPT: angle brackets right after the colon, the grammar of mailboxes inside, no source route.
 */
import { readEnvelope } from './envelope.ts';
import { isAddressLiteral, isDomainName } from './introduction.ts';
import type { Monitor } from './monitor.ts';
import { commandsOf, show } from './monitor.ts';

const LOCAL_PART_LIMIT_BYTES = 64;
const DOMAIN_LIMIT_BYTES = 255;
const PATH_LIMIT_BYTES = 256;

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u0080-\\u00ff-]+";
const DOT_STRING = new RegExp(`^${ATOM}(\\.${ATOM})*$`);
const QUOTED_STRING = /^"(?:[ !#-[\]-~\u0080-\u00ff]|\\[ -~])*"$/;

export const paths: Monitor = {
  name: 'paths',
  rule: 'MAIL and RCPT name a path in angle brackets that follows the grammar of mailboxes',
  clauses: [
    'rfc5321-3.3-02',
    'rfc5321-3.3-03',
    'rfc5321-3.6.1-01',
    'rfc5321-4.1.2-01',
    'rfc5321-4.1.2-06',
    'rfc5321-4.1.2-07',
    'rfc5321-4.1.1-01',
    'rfc1123-5.2.18-02',
    'rfc5321-4.1.3-01',
    'rfc5321-4.1.3-02',
    'rfc5321-F.4-01',
    'rfc5321-4.5.3.1.1-01',
    'rfc5321-4.5.3.1.2-01',
    'rfc5321-4.5.3.1.3-01',
    'rfc6531-3.2-03',
  ],
  watch(view, judge) {
    for (const conversation of view.conversations) {
      for (const step of commandsOf(conversation)) {
        if (step.verb !== 'MAIL' && step.verb !== 'RCPT') continue;
        const evidence = () => show(conversation, step);
        const { path } = readEnvelope(step);
        judge('rfc5321-3.3-02', path !== undefined, evidence);
        if (path === undefined) continue;
        if (path === '') {
          judge('rfc5321-4.1.2-01', step.verb === 'MAIL', evidence);
          continue;
        }
        judge('rfc5321-3.3-03', !path.startsWith('@'), evidence);
        judge('rfc5321-3.6.1-01', !path.startsWith('@'), evidence);
        judge('rfc5321-4.5.3.1.3-01', path.length + 2 <= PATH_LIMIT_BYTES, evidence);
        if (path.startsWith('@') || /^postmaster$/i.test(path)) continue;
        const at = path.lastIndexOf('@');
        const localPart = at < 0 ? path : path.slice(0, at);
        const domain = at < 0 ? '' : path.slice(at + 1);
        const quoted = localPart.startsWith('"');
        const localPartHolds = quoted ? QUOTED_STRING.test(localPart) : DOT_STRING.test(localPart);
        judge('rfc5321-4.1.2-01', localPartHolds && domain !== '', evidence);
        if (quoted) judge('rfc5321-4.1.2-07', localPartHolds, evidence);
        if (step.verb === 'RCPT') judge('rfc5321-4.1.1-01', localPartHolds, evidence);
        const domainIsRight = domainHolds(domain, step.offered.has('SMTPUTF8'));
        judge('rfc5321-4.1.2-06', domainIsRight, evidence);
        judge('rfc1123-5.2.18-02', localPartHolds && domainIsRight, evidence);
        judge('rfc5321-F.4-01', !domain.startsWith('#'), evidence);
        if (domain.startsWith('[')) judge(literalClause(domain), domainIsRight, evidence);
        judge('rfc5321-4.5.3.1.1-01', localPart.length <= LOCAL_PART_LIMIT_BYTES, evidence);
        judge('rfc5321-4.5.3.1.2-01', domain.length <= DOMAIN_LIMIT_BYTES, evidence);
        if (/[\u0080-\u00ff]/.test(path)) judge('rfc6531-3.2-03', step.offered.has('SMTPUTF8'), evidence);
      }
    }
  },
};

function domainHolds(domain: string, smtputf8: boolean): boolean {
  if (domain.startsWith('[')) return isAddressLiteral(domain);
  return isDomainName(smtputf8 ? domain.replace(/[\u0080-\u00ff]+/g, 'u') : domain);
}

function literalClause(domain: string): string {
  return domain.includes(':') ? 'rfc5321-4.1.3-02' : 'rfc5321-4.1.3-01';
}
