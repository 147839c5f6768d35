/**
 * Failure policy, in one place: what a failure at some stage means for whom.
 *
 * A failure has a scope; the scope says which recipients it hits, whether the destination is to be suspended and
 * whether the session may be used again (delivery reference 8.1). `decide` then says, from the status and from
 * whether another server is left, if a recipient is kept for that server, deferred or bounced (8.2).
 */
import { oneLine, type Reply } from '../reply.ts';
import { STAGES, type Stage } from './stages.ts';

export type Scope = 'host' | 'tls' | 'message' | 'recipient' | 'stream' | 'session' | 'requirement';

interface ScopeRow {
  /** Suspends the destination when a recipient is deferred by it. */
  readonly throttles: boolean;
  /** All recipients hit by it show one and the same delay. */
  readonly sharesTime: boolean;
}

export const SCOPES: Readonly<Record<Scope, ScopeRow>> = {
  /** The server refuses to talk. */
  host: { throttles: true, sharesTime: true },
  /** TLS was tried and failed where nothing demands it: another time there may be none. */
  tls: { throttles: false, sharesTime: true },
  /** The server refuses this message. */
  message: { throttles: false, sharesTime: true },
  /** The server refuses this recipient. */
  recipient: { throttles: false, sharesTime: false },
  /** The connection is lost, or too slow. */
  stream: { throttles: true, sharesTime: true },
  /** No server could be found or reached. */
  session: { throttles: true, sharesTime: true },
  /** The server lacks an extension that the message needs; another one may have it. */
  requirement: { throttles: false, sharesTime: true },
};

/** Whom a negative reply hits, by stage; a stage that is absent has no failing reply. */
const REPLY_SCOPES: Readonly<Partial<Record<Stage, Scope>>> = {
  greeting: 'host',
  ehlo: 'host',
  helo: 'host',
  lhlo: 'host',
  mail: 'message',
  rcpt: 'recipient',
  data: 'message',
  endOfData: 'message',
};

/** The one error record of a delivery. */
export interface Failure {
  readonly scope: Scope;
  /** Enhanced status code; its class decides between now and later. */
  readonly dsn: string;
  readonly reason: string;
  readonly stage?: Stage;
  /** The server's reply, when a reply was the failure. */
  readonly reply?: Reply;
}

/** A reply with which a server ends the handshake: 4xx and 5xx greetings, 421, HELO or LHLO refused. */
export function refusedToTalk(stage: Stage, server: string, reply: Reply, dsn: string): Failure {
  return {
    scope: scopeOfReply(stage),
    dsn,
    stage,
    reply,
    reason: `host ${server} refused to talk to me: ${oneLine(reply.text)}`,
  };
}

/** A reply that refuses the message or a recipient. LMTP's replies after the content are about one recipient each. */
export function saidNo(stage: Stage, server: string, reply: Reply, perRecipient = false): Failure {
  const outOfPlace = reply.status.startsWith('2');
  const said = `host ${server} said: ${oneLine(reply.text)} (in reply to ${STAGES[stage].command})`;
  return {
    scope: perRecipient ? 'recipient' : scopeOfReply(stage),
    dsn: outOfPlace ? '5.5.0' : reply.status,
    reason: outOfPlace ? `Protocol error: ${said}` : said,
    stage,
    reply,
  };
}

/** A refusal that says one of the two sides has lost the protocol (delivery reference 8.7). */
export function isProtocolError({ code }: Reply): boolean {
  return code < 400 || code > 599 || code === 555 || (code >= 500 && code < 510);
}

/** How a connection can come to an untimely end; `localData`: a lookup of our own failed, so we cannot go on. */
export type StreamFault = 'lost' | 'timeout' | 'aborted' | 'localData';

const FAULT_DSN: Readonly<Record<StreamFault, string>> = {
  lost: '4.4.2',
  timeout: '4.4.2',
  aborted: '4.3.2',
  localData: '4.3.0',
};

export function streamFailed(stage: Stage, server: string, fault: StreamFault): Failure {
  const { doing } = STAGES[stage];
  const reason = {
    lost: `lost connection with ${server} while ${doing}`,
    timeout: `conversation with ${server} timed out while ${doing}`,
    aborted: `delivery aborted while ${doing}`,
    localData: `local data error while talking to ${server}`,
  }[fault];
  return { scope: 'stream', dsn: FAULT_DSN[fault], reason, stage };
}

/** `keep`: the recipient is left for another server. */
export type Decision = 'keep' | 'defer' | 'bounce';

export interface Circumstances {
  /** No other server will be tried for this request. */
  readonly finalServer: boolean;
  /** `soft_bounce` */
  readonly softBounce: boolean;
}

export function decide(failure: Failure, { finalServer, softBounce }: Circumstances): Decision {
  const permanent = failure.dsn.startsWith('5');
  const mayHelpElsewhere = !permanent || softBounce || failure.scope === 'requirement';
  if (mayHelpElsewhere && !finalServer) return 'keep';
  return permanent ? 'bounce' : 'defer';
}

function scopeOfReply(stage: Stage): Scope {
  const scope = REPLY_SCOPES[stage];
  if (scope === undefined) throw new Error(`a reply to ${STAGES[stage].command} cannot fail a delivery`);
  return scope;
}
