/**
 * A mail host nobody here wrote: the npm package smtp-server, on whatever connection it is given.
 *
 *     stockHost()                                                     accepts everything
 *     stockHost({ tls: { credential: ca.issue('a.example.test') } })  with STARTTLS
 *     stockHost({ protocol: 'lmtp', refuse: { 'bad@example.test': '550 5.1.1 unknown' } })
 *
 * Its own timers are the global ones; in a virtual run those must stand on the virtual clock.
 */

import type { TLSSocket } from 'node:tls';
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerDataStream,
  type SMTPServerSession,
} from 'smtp-server';
import type { Connection } from '../../client/platform/platform.ts';
import type { Credential } from '../certificates/authority.ts';
import type { Endpoint } from '../session.ts';
import {
  DEFAULT_MAX_MESSAGE_BYTES,
  type Delivery,
  type HostContext,
  HostDefinitionError,
  listeningPort,
  type MailHost,
  type MailHostDefinition,
  type MailProtocol,
} from './host.ts';
import type { Tap } from './recorder.ts';
import { asSocket } from './stock-socket.ts';
import { recordInside, stockCertificate } from './stock-tls.ts';
import { asRecord, isPositive, onlyKeys } from './switches.ts';

const STOCK_EXTENSIONS = ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES', 'DSN'] as const;
export type StockExtension = (typeof STOCK_EXTENSIONS)[number];

/** It has CRAM-MD5 too, whose challenge is made of chance that no seed decides. */
const STOCK_MECHANISMS = ['PLAIN', 'LOGIN', 'XOAUTH2'] as const;
export type StockMechanism = (typeof STOCK_MECHANISMS)[number];

export interface StockOptions {
  /** The name in replies; the host's key when absent. */
  readonly name?: string;
  readonly protocol?: MailProtocol;
  readonly port?: number;
  /** All of `STOCK_EXTENSIONS` when absent; SIZE is always offered. */
  readonly extensions?: readonly StockExtension[];
  /** 10240000 when absent. */
  readonly maxMessageBytes?: number;
  /** Passwords by user, who may authenticate then; nobody can, and AUTH is not offered, when absent. */
  readonly users?: Readonly<Record<string, string>>;
  /** All of `STOCK_MECHANISMS` when absent. */
  readonly mechanisms?: readonly StockMechanism[];
  /** Replies (`550 text`) to RCPT by recipient, compared without regard to case. */
  readonly refuse?: Readonly<Record<string, string>>;
  /** STARTTLS is served when present; with a self-signed certificate for `{}`. */
  readonly tls?: { readonly credential?: Credential };
}

/** RFC 5321 4.5.3.2.7: a server waits at least 5 minutes for the next command. */
const IDLE_LIMIT_MS = 300_000;

interface StockPlan {
  readonly name: string | undefined;
  readonly protocol: MailProtocol;
  readonly extensions: readonly StockExtension[];
  readonly maxMessageBytes: number;
  readonly users: Readonly<Record<string, string>> | undefined;
  readonly mechanisms: readonly StockMechanism[];
  readonly refuse: ReadonlyMap<string, ReplyError>;
  readonly tls: StockOptions['tls'];
}

/** smtp-server takes the reply from the error given to its callback. */
class ReplyError extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, text: string) {
    super(text);
    this.responseCode = responseCode;
  }
}

/** Throws `HostDefinitionError` for a bad option. */
export function stockHost(options: StockOptions = {}): MailHostDefinition {
  const keys = [
    'name',
    'protocol',
    'port',
    'extensions',
    'maxMessageBytes',
    'users',
    'mechanisms',
    'refuse',
    'tls',
  ];
  onlyKeys('stockHost', asRecord('stockHost', options), keys);
  const {
    protocol = 'smtp',
    extensions = STOCK_EXTENSIONS,
    maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES,
  } = options;
  if (protocol !== 'smtp' && protocol !== 'lmtp')
    throw new HostDefinitionError('stockHost: protocol: must be smtp or lmtp');
  const stranger = extensions.find((extension) => !STOCK_EXTENSIONS.includes(extension));
  if (stranger !== undefined) {
    throw new HostDefinitionError(
      `stockHost: extensions: ${String(stranger)} is not one of ${STOCK_EXTENSIONS.join(', ')}`,
    );
  }
  const { users, mechanisms = STOCK_MECHANISMS } = options;
  if (!mechanisms.every((name) => STOCK_MECHANISMS.includes(name)))
    throw new HostDefinitionError(`stockHost: mechanisms: must be of ${STOCK_MECHANISMS.join(', ')}`);
  if (!isPositive(maxMessageBytes))
    throw new HostDefinitionError('stockHost: maxMessageBytes: must be 1 or more');
  const plan = {
    name: options.name,
    protocol,
    extensions,
    maxMessageBytes,
    users,
    mechanisms,
    refuse: compileRefusals(options.refuse ?? {}),
    tls: options.tls,
  };
  return {
    kind: 'stock',
    protocol,
    port: listeningPort('stockHost', protocol, options.port),
    start: (context) => new StockHost(plan, context),
  };
}

