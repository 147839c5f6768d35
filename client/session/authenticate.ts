/**
 * AUTH (RFC 4954; security reference 18): with credentials for a server that offers it, authentication has to succeed
 * before mail is sent; without credentials, or where it is not offered, mail is sent without.
 */
import type { Failure } from '../outcome/failure.ts';
import type { Random } from '../platform/platform.ts';
import { oneLine, type Reply } from '../reply.ts';
import { decodeChallenge } from '../sasl/base64.ts';
import {
  type ChannelBinding,
  type Credentials,
  type Exchange,
  type ExchangeContext,
  SaslError,
} from '../sasl/exchange.ts';
import type { FailureCache } from '../sasl/failure-cache.ts';
import { absentMechanisms, chooseMechanism, type Mechanism } from '../sasl/mechanisms.ts';
import { HIDDEN } from '../sasl/redaction.ts';
import { WireError } from '../wire/wire.ts';
import { type CredentialsContext, findCredentials } from './credentials.ts';
import { fullName, shortName } from './peer.ts';
import type { Session } from './session.ts';

export interface AuthenticationContext extends CredentialsContext {
  readonly random: Random;
  /** Credentials that servers refused; without it they are tried with every session. */
  readonly refusedCredentials?: FailureCache | undefined;
}

/** A server that goes on asking would never be done. */
const ROUNDS_LIMIT = 100;
/** RFC 4954 section 4: a command line has no more, its line end included. */
const COMMAND_LIMIT_BYTES = 512;

/**
 * With a server that offers AUTH, where `smtp_sasl_auth_enable` is on. Returns why the session cannot be used, or
 * undefined when it can. Throws WireError when the stream fails.
 */
export async function authenticate(
  session: Session,
  context: AuthenticationContext,
): Promise<Failure | undefined> {
  const { features } = session;
  const offered = await acceptableMechanisms(session);
  const credentials = await findCredentials(session, context);
  if (credentials === undefined) {
    session.features = { ...features, authentication: [] };
    session.decided({ kind: 'noAuthentication', why: 'noCredentials' });
    return undefined;
  }
  const failure = await new Authentication(session, context, credentials).run(offered);
  if (failure !== undefined) session.endReuse('authentication');
  return failure;
}

/** What `smtp_sasl_mechanism_filter` leaves of each line that offers AUTH (security reference 18.2). */
async function acceptableMechanisms(session: Session): Promise<string[]> {
  const { settings, tables, peer } = session;
  let list = '';
  for (const line of session.features.authentication) {
    const left: string[] = [];
    for (const name of line.split(/[ \t]+/)) {
      if (name !== '' && (await isWanted(name))) left.push(name);
    }
    const accepted = left.join(' ');
    if (list === '') {
      list = accepted;
      if (accepted !== '') continue;
      const what = line === '' ? 'null AUTH mechanism list' : `no supported AUTH mechanisms: '${line}'`;
      session.log('warning', `${fullName(peer)} offered ${what}`);
    } else if (
      accepted !== '' &&
      accepted.toLowerCase() !== list.toLowerCase() &&
      list.length < settings.line_length_limit
    ) {
      list += ` ${accepted}`;
    }
  }
  return list.split(/[ ,]+/).filter((name) => name !== '');

  async function isWanted(name: string): Promise<boolean> {
    if (settings.smtp_sasl_mechanism_filter === '') return true;
    const filter = await tables.list('smtp_sasl_mechanism_filter');
    const match = await filter.match(name);
    if (match === 'unknown') throw new WireError('localData');
    return match === 'listed';
  }
}

class Authentication {
  readonly #session: Session;
  readonly #context: AuthenticationContext;
  readonly #credentials: Credentials;

  constructor(session: Session, context: AuthenticationContext, credentials: Credentials) {
    this.#session = session;
    this.#context = context;
    this.#credentials = credentials;
  }

