/**
 * What the servers may have seen. It knows the plan, of which the client knows only what DNS, servers and certificates
 * tell, and none of the client's rules: levels are worked out from the tables of security reference 1, 5.1 and 17.2.
 */
import type { Session } from '../../simulator/session.ts';
import { PASSWORD, type Seen, USER } from './attempt.ts';
import { type MessagePlan, type Plan, recipientsOf, type ServerPlan } from './plan.ts';

/** What a message demands of a server. */
interface Demand {
  readonly level: string;
  /** The server must not hear of the message at all. */
  readonly nothing: boolean;
  readonly encryption: boolean;
  /** The server proves who it is, if it can. */
  readonly proof: 'none' | 'given' | 'lacking';
}

/** What was said to a server in one connection, before TLS and inside it. */
interface Said {
  readonly server: number;
  readonly clear: string;
  readonly inside: string;
}

/** Names of what happened, to see that everything happens. */
export type Happening =
  | 'clear'
  | 'encrypted'
  | 'proved'
  | 'fallback'
  | 'auth'
  | 'requiretls'
  | 'kept'
  | 'lost';

/** Lines about what broke a rule; none, if all is well. */
export function judge(plan: Plan, seen: Seen, happened: (what: Happening) => void): string[] {
  const broken: string[] = [];
  const said = seen.world.sessions.map(read);
  for (const [index, message] of plan.messages.entries()) {
    const mail = mailOf(index);
    for (const [at, talk] of said.entries()) {
      const server = plan.servers[talk.server];
      if (server === undefined) continue;
      const demand = demandOf(plan, server, talk.server, message);
      const hears = (what: string) => broken.push(`message ${index}, connection ${at}: ${what}`);
      const inClear = mail(talk.clear);
      const inside = mail(talk.inside);
      if (inClear) happened('clear');
      if (inside) happened(demand.proof === 'given' ? 'proved' : 'encrypted');
      if ((inClear || inside) && demand.nothing) hears('a server that it must not go to');
      if (inClear && demand.encryption) hears('in the clear');
      if (inside && demand.proof === 'lacking') hears('an unverified server');
      // TLS was to be had, and another connection showed that it does not work.
      if (!inClear || server.starttls !== 'offered' || demand.level === 'none') continue;
      // Opened for another message and kept: as Postfix does, it serves the next one too (security reference 13).
      if (plan.messages.slice(0, index).some((_, earlier) => mailOf(earlier)(talk.clear))) continue;
      happened('fallback');
      const tried = said
        .slice(0, at)
        .some(({ server, clear }) => server === talk.server && clear.includes('STARTTLS'));
      if (!message.old || plan.credentials || !tried) hears('in the clear too early');
    }
    broken.push(...outcomesOf(index, message, seen, happened));
  }
  for (const talk of said) broken.push(...authentication(plan, talk, happened));
  return broken;
}

const mailOf = (index: number) => (text: string) => text.includes(`message${index}`);

function read(session: Session): Said {
  let inside = false;
  const said = { clear: '\n', inside: '' };
  for (const entry of session.entries) {
    if ('event' in entry) inside ||= entry.event === 'tls';
    else if (entry.from === 'client')
      said[inside ? 'inside' : 'clear'] += Buffer.from(entry.bytes).toString('latin1');
  }
  return { server: Number(session.host.slice('mx'.length)), ...said };
}

/** Security reference 1 and 17.2. */
function demandOf(plan: Plan, server: ServerPlan, index: number, message: MessagePlan): Demand {
  const requireTls = message.requireTls && plan.requireTlsPolicy !== 'disable';
  const isLowered = message.tlsNotRequired === true && !message.requireTls;
  const level = isLowered ? loweredLevel(plan) : levelOf(plan, server);
  const rank = ['none', 'may', 'encrypt'].indexOf(level);
  const needsTls = requireTls && plan.requireTlsPolicy !== 'opportunistic';
  const needsAll = requireTls && plan.requireTlsPolicy === 'enforce';
  const encryption = rank !== 0 && rank !== 1;
  const proof = isProved(plan, server, index) ? 'given' : 'lacking';
  return {
    level,
    nothing:
      level === 'nobody' || (needsAll && (rank >= 0 || proof === 'lacking' || !server.announcesRequireTls)),
    encryption: encryption || needsTls,
    proof: rank >= 0 ? 'none' : proof,
  };
}

/** Security reference 17.3: tables do not count, and nothing above `may` does. */
function loweredLevel({ level, byTable }: Plan): string {
  return byTable || level === 'none' ? 'none' : 'may';
}

