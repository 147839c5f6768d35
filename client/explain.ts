/** The words of decisions, each in one place: for the trace, reports, and scenarios that ask for the why. */
import type { Decision, Exclusion, Explanation, FoundBy, Named, ReuseEnd } from './decision.ts';
import type { Service } from './request.ts';

/** Parameters are called as the service calls them. */
export function explain(decision: Decision, service: Service): Explanation {
  const own = (parameter: string) => parameter.replace(/^smtp_/, `${service}_`);
  switch (decision.kind) {
    case 'destination': {
      const { destination, isFallback } = decision;
      return {
        about: 'destination',
        text: `goes on with ${isFallback ? 'the fallback relay' : 'the next destination'} ${destination}`,
        because: `recipients are left after the servers before it${isFallback ? `; ${own('smtp_fallback_relay')}` : ''}`,
      };
    }
    case 'servers':
      return servers(decision, own);
    case 'leftOut': {
      const { servers: names, why, detail = '' } = decision;
      return {
        about: why === 'tlsPolicy' || why === 'policyHosts' || why === 'wrapperMode' ? 'TLS' : 'servers',
        text: `leaves out ${list(names)}`,
        because: EXCLUSIONS[why](own, String(detail)),
      };
    }
    case 'tlsLevel': {
      const { server, level, source, wanted = level, dane } = decision;
      const key = source.key === undefined ? '' : ` has an entry for ${source.key}`;
      const says = wanted === level ? '' : `, which says ${wanted}`;
      return {
        about: 'TLS',
        text: `takes TLS level ${level} for ${server}`,
        because: `${own(source.parameter)}${key}${says}${dane === undefined ? '' : `; ${dane}`}`,
      };
    }
    case 'inTheClear':
      return { about: 'TLS', text: 'goes on in the clear', because: IN_THE_CLEAR[decision.why] };
    case 'tlsFailed':
      return {
        about: 'TLS',
        text: decision.retries
          ? 'tries the same server again, in the clear'
          : 'does not try again in the clear',
        because: RETRY[decision.why],
      };
    case 'reusePolicy': {
      const { load, store, why } = decision;
      return {
        about: 'reuse',
        text:
          load || store
            ? `${[load && 'uses', store && 'keeps'].filter(Boolean).join(' and ')} connections`
            : 'uses each connection once',
        because: {
          listed: `${own('smtp_connection_cache_destinations')} lists the destination`,
          onDemand: `the queue manager asks for it, and ${own('smtp_connection_cache_on_demand')} is on`,
          notAsked: `nobody asks for reuse, and ${own('smtp_connection_cache_destinations')} does not list the destination`,
        }[why],
      };
    }
    case 'reused':
      return {
        about: 'reuse',
        text: `uses a connection again, for the ${ordinal(decision.use)} time`,
        because: `one was kept for the same ${decision.foundBy === 'nexthop' ? 'next hop' : 'server'}, and answers RSET`,
      };
    case 'notReused':
      return { about: 'reuse', text: 'gives up a kept connection', because: decision.why };
    case 'kept':
      return {
        about: 'reuse',
        text: `keeps the connection for ${decision.seconds} s, to be found by ${decision.byNexthop ? 'next hop or server' : 'server'}`,
        because: `${own('smtp_connection_cache_time_limit')}, and nothing speaks against using it again`,
      };
    case 'notKept':
      return { about: 'reuse', text: 'does not keep the connection', because: NOT_KEPT[decision.why](own) };
    case 'helo':
      return {
        about: 'extensions',
        text: 'says HELO',
        because: {
          never: own('smtp_never_send_ehlo'),
          greeting: `the greeting does not say ESMTP, and ${own('smtp_always_send_ehlo')} is off`,
          workaround: `${own('smtp_pix_workarounds')}: disable_esmtp`,
          refused: 'EHLO was refused',
        }[decision.why],
      };
    case 'extensions': {
      const { offered, discarded } = decision;
      return {
        about: 'extensions',
        text: offered.length === 0 ? 'uses no extensions' : `may use ${offered.join(', ')}`,
        because: `the server offers ${offered.length === 0 ? 'none that are known' : 'them'}${
          discarded.length === 0
            ? ''
            : `; ${own('smtp_discard_ehlo_keywords')} leaves out ${discarded.join(', ')}`
        }`,
      };
    }
    case 'conversion':
      return {
        about: 'extensions',
        text: 'converts the content to 7bit',
        because: 'it is 8bit, and the server does not offer 8BITMIME',
      };
    case 'authentication': {
      const { mechanism, offered, options } = decision;
      const those = `of ${offered.join(', ')}, offered by the server`;
      const filter = options.length === 0 ? '' : `, that satisfies ${options.join(', ')}`;
      return {
        about: 'authentication',
        text:
          mechanism === undefined
            ? 'has no mechanism to authenticate with'
            : `authenticates with ${mechanism}`,
        because: `${mechanism === undefined ? 'there is none' : 'the best'} ${those}${filter}`,
      };
    }
    case 'noAuthentication':
      return {
        about: 'authentication',
        text: 'does not authenticate',
        because:
          decision.why === 'noCredentials'
            ? `${own('smtp_sasl_password_maps')} has nothing for this server`
            : `the server refused these credentials less than ${own('smtp_sasl_auth_cache_time')} ago`,
      };
    case 'timeLimit': {
      const { parameter, seconds, doing } = decision;
      return {
        about: 'time limit',
        text: `waits no longer, after ${seconds} s while ${doing}`,
        because: `${own(parameter)} = ${seconds}s`,
      };
    }
    case 'failure':
      return failure(decision);
    case 'suspension':
      return {
        about: 'outcome',
        text: 'has the destination left alone for a while',
        because: `a recipient is deferred by a failure of scope ${decision.scope}, before any session came to its end`,
      };
    case 'passedOn':
      return {
        about: 'outcome',
        text: `passes the mail on to ${decision.transport}`,
        because: 'best_mx_transport: the mail loops back to this host',
      };
  }
}

