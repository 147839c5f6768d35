/**
 * One server with TLS, asked by SMTP and by LMTP: parameters of TLS have a twin for each. Its name is the next hop too,
 * so that either service looks for the same name in its certificate.
 */
import {
  authority,
  deferred,
  delivered,
  dialogue,
  type Expectation,
  mailHost,
  message,
  noTls,
  scenario,
  tlsSession,
  zone,
} from '../../scenario.ts';

type TlsOptions = NonNullable<NonNullable<Parameters<typeof mailHost>[0]>['tls']>;

export const NAME = 'mx.example.test';
export const to = 'user@example.test';
export const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
export const ca = authority('Example CA');
export const good = ca.issue(NAME);
/** `host[address]:port` in the log, whatever the port. */
export const PEER = `${NAME}[192.0.2.1]:*`;

/** What becomes of the message. */
const outcomes = {
  delivered: [delivered(to, { via: 'mx' }), tlsSession('mx')],
  lost: [
    deferred(to, { dsn: '4.4.2', reason: 'lost connection with * while *' }),
    dialogue('mx', ['...', 'C: STARTTLS', 'S: 220 *', '...']),
  ],
  plaintext: [delivered(to, { via: 'mx' }), noTls('mx')],
  unverified: [
    deferred(to, { dsn: '4.7.5', reason: 'Server certificate not verified' }),
    dialogue('mx', ['...', 'C: STARTTLS', 'S: 220 *', '{TLS}', 'C: QUIT', '...']),
  ],
  'no handshake': [
    deferred(to, { dsn: '4.7.5', reason: 'Cannot start TLS: handshake failure' }),
    dialogue('mx', ['...', 'C: STARTTLS', 'S: 220 *', '...']),
  ],
} as const;

export interface Handshake {
  readonly title: string;
  /** Names of parameters of SMTP; LMTP has twins of those that begin with smtp_. */
  readonly shows: readonly string[];
  readonly clauses?: readonly string[];
  readonly origins?: readonly string[];
  readonly server?: TlsOptions;
  readonly config: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** SMTP only; `[mx.example.test]` when absent. */
  readonly nexthop?: string;
  readonly outcome: keyof typeof outcomes;
  readonly expect?: readonly Expectation[];
  /** Postfix says nothing more, not even QUIT, on a connection on which TLS did not come about. */
  readonly endsWithoutQuit?: true;
  readonly virtualOnly?: string;
}

/** With the level in `config` or, when there is none, `encrypt`; `/run/ca.pem` is the authority's certificate. */
export function overSmtp(id: string, handshake: Handshake) {
  return asked(id, handshake, 'smtp');
}

/** The same for both services. */
export function overBoth(id: string, handshake: Handshake) {
  return [asked(id, handshake, 'smtp'), asked(`${id}-lmtp`, handshake, 'lmtp')];
}

function asked(id: string, handshake: Handshake, service: 'smtp' | 'lmtp') {
  const {
    title,
    shows,
    clauses = [],
    origins,
    config,
    files,
    outcome,
    expect = [],
    endsWithoutQuit,
    virtualOnly,
  } = handshake;
  const nameOf = (parameter: string) => parameter.replace(/^smtp_/, `${service}_`);
  const settings = Object.entries({ smtp_tls_security_level: 'encrypt', ...config });
  const nexthop = service === 'lmtp' ? `inet:[${NAME}]` : (handshake.nexthop ?? `[${NAME}]`);
  return scenario(id, {
    title: service === 'lmtp' ? `${title} (LMTP)` : title,
    clauses: [...shows.map((parameter) => `postfix:${nameOf(parameter)}`), ...clauses],
    ...(origins !== undefined && service === 'smtp' && { origins }),
    dns,
    hosts: { mx: mailHost({ protocol: service, tls: handshake.server ?? { credential: good } }) },
    files: { '/run/ca.pem': ca.pem, ...files },
    config: Object.fromEntries(settings.map(([parameter, value]) => [nameOf(parameter), value])),
    send: message({ to, service, nexthop }),
    expect: [...outcomes[outcome], ...expect],
    ...(endsWithoutQuit === true && {
      tolerates: { 'rfc5321-4.1.1.10-01': 'nothing is said after TLS has failed (security reference 7.2)' },
    }),
    ...(virtualOnly !== undefined && { virtualOnly }),
  });
}

/** What the log says that verification failed for. */
export function failedFor(reason: string, kind: '' | 'server ' | 'CA ' = ''): string {
  return `${kind}certificate verification failed for ${PEER}: ${reason}`;
}
