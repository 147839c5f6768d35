/**
 * TLS as one service of the client has it: its credentials, the handshakes made with them, what they say of the
 * server, and the sessions to resume (security reference 9 to 12). All deliveries of a client share it.
 */
import { createHash, X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Connection } from '../platform/platform.ts';
import { startingFrom } from '../platform/queue-directory.ts';
import { systemText } from '../platform/system-text.ts';
import type { Service } from '../request.ts';
import { channelBinding } from './handshake/channel-binding.ts';
import { connectTls, peerChain } from './handshake/connect.ts';
import { type HandshakeSetup, TlsContexts } from './handshake/contexts.ts';
import { CredentialsError } from './handshake/credential-files.ts';
import { loadCredentials } from './handshake/credentials.ts';
import { HandshakeError } from './handshake/handshake-error.ts';
import { secureOptions } from './handshake/library-options.ts';
import { sentServerName } from './handshake/server-name.ts';
import { type CachedSession, TlsSessionCache } from './handshake/session-cache.ts';
import { readSessions, sessionFile, writeSessions } from './handshake/session-file.ts';
import { mustMatch } from './level.ts';
import { describeConnection } from './log/description.ts';
import { HandshakeLog, type Inspection, type TlsEngineOptions } from './log/log.ts';
import { readLogLevel } from './log/log-level.ts';
import type { TlsPolicy, TlsTarget } from './policy/policy.ts';
import type { TlsReport } from './report/report.ts';
import { reportHandshake } from './report/report-handshake.ts';
import type { TlsStatus } from './status.ts';
import { readAuthorities } from './verify/authorities.ts';
import type { Certificate } from './verify/certificate.ts';
import { distrusted, type PeerCheck, peerCheck } from './verify/peer-check.ts';

export interface HandshakeOrder {
  readonly policy: TlsPolicy;
  readonly target: TlsTarget;
  /** `host[address]:port` */
  readonly peer: string;
  /** Our name as the server heard it; '' when it has not heard any. */
  readonly helloName: string;
  /** Hears what came of it. */
  readonly report?: TlsReport | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Secured {
  readonly connection: Connection;
  readonly status: TlsStatus;
}

interface Prepared {
  readonly contexts: TlsContexts;
  readonly authorities: readonly Certificate[];
}

export class TlsEngine {
  readonly #options: TlsEngineOptions;
  readonly #sessions: TlsSessionCache | undefined;
  #hasNewSessions = false;
  /** Keys of sessions that were found in the file or are our own: what became of them is known here. */
  readonly #known = new Set<string>();
  #prepared: Promise<Prepared | undefined> | undefined;

  constructor(options: TlsEngineOptions) {
    const { settings, platform } = options;
    this.#options = options;
    if (settings.smtp_tls_session_cache_database !== '') {
      const lifeMs = settings.smtp_tls_session_cache_timeout * 1000;
      this.#sessions = new TlsSessionCache(platform.clock, lifeMs);
    }
  }

  /** Leaves the sessions to the next program, where they have a file. A handshake must have been wanted before. */
  async close(): Promise<void> {
    const { settings, platform, emit } = this.#options;
    const path = sessionFile(settings.smtp_tls_session_cache_database);
    if (this.#sessions === undefined || path === undefined || !this.#hasNewSessions) return;
    const { files } = startingFrom(settings.queue_directory, platform);
    // Another program may have left some meanwhile.
    for (const session of await readSessions(path, files))
      if (!this.#known.has(session.key)) this.#sessions.restore(session);
    await writeSessions(path, files, this.#sessions.stored).catch((error: unknown) => {
      emit({
        type: 'log',
        level: 'warning',
        text: `cannot keep TLS sessions in ${path}: ${systemText(error)}`,
      });
    });
  }

  /** Not so when files that it needs are of no use, which the log tells once. */
  async isAvailable(): Promise<boolean> {
    return (await this.#prepare()) !== undefined;
  }

  /** Rejects with HandshakeError, of which the log tells; then the connection is gone. */
  async start(connection: Connection, order: HandshakeOrder): Promise<Secured> {
    const { settings, service, platform } = this.#options;
    const { policy, target, peer, report, signal } = order;
    const log = await HandshakeLog.open(target, peer, this.#options);
    const prepared = await this.#prepare();
    let key: string | undefined;
    try {
      if (prepared === undefined) throw new HandshakeError('');
      log.starting();
      const check = peerCheck(policy, target, {
        settings,
        authorities: prepared.authorities,
        nowMs: platform.clock.now(),
        peer,
        warn: log.warn,
      });
      const setup = prepared.contexts.for(policy, (text) => log.warn(`${peer}: ${text}`));
      log.offering(setup.ciphers);
      const serverName = sentServerName(policy, target, log.warn);
      key = this.#sessions && sessionKey(service, order, check, setup, serverName);
      const cached = key === undefined ? undefined : this.#find(key, log);
      const first = Promise.withResolvers<Uint8Array>();
      const socket = await connectTls(connection, {
        secureContext: setup.secureContext,
        serverName,
        session: cached?.session,
        clock: platform.clock,
        limitMs: settings.smtp_starttls_timeout * 1000,
        signal,
        onSession: (session) => {
          if (key !== undefined) log.cache('save', key);
          first.resolve(session);
        },
      });
      const result = inspect(socket, policy, check, cached);
      if (key !== undefined) void this.#keep(key, first.promise, result);
      socket.on('error', log.broken);
      const status = statusOf(socket, result, check);
      log.established(status, result, check, policy.connectionReuse);
      if (report !== undefined && !(result.resumed && settings.smtp_tlsrpt_skip_reused_handshakes))
        reportHandshake(report, check, result, log.tellsUntrusted(check));
      return { connection: socket as TLSSocket & Connection, status };
    } catch (error) {
      if (!(error instanceof HandshakeError)) throw error;
      connection.destroy();
      if (signal?.aborted !== true) log.failed(error);
      if (key !== undefined) {
        log.cache('remove', key);
        this.#sessions?.forget(key);
      }
      report?.failed({ type: 'validation-failure', reason: 'tls-handshake-failure' });
      throw error;
    }
  }

  #find(key: string, log: HandshakeLog): CachedSession | undefined {
    log.cache('looking for', key);
    const found = this.#sessions?.find(key);
    if (found !== undefined) log.cache('reloaded', key);
    return found;
  }

  /** A session comes with or after the handshake, or never. */
  async #keep(key: string, session: Promise<Uint8Array>, { verification, leaf }: Inspection): Promise<void> {
    this.#sessions?.keep(key, { session: await session, verification, certificate: leaf?.raw });
    this.#known.add(key);
    this.#hasNewSessions = true;
  }

  #prepare(): Promise<Prepared | undefined> {
    this.#prepared ??= this.#load();
    return this.#prepared;
  }