/** Security reference 5.1: what `dane` comes to; `nobody` for a server that is left out. */
function levelOf(plan: Plan, server: ServerPlan): string {
  const { level, exchangersSecure, insecureMx, forcesTlsa } = plan;
  if (level !== 'dane' && level !== 'dane-only') return level;
  const isMandatory = level === 'dane-only';
  const without = (weaker: string) => (isMandatory ? 'nobody' : weaker);
  if (!exchangersSecure && (isMandatory || insecureMx === 'may')) return without('may');
  if (!server.addressSecure && !forcesTlsa) return without('may');
  if (server.tlsa === 'fails') return 'nobody';
  if (server.tlsa === 'none' || !server.tlsaSecure) return without('may');
  if (server.tlsa === 'unknownUsage' || server.tlsa === 'unusable') return without('encrypt');
  return !exchangersSecure && insecureMx === 'encrypt' ? 'encrypt' : level;
}

/** Whether the certificate of a server is what a level of proof asks for. */
function isProved(plan: Plan, { certificate, tlsa }: ServerPlan, index: number): boolean {
  switch (plan.level) {
    case 'fingerprint':
      return certificate === 'good' && index === 0;
    case 'verify':
      return certificate === 'good' || certificate === 'hostOnly';
    case 'secure':
      return certificate === 'good' || certificate === 'domainOnly';
    default:
      return tlsa === 'own' || (tlsa === 'root' && ['good', 'hostOnly', 'domainOnly'].includes(certificate));
  }
}

/** Security reference 18.4. */
const FORBIDS: Readonly<Record<string, readonly string[]>> = {
  noplaintext: ['PLAIN', 'LOGIN'],
  noanonymous: ['ANONYMOUS'],
  noactive: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'DIGEST-MD5'],
  mutual_auth: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'ANONYMOUS'],
};
const base64 = (text: string) => Buffer.from(text).toString('base64');
/** The password, as it is said. */
const SPOKEN = [
  PASSWORD,
  base64(PASSWORD),
  base64(`\0${USER}\0${PASSWORD}`),
  base64(`${USER}\0${USER}\0${PASSWORD}`),
];

function authentication(
  plan: Plan,
  { server: index, clear, inside }: Said,
  happened: (what: Happening) => void,
): string[] {
  const server = plan.servers[index];
  if (server === undefined) return [];
  const broken: string[] = [];
  const demands = plan.messages.map((message) => demandOf(plan, server, index, message));
  const isMatched = demands.some(({ proof }) => proof === 'given');
  const isUnmatched = demands.some(({ proof }) => proof !== 'given');
  const { clear: inClear, tls, verified } = plan.saslOptions;
  // Of two messages one may know more of the server than the other; what both may say is for neither to forbid.
  const allowed = [...(isMatched ? [verified] : []), ...(isUnmatched ? [tls] : [])];
  const hears = (what: string) => broken.push(`authentication with ${index}: ${what}`);
  const check = (text: string, options: readonly (readonly string[])[], where: string) => {
    for (const [, mechanism = ''] of text.matchAll(/^AUTH (\S+)/gm)) {
      happened('auth');
      if (!plan.credentials) hears('without credentials');
      if (options.every((words) => words.some((word) => FORBIDS[word]?.includes(mechanism))))
        hears(`${mechanism} ${where}`);
    }
    const isSpoken = SPOKEN.some((secret) => text.includes(secret));
    if (isSpoken && options.every((words) => words.includes('noplaintext') || words.includes('mutual_auth')))
      hears(`the password ${where}`);
  };
  check(clear, [inClear], 'in the clear');
  check(inside, allowed, 'inside TLS');
  if (/^AUTH /m.test(clear) && demands.every(({ encryption }) => encryption)) hears('in the clear at all');
  if (/^AUTH /m.test(inside) && demands.every(({ proof }) => proof === 'lacking'))
    hears('an unverified server');
  if (/^MAIL .*REQUIRETLS/m.test(clear)) hears('REQUIRETLS in the clear');
  if (/^MAIL .*REQUIRETLS/m.test(inside)) happened('requiretls');
  return broken;
}

/** Each recipient has one outcome, and what is reported as sent was taken. */
function outcomesOf(
  index: number,
  message: MessagePlan,
  { outcomes, world }: Seen,
  happened: (what: Happening) => void,
) {
  const broken: string[] = [];
  const asked = recipientsOf(message, index);
  const reported = outcomes[index] ?? [];
  const addresses = reported.map(({ recipient }) => recipient.address);
  if (addresses.toSorted().join() !== asked.toSorted().join())
    broken.push(`message ${index}: outcomes of ${addresses.join()}`);
  const taken = new Set(world.deliveries.flatMap(({ recipients }) => recipients));
  for (const { recipient, status } of reported) {
    happened(status === 'sent' ? 'kept' : 'lost');
    if (status === 'sent' && !taken.has(recipient.address))
      broken.push(`message ${index}: sent, but nobody took it`);
  }
  return broken;
}