  async run(offered: readonly string[]): Promise<Failure | undefined> {
    if (offered.length === 0) {
      return this.#failure(
        '4.7.0',
        `SASL authentication failed: server ${this.#server} offered no compatible authentication mechanisms ` +
          'for this type of connection security',
      );
    }
    this.#session.conceal([this.#credentials.password]);
    const cached = this.#cached();
    if (cached !== undefined) return cached;
    try {
      return await this.#converse(this.#choose(offered));
    } catch (error) {
      if (!(error instanceof SaslError)) throw error;
      if (error.detail !== undefined)
        this.#session.log('warning', `SASL authentication ${error.level}: ${error.detail}`);
      return this.#failed(`cannot authenticate to server ${this.#server}: ${error.message}`);
    }
  }

  #choose(offered: readonly string[]): Mechanism {
    const options = this.#securityOptions;
    const mechanism = chooseMechanism(offered, options, this.#channelBinding() !== undefined);
    const chosen = mechanism && { mechanism: mechanism.name };
    this.#session.decided({ kind: 'authentication', offered, options, ...chosen });
    if (mechanism !== undefined) return mechanism;
    const absent = absentMechanisms(offered);
    if (absent.length > 0)
      this.#session.log('info', `SASL mechanisms that this client does not have: ${absent.join(' ')}`);
    throw new SaslError('no mechanism available', 'No worthy mechs found');
  }

  async #converse(mechanism: Mechanism): Promise<Failure | undefined> {
    if (mechanism.begin === undefined) throw new SaslError('no mechanism available');
    const { name } = mechanism;
    const exchange = mechanism.begin(this.#exchangeContext);
    let turn = exchange.next(Buffer.alloc(0));
    const initial = turn.value?.toString('base64') ?? '';
    const fits = name.length + initial.length + 'AUTH '.length + ' \r\n'.length <= COMMAND_LIMIT_BYTES;
    let delayed = initial !== '' && !fits;
    if (initial !== '' && fits) this.#say(`AUTH ${name} ${initial}`, `AUTH ${name} ${HIDDEN}`, initial);
    else this.#session.send(`AUTH ${name}`);
    let reply = await this.#session.receive(this.#stage);
    for (let rounds = 1; Math.floor(reply.code / 100) === 3; rounds += 1) {
      if (rounds > ROUNDS_LIMIT) {
        return this.#failure(
          '4.3.0',
          `SASL authentication failed; authentication protocol loop with server ${this.#server}`,
        );
      }
      const challenge = reply.text.replace(/^[\d]*[- \t\n]*/, '');
      if (delayed && challenge !== '')
        return this.#failed(
          `non-empty initial ${name} challenge from server ${this.#server}: ${this.#session.redacted(challenge)}`,
        );
      if (!delayed) turn = advance(exchange, turn, decodeChallenge(challenge));
      delayed = false;
      const response = turn.value?.toString('base64') ?? '';
      this.#say(response, response && HIDDEN, response);
      reply = await this.#session.receive(this.#stage);
    }
    return this.#judge(reply, turn.done === true);
  }

  #say(line: string, shown: string, response: string): void {
    this.#session.conceal([response]);
    this.#session.sendSecret(line, shown);
  }

  /** A server that says yes before it has proved what it has to prove is believed, as Postfix does, unless asked not to. */
  #judge(reply: Reply, isComplete: boolean): Failure | undefined {
    const { settings, peer, clock } = this.#session;
    const replyClass = Math.floor(reply.code / 100);
    if (replyClass === 2) {
      if (!isComplete && this.#securityOptions.includes('mutual_auth'))
        throw new SaslError('server failed mutual authentication step');
      return undefined;
    }
    if (reply.code === 535) this.#cache?.store(peer.host, this.#credentials, reply, clock.now());
    const softens = replyClass === 5 && settings.smtp_sasl_auth_soft_bounce;
    return this.#failure(
      softens ? softened(reply.status) : reply.status,
      `SASL authentication failed; server ${this.#server} said: ${oneLine(reply.text)}`,
      reply,
    );
  }

  get #cache(): FailureCache | undefined {
    const isWanted = this.#session.settings.smtp_sasl_auth_cache_name !== '';
    return isWanted ? this.#context.refusedCredentials : undefined;
  }

  #cached(): Failure | undefined {
    const { settings, peer, clock } = this.#session;
    const lifetimeMs = settings.smtp_sasl_auth_cache_time * 1000;
    const cached = this.#cache?.find(peer.host, this.#credentials, { nowMs: clock.now(), lifetimeMs });
    if (cached === undefined) return undefined;
    this.#session.decided({ kind: 'noAuthentication', why: 'refusedBefore' });
    return this.#failure(
      settings.smtp_sasl_auth_soft_bounce ? softened(cached.dsn) : cached.dsn,
      `SASL [CACHED] authentication failed; server ${peer.host} said: ${cached.text}`,
    );
  }

  get #securityOptions(): readonly string[] {
    const { settings, tls } = this.#session;
    if (tls === undefined) return settings.smtp_sasl_security_options;
    return tls.matched
      ? settings.smtp_sasl_tls_verified_security_options
      : settings.smtp_sasl_tls_security_options;
  }

  get #exchangeContext(): ExchangeContext {
    const { settings, service, peer, features } = this.#session;
    return {
      ...this.#credentials,
      authorization: settings.send_cyrus_sasl_authzid ? this.#credentials.user : '',
      service,
      host: peer.host,
      port: peer.port,
      hostname: settings.myhostname,
      randomBytes: (count) => this.#context.random.bytes(count),
      channelBinding: () => this.#channelBinding(),
      serverBinds: features.authentication.some((line) => /-PLUS(?: |$)/i.test(line)),
    };
  }

  /** RFC 9266 section 2: what came before TLS 1.3 has its own types. */
  #channelBinding(): ChannelBinding | undefined {
    const { tls } = this.#session;
    const types =
      tls?.protocol === 'TLSv1.3'
        ? (['tls-exporter'] as const)
        : (['tls-unique', 'tls-server-end-point'] as const);
    for (const type of types) {
      const data = tls?.channelBinding(type);
      if (data !== undefined) return { type, data };
    }
    return undefined;
  }

  get #server(): string {
    return shortName(this.#session.peer);
  }

  get #stage(): 'auth' | 'lmtpAuth' {
    return this.#session.service === 'lmtp' ? 'lmtpAuth' : 'auth';
  }

  #failed(what: string): Failure {
    return this.#failure('4.7.0', `SASL authentication failed; ${what}`);
  }

  #failure(dsn: string, reason: string, reply?: Reply): Failure {
    return { scope: 'host', dsn, reason, stage: this.#stage, ...(reply && { reply }) };
  }
}

type Turn = IteratorResult<Buffer | undefined, Buffer | undefined>;

/** Throws SaslError; nothing is left to be said to a server that still asks when all is said. */
function advance(exchange: Exchange, turn: Turn, challenge: Buffer): Turn {
  if (turn.done === true)
    throw new SaslError('generic failure', 'attempting client step after doneflag', 'problem');
  return exchange.next(challenge);
}

function softened(dsn: string): string {
  return dsn.replace(/^5/, '4');
}