  async #load(): Promise<Prepared | undefined> {
    const { settings, service, platform, emit } = this.#options;
    const warn = (text: string) => emit({ type: 'log', level: 'warning', text });
    if (readLogLevel(`${service}_tls_loglevel`, settings.smtp_tls_loglevel, warn).has('verbose'))
      emit({ type: 'log', level: 'info', text: 'initializing the client-side TLS engine' });
    try {
      const { files } = startingFrom(settings.queue_directory, platform);
      const path = this.#sessions && sessionFile(settings.smtp_tls_session_cache_database);
      const left = path === undefined ? [] : await readSessions(path, files);
      for (const session of left) {
        this.#known.add(session.key);
        this.#sessions?.restore(session);
      }
      const credentials = await loadCredentials(settings, files, warn);
      const authorities = readAuthorities(credentials.authorities.map((pem) => new X509Certificate(pem)));
      return { contexts: new TlsContexts(settings, credentials, secureOptions(settings, warn)), authorities };
    } catch (error) {
      if (!(error instanceof CredentialsError)) throw error;
      const [first = '', ...others] = error.lines;
      emit({ type: 'log', level: error.level, text: first });
      others.forEach(warn);
      return undefined;
    }
  }
}

/** A resumed session comes without certificates: what was found out when it began still holds. */
function inspect(
  socket: TLSSocket,
  policy: TlsPolicy,
  check: PeerCheck,
  cached: CachedSession | undefined,
): Inspection {
  const external = policy.external?.failure;
  const resumed = socket.isSessionReused();
  if (resumed && cached !== undefined) {
    const leaf = cached.certificate && new X509Certificate(cached.certificate);
    return { verification: cached.verification, leaf, external, resumed };
  }
  const chain = peerChain(socket);
  const error = socket.authorizationError as Error | string | null;
  const libraryError = error === null ? undefined : String(error instanceof Error ? error.message : error);
  const verification = external === undefined ? check.verify(chain, libraryError) : distrusted();
  return { verification, leaf: chain[0], external, resumed };
}

function statusOf(
  socket: TLSSocket,
  { verification, leaf, resumed }: Inspection,
  { level }: PeerCheck,
): TlsStatus {
  const matched = verification.matched && mustMatch(level);
  return {
    level,
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().name,
    summary: describeConnection(socket, leaf),
    present: leaf !== undefined,
    trusted: verification.trusted,
    matched,
    secured: matched && level !== 'halfdane',
    resumed,
    channelBinding: (type) => channelBinding(socket, type, leaf),
  };
}

/** Whatever decides how a session comes about, or what its server has to prove (security reference 12). */
function sessionKey(
  service: Service,
  { policy, target, helloName }: HandshakeOrder,
  check: PeerCheck,
  setup: HandshakeSetup,
  serverName: string,
): string {
  const { nexthop, host, address } = target;
  const isProved = mustMatch(check.level);
  const proof = isProved ? [...check.key, serverName, policy.external?.failure ?? ''] : [];
  const digest = createHash('sha256').update(JSON.stringify([helloName, setup.fingerprint, proof]));
  const fields = [service, nexthop, host, address, policy.level, '', digest.digest('hex').toUpperCase()];
  return fields
    .map((field) => (field.includes('&') ? Buffer.from(field).toString('base64') : field))
    .join('&');
}