function compileRefusals(refuse: Readonly<Record<string, string>>): ReadonlyMap<string, ReplyError> {
  return new Map(
    Object.entries(refuse).map(([address, reply]) => {
      const match = /^([45]\d\d) (.+)$/.exec(reply);
      if (!match)
        throw new HostDefinitionError(`stockHost: refuse[${address}]: write a 4xx or 5xx code and a text`);
      return [address.toLowerCase(), new ReplyError(Number(match[1]), match[2] ?? '')] as const;
    }),
  );
}

class StockHost implements MailHost {
  readonly kind = 'stock';
  readonly name: string;
  readonly deliveries: Delivery[] = [];
  readonly #plan: StockPlan;
  readonly #context: HostContext;
  readonly #failures: string[] = [];
  /** Made for the first connection: it builds a TLS context, whether used or not. */
  #server: SMTPServer | undefined;
  #connections = 0;
  readonly #taps = new Map<string, Tap>();

  constructor(plan: StockPlan, context: HostContext) {
    this.#plan = plan;
    this.#context = context;
    this.name = plan.name ?? context.name;
  }

  serve(connection: Connection, endpoint?: Endpoint): void {
    const tap = this.#context.recorder.tap(this.#context.name, connection, endpoint);
    this.#connections += 1;
    // Its own listener answers a client's close with its own at once (allowHalfOpen is off there).
    tap.on('end', () => tap.end());
    tap.on('error', () => {});
    this.#server ??= this.#makeServer();
    const id = String(this.#connections);
    this.#taps.set(id, tap);
    tap.on('close', () => this.#taps.delete(id));
    this.#server.connect(asSocket(tap, this.#context.clock), { id });
  }

  problems(): readonly string[] {
    return this.#failures;
  }

  #makeServer(): SMTPServer {
    const { protocol, extensions, maxMessageBytes, users, mechanisms, refuse, tls } = this.#plan;
    const server = new SMTPServer({
      name: this.name,
      lmtp: protocol === 'lmtp',
      size: maxMessageBytes,
      rejectOversized: true,
      hidePIPELINING: !extensions.includes('PIPELINING'),
      hide8BITMIME: !extensions.includes('8BITMIME'),
      hideSMTPUTF8: !extensions.includes('SMTPUTF8'),
      hideENHANCEDSTATUSCODES: !extensions.includes('ENHANCEDSTATUSCODES'),
      hideDSN: !extensions.includes('DSN'),
      disabledCommands: [
        ...(users === undefined ? ['AUTH'] : []),
        ...(tls === undefined ? ['STARTTLS'] : []),
      ],
      ...(tls === undefined ? {} : stockCertificate(tls.credential, this.#context.name)),
      authOptional: true,
      authMethods: [...mechanisms],
      allowInsecureAuth: true,
      onAuth: (given, _session, callback) => {
        const password = Object.hasOwn(users ?? {}, given.username ?? '')
          ? users?.[given.username ?? '']
          : undefined;
        const isRight = password !== undefined && (given.accessToken ?? given.password) === password;
        if (isRight) callback(null, { user: given.username });
        else callback(new ReplyError(535, 'Error: Authentication failed'));
      },
      disableReverseLookup: true,
      logger: false,
      socketTimeout: IDLE_LIMIT_MS,
      onSecure: (socket, session, callback) => {
        const tap = this.#taps.get(session.id);
        this.#taps.delete(session.id);
        if (tap !== undefined) recordInside(tap, socket as TLSSocket);
        callback();
      },
      onRcptTo: (recipient, _session, callback) => callback(refuse.get(recipient.address.toLowerCase())),
      onData: (stream, session, callback) => this.#receive(stream, session, callback),
    });
    // Connections that end in the middle of a message come here: the record of the session shows them already.
    server.on('error', () => {});
    return server;
  }

  #receive(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    callback: (error?: Error | null) => void,
  ): void {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => {
      if (!stream.sizeExceeded) chunks.push(chunk);
    });
    stream.on('error', () => {});
    stream.on('end', () => {
      const { mailFrom, rcptTo } = session.envelope;
      if (!stream.sizeExceeded && mailFrom) {
        this.deliveries.push({
          atMs: this.#context.clock.now(),
          connection: Number(session.id),
          sender: mailFrom.address,
          mailParameters: parametersOf(mailFrom),
          recipients: rcptTo.map(({ address }) => address),
          recipientParameters: rcptTo.map(parametersOf),
          content: Buffer.concat(chunks),
        });
      }
      callback();
    });
  }
}

function parametersOf({ args }: SMTPServerAddress): Record<string, string | true> {
  return args ? { ...args } : {};
}
