/**
 * From the greeting to a session that knows what its server offers (delivery reference, section 5).
 */
import { splitList } from '../config/text.ts';
import type { Decision } from '../decision.ts';
import { type Failure, refusedToTalk } from '../outcome/failure.ts';
import type { Stage } from '../outcome/stages.ts';
import type { Reply } from '../reply.ts';
import type { DeliveryRequest } from '../request.ts';
import { TableError } from '../tables/table.ts';
import { WireError } from '../wire/wire.ts';
import type { AuthenticationContext } from './authenticate.ts';
import { requiresSmtputf8 } from './envelope.ts';
import { keywordsOf, parseFeatures, readDiscards } from './features.ts';
import { fullName, shortName } from './peer.ts';
import { pixWorkarounds } from './pix.ts';
import type { Session } from './session.ts';
import { secure, startTls } from './start-tls.ts';

export interface HandshakeContext extends AuthenticationContext {
  /** Look for our own name in what the server says: SMTP to port 25 (delivery reference 3.1, 5.4). */
  readonly detectLoops: boolean;
  /** The server is among the best exchangers, so mail that comes back to us has nowhere to go. */
  readonly bestExchanger: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Returns why the session cannot be used, or undefined when it can. Throws WireError when the stream fails. */
export async function handshake(session: Session, context: HandshakeContext): Promise<Failure | undefined> {
  session.queueId = context.request.queueId;
  if (session.settings.smtp_tls_wrappermode) {
    const failure = await secure(session, context.signal);
    if (failure !== undefined) return failure;
  }
  // One budget for greeting, EHLO and HELO together where deadlines are on.
  session.limit('greeting');
  const greeting = await session.receive('greeting');
  if (!isPositive(greeting)) return refused(session, 'greeting', greeting);

  const workarounds = await pixWorkarounds(session, greeting, context.request);
  if (context.detectLoops && isOwnName(session, greeting.text.slice(4).split(/\s+/)[0])) {
    session.log(
      'warning',
      `host ${fullName(session.peer)} greeted me with my own hostname ${session.settings.myhostname}`,
    );
  }
  session.pauseBeforeDotMs = workarounds.pauseBeforeDotMs;
  const why = workarounds.disableEsmtp ? 'workaround' : reasonForHelo(session, greeting);
  const failure = await introduce(session, context, why);
  if (failure !== undefined) return failure;
  const lacking = await upgrade(session, context);
  const mayAuthenticate =
    session.settings.smtp_sasl_auth_enable && session.features.authentication.length > 0;
  if (lacking !== undefined || !mayAuthenticate) return lacking;
  const { authenticate } = await loadAuthentication();
  return authenticate(session, context);
}

/** Loaded with the first session that has a use for it, as most have not. */
export function loadAuthentication(): Promise<typeof import('./authenticate.ts')> {
  return import('./authenticate.ts');
}

/** Goes on inside TLS where that is offered and wanted. */
async function upgrade(session: Session, context: HandshakeContext): Promise<Failure | undefined> {
  if (session.tls === undefined) {
    const inside = await startTls(session, context.signal);
    if (typeof inside === 'object') return inside;
    if (!inside) return undefined;
    // RFC 3207 section 4.2: what was said in the clear does not count any more.
    session.limit('greeting');
    const failure = await introduce(session, context, undefined);
    if (failure !== undefined) return failure;
  }
  const { requireTls } = session.security;
  const lacking = requireTls.afterHello(
    shortName(session.peer),
    session.features.requireTls,
    session.tls?.matched === true,
  );
  return lacking && { ...lacking, stage: session.stage };
}

/** Why HELO is said at once; undefined where EHLO comes first. */
type HeloReason = Exclude<Extract<Decision, { kind: 'helo' }>['why'], 'refused'>;

function reasonForHelo({ settings, service }: Session, greeting: Reply): HeloReason | undefined {
  // rfc2033-4.1-02: LMTP has none.
  if (service === 'lmtp') return undefined;
  if (settings.smtp_never_send_ehlo) return 'never';
  if (settings.smtp_always_send_ehlo) return undefined;
  return /(?:^|\s)ESMTP(?:\s|$)/i.test(greeting.text.slice(4)) ? undefined : 'greeting';
}

/** Says who we are, and hears what the server offers. */
async function introduce(
  session: Session,
  context: HandshakeContext,
  withoutEhlo: HeloReason | undefined,
): Promise<Failure | undefined> {
  const answered = await hello(session, withoutEhlo);
  if ('scope' in answered) return answered;
  if (session.report !== undefined && session.tls === undefined) session.report.greeting = answered.text;
  if (answered.reply !== undefined) await readFeatures(session, answered.reply);

  // After HELO no name is known.
  if (context.detectLoops && isOwnName(session, session.features.serverName)) {
    const { myhostname } = session.settings;
    session.log(
      'warning',
      `host ${fullName(session.peer)} replied to HELO/EHLO with my own hostname ${myhostname}`,
    );
    return {
      scope: 'host',
      dsn: context.bestExchanger ? '5.4.6' : '4.4.6',
      reason: `mail for ${context.request.nexthop} loops back to myself`,
      stage: session.stage,
    };
  }
  return lacksSmtputf8(session, context.request);
}

/**
 * Says EHLO, HELO or LHLO. Returns the extended reply, if there is one, and the text of whichever came; or why the
 * server will not talk to us.
 */
async function hello(
  session: Session,
  withoutEhlo: HeloReason | undefined,
): Promise<{ reply: Reply | undefined; text: string } | Failure> {
  const { settings } = session;
  const name = settings.smtp_helo_name;
  if (session.service === 'lmtp') {
    // rfc2033-4.1-02: an LMTP client has no HELO to fall back to.
    session.send(`LHLO ${name}`);
    const reply = await session.receive('lhlo');
    return isPositive(reply) ? { reply, text: reply.text } : refused(session, 'lhlo', reply);
  }
  if (withoutEhlo === undefined) {
    session.send(`EHLO ${name}`);
    const reply = await session.receive('ehlo');
    if (isPositive(reply)) return { reply, text: reply.text };
    if (reply.code === 421) return refused(session, 'ehlo', reply);
  }
  session.decided({ kind: 'helo', why: withoutEhlo ?? 'refused' });
  session.send(`HELO ${name}`);
  const reply = await session.receive('helo');
  return isPositive(reply) ? { reply: undefined, text: reply.text } : refused(session, 'helo', reply);
}

async function readFeatures(session: Session, reply: Reply): Promise<void> {
  const { peer } = session;
  const discards = readDiscards(await discardedWords(session));
  if (discards.keywords.size > 0 && !discards.silent) {
    session.log('info', `discarding EHLO keywords: ${[...discards.keywords].join(' ')}`);
  }
  const warn = (value: string) =>
    session.log('warning', `bad EHLO SIZE limit "${value}" from ${fullName(peer)}`);
  const features = parseFeatures(reply, discards.keywords, session.tls !== undefined, warn, session.features);
  const lacksEightBitMime = features.smtputf8 && !features.eightBitMime;
  if (lacksEightBitMime) {
    session.log('info', `host ${shortName(peer)} offers SMTPUTF8 support, but not 8BITMIME`);
  }
  // RFC 6531 section 3.1: a server that offers SMTPUTF8 has to offer 8BITMIME as well, so it is assumed.
  session.features = lacksEightBitMime ? { ...features, eightBitMime: true } : features;
  session.decided({
    kind: 'extensions',
    offered: keywordsOf(session.features),
    discarded: [...discards.keywords],
  });
}

/** Those of the server's address, or else those for all. Without an answer nothing safe can be said to it. */
async function discardedWords(session: Session): Promise<readonly string[]> {
  const { settings, tables, peer, queueId } = session;
  const maps = await tables.of('smtp_discard_ehlo_keyword_address_maps');
  try {
    const found = await maps?.lookup(peer.address);
    return found === undefined ? settings.smtp_discard_ehlo_keywords : splitList(found);
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    session.log('warning', `${queueId}: ${maps?.parameter} map lookup error for ${peer.address}`);
    throw new WireError('localData');
  }
}

function lacksSmtputf8(session: Session, request: DeliveryRequest): Failure | undefined {
  if (session.features.smtputf8 || !requiresSmtputf8(request)) return undefined;
  return {
    scope: 'requirement',
    dsn: '5.6.7',
    reason:
      'message requires SMTPUTF8, but no server was found that supports SMTPUTF8. ' +
      `The last attempted server was ${shortName(session.peer)}`,
    stage: session.stage,
  };
}

function refused(session: Session, stage: Stage, reply: Reply): Failure {
  // A server that greets with 5xx may be one of several: the mail is not at fault yet (rfc5321-4.3.2-01).
  const soften =
    stage === 'greeting' && session.settings.smtp_skip_5xx_greeting && Math.floor(reply.code / 100) === 5;
  const dsn = soften ? `4${reply.status.slice(1)}` : reply.status;
  return refusedToTalk(stage, shortName(session.peer), reply, dsn);
}

function isPositive(reply: Reply): boolean {
  return Math.floor(reply.code / 100) === 2;
}

function isOwnName(session: Session, name: string | undefined): boolean {
  return name !== undefined && name.toLowerCase() === session.settings.myhostname.toLowerCase();
}