type Own = (parameter: string) => string;
type Of<Kind extends Decision['kind']> = Extract<Decision, { kind: Kind }>;

/** More names than these are counted. */
const SHOWN_NAMES = 8;

function list(servers: readonly Named[]): string {
  const shown = servers
    .slice(0, SHOWN_NAMES)
    .map(({ host, address }) => (address === undefined ? host : `${host}[${address}]`));
  const more = servers.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const FOUND_BY: Readonly<Record<FoundBy, string>> = {
  MX: 'MX records',
  SRV: 'SRV records',
  host: 'the host itself is asked for, and no MX records',
  withoutMx: 'there are no MX records, so the domain is its own exchanger',
};

function servers(
  { destination, servers: chosen, foundBy, isShuffled, family }: Of<'servers'>,
  own: Own,
): Explanation {
  const preferences = [...new Set(chosen.map(({ preference }) => preference))];
  const named = foundBy === 'MX' || foundBy === 'SRV';
  const reasons = [FOUND_BY[foundBy]];
  if (named) reasons.push(`${foundBy === 'MX' ? 'preference' : 'priority'} ${preferences.join(' before ')}`);
  if (chosen.length > preferences.length && foundBy === 'SRV')
    reasons.push('by chance and weight where that is equal');
  else if (chosen.length > preferences.length && isShuffled)
    reasons.push(`by chance where that is equal (${own('smtp_randomize_addresses')})`);
  if (chosen.length > preferences.length && family !== 'any' && foundBy !== 'SRV')
    reasons.push(`${own('smtp_address_preference')} = ${family}`);
  return { about: 'servers', text: `tries ${list(chosen)} for ${destination}`, because: reasons.join('; ') };
}

const EXCLUSIONS: Readonly<Record<Exclusion, (own: Own, detail: string) => string>> = {
  ownAddress: (_, detail) =>
    `this host itself is an exchanger at preference ${detail}: mail goes to better ones only`,
  noAddress: (_, detail) => detail,
  balance: (own) =>
    `${own('smtp_balance_inet_protocols')} keeps room for both families below ${own('smtp_mx_address_limit')}`,
  addressLimit: (own, detail) => `${own('smtp_mx_address_limit')} = ${detail}`,
  sessionLimit: (own, detail) => `${own('smtp_mx_session_limit')} = ${detail}`,
  tlsPolicy: (_, detail) => detail,
  policyHosts: (_, detail) => detail,
  wrapperMode: (own) =>
    `${own('smtp_tls_wrappermode')} asks for ${own('smtp_tls_security_level')} = encrypt, or stronger`,
};

const IN_THE_CLEAR: Readonly<Record<Of<'inTheClear'>['why'], string>> = {
  level: 'the level is none',
  notOffered: 'STARTTLS is not offered, and the level does not demand it',
  refused: 'STARTTLS is refused, and the level does not demand it',
  unavailable: 'TLS cannot be used here, and the level does not demand it',
};

const RETRY: Readonly<Record<Of<'tlsFailed'>['why'], string>> = {
  waited: 'TLS failed, the level is may, and the message has waited for minimal_backoff_time',
  probe: 'TLS failed, the level is may, and an address probe gives nothing away',
  tooNew: 'TLS may work in a while: the message has not waited for minimal_backoff_time',
  required: 'TLS is demanded',
  credentials: 'there may be credentials, which are not to be drawn out into the clear',
};

const NOT_KEPT: Readonly<Record<ReuseEnd, (own: Own) => string>> = {
  expired: (own) =>
    `it has reached ${own('smtp_connection_reuse_time_limit')} or ${own('smtp_connection_reuse_count_limit')}`,
  tlsPolicy: (own) => `it is encrypted, and ${own('smtp_tls_connection_reuse')} is off`,
  authentication: () => 'authentication failed in it',
  protocol: () => 'one of the two sides lost the protocol',
  ended: () => 'the session has ended',
};

function failure({ decision, recipients, dsn, scope, finalServer, softBounce }: Of<'failure'>): Explanation {
  const whom = recipients === 1 ? 'the recipient' : `${recipients} recipients`;
  const isPermanent = dsn.startsWith('5');
  const status = `${dsn} is ${isPermanent ? 'permanent' : 'temporary'}`;
  const soft = isPermanent && softBounce ? ', soft_bounce is on' : '';
  const lacking =
    isPermanent && scope === 'requirement' ? ', another server may have what this one lacks' : '';
  const place = finalServer ? 'no other server is left' : 'another server is left';
  return {
    about: 'outcome',
    text: { keep: `leaves ${whom} to the next server`, defer: `defers ${whom}`, bounce: `bounces ${whom}` }[
      decision
    ],
    because:
      isPermanent && decision === 'bounce' && !finalServer
        ? `${status}, whatever other servers say`
        : `${status}${soft}${lacking}, and ${place}`,
  };
}

function ordinal(number: number): string {
  const ending =
    { 1: 'st', 2: 'nd', 3: 'rd' }[number % 100 > 10 && number % 100 < 14 ? 0 : number % 10] ?? 'th';
  return `${number}${ending}`;
}
