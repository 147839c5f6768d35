/**
 * The language of scenarios. A file in `scenarios/suites/SUITE/` default-exports one scenario, or an array of them
 * when they are a family; in a file of your own it is the same, with `import { ... } from 'nexthop/scenarios'`.
 *
 *     export default scenario('greeting/5xx-tries-next-host', {
 *       title: 'A 554 greeting sends the client to the next mail exchanger',
 *       clauses: ['postfix:smtp_skip_5xx_greeting'],
 *       dns: zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' }),
 *       hosts: { a: mailHost({ greeting: '554 5.3.2 closed' }), b: mailHost() },
 *       send: message({ to: 'user@example.test' }),
 *       expect: [delivered('user@example.test', { via: 'b' }), dialogue('a', ['S: 554 5.3.2 closed', 'C: QUIT'])],
 *     });
 *
 * How to write one:
 * 1. The id is `suite/name`, the suite being the folder. The title says what must happen, as a sentence.
 * 2. `clauses` are what it verifies: ids of requirements.json, `postfix:PARAMETER`, or `postfix:delivery-SECTION`
 *    where no parameter stands for the behaviour. One expectation that verifies something else: `verifies(ids, ...)`.
 * 3. `dns` holds every name there is (`zone(...)`, or an array of zones). A name outside them does not exist; an
 *    address of a zone that no host listens on refuses connections. The sender is client.test.
 * 4. `hosts` are keyed by name, relative to the zones: each listens where DNS says, on the port of its protocol.
 *    `listening({ unix: '/run/lmtp' }, mailHost({ protocol: 'lmtp' }))` places one elsewhere.
 *    Choose `mailHost` (switches by stage), `dialogueHost` (a script, full control), or `stockHost` (a real server).
 *    TLS: `const ca = authority('Example CA')`, then `mailHost({ tls: { credential: ca.issue('a.example.test') } })`; the
 *    client trusts it with `files: { '/run/ca.pem': ca.pem }` and `smtp_tls_CAfile`, or by `tlsa(3, 1, 1, credential)` in
 *    a zone. Dialogues show what is said inside TLS; `{TLS}` or `{TLS sni=a.example.test}` is where it began.
 * 5. `network` says what lies before a host: `{ a: 'silent' }`, `{ a: { latencyMs: 400, segmentBytes: 1 } }`.
 * 6. `config` sets Postfix parameters of the sender, `flags: 'DOR'` those of its service; `files` are what it may read:
 *    texts or bytes by path, `aged('1h', text)` for one that is not new.
 *    `tables: { users: tableServer('tcp', { address, port }, { key: 'value' }) }` are servers that lookup tables ask.
 *    `services: { bounce: 'down' }` takes away what it reports to: bounce, defer, trace, verify, cleanup, flush.
 * 7. `send` is what goes out, one after another: `message({ to, ... })`, or an array of them.
 *    Envelope: `from`, `to` (addresses, or `{ address, original, orcpt, notify }`), `smtputf8`, `requiretls`,
 *    `envid`, `ret`.
 *    Content: `content` is all of it; or `headers`, `body` and `size` of one that is made up; `encoding` is what it
 *    was labelled, `corrupt` damages its end.
 *    Request: `service`, `nexthop`, `age` in the queue, `after` a pause, `probe`, `traceAll`, `traceDelayed`,
 *    `submitter` (for XFORWARD), `reuse` of connections (`load`, `store`, `both`).
 * 8. `expect` must explain everything that happens: an outcome, a connection to a host, a warning in the log or mail to
 *    the postmaster that no expectation mentions fails the scenario, and so does an expectation that nothing fulfils.
 *    Outcomes: delivered deferred bounced passed. At the hosts: dialogue pipelined connections order received,
 *    and of TLS tlsSession noTls.
 *    In DNS: queried notQueried. At table servers: asked. Of the sender itself: logged notLogged |
 *    recorded notRecorded (by the services) | addedToFlush (mail that waits, for ETRN) | notice (to the postmaster) |
 *    setAside notSetAside (what cannot be read) | suspended notSuspended (destinations) | decided (what it does and why;
 *    senders that do not tell are not judged).
 *    How long it takes: elapsed. Anything else: check('title', function).
 *    Status codes, reasons, relays and reply texts of an outcome, dialogues, grouping and whatever is of the sender
 *    itself bind only senders that claim Postfix behaviour; so does anything inside `postfixOnly(...)`.
 *    `verifies(ids, dialogue(...))` binds everyone, where an RFC asks for these very words. Our client is held to a
 *    SHOULD or MAY only if a `postfix:` clause stands beside it.
 *    Order that is random is written as a list: `order([['a', 'b'], 'c'])`.
 * 9. Monitors watch each session besides. Where the configuration asks for what a clause forbids, or Postfix is known
 *    to do so, say it: `tolerates: { 'rfc5321-4.5.3.1.6-01': 'smtp_line_length_limit=0' }`. If nothing needs the
 *    tolerance, the scenario fails.
 * 10. `origins` are the cases of the catalogue that it puts to the test: `nexthop list cases`. `tags` are words of your
 *    own to select it by.
 * 11. Say nothing about the world it runs in. If it makes sense in virtual time only: `virtualOnly: 'waits five days'`.
 */
import type { Zone } from '../simulator/dns/zone.ts';
import type { FileContent } from '../simulator/file-content.ts';
import type { PlacedHost } from '../simulator/places.ts';
import type { TableServerDefinition } from '../simulator/tables/table-server.ts';
import type { Reachability } from '../simulator/virtual/path.ts';
import { type Expectation, ScenarioError } from './checks/expectation.ts';
import { checkFields, describe, isRecord, required, text, textRecord, texts } from './definition.ts';
import { checkMessage, type ScenarioMessage } from './message.ts';
import { checkScenario } from './scenario-checks.ts';
import type { HostNetwork, Scenario } from './scenario-shape.ts';
import type { ScenarioService } from './senders/sender.ts';

export {
  type Authority,
  authority,
  type Certified,
  Credential,
  certificatePem,
  fingerprint,
  publicKeyPem,
  selfSigned,
} from '../simulator/certificates/authority.ts';
export { tlsa } from '../simulator/certificates/tlsa.ts';
export { zone } from '../simulator/dns/zone.ts';
export { aged } from '../simulator/file-content.ts';
export { mailHost } from '../simulator/hosts/declarative.ts';
export { dialogueHost } from '../simulator/hosts/dialogue.ts';
export {
  bytes,
  close,
  expectClose,
  flush,
  halfClose,
  reset,
  silent,
  stall,
  startTls,
  wait,
} from '../simulator/hosts/dialogue-steps.ts';
export { stockHost } from '../simulator/hosts/stock.ts';
export { sequence, until } from '../simulator/hosts/switches.ts';
export { listening } from '../simulator/places.ts';
export { type TableAnswer, tableServer } from '../simulator/tables/table-server.ts';
export { asked } from './checks/asked.ts';
export { check } from './checks/check.ts';
export { connections, order } from './checks/connections.ts';
export { decided } from './checks/decided.ts';
export { dialogue } from './checks/dialogue.ts';
export { elapsed } from './checks/elapsed.ts';
export { type Expectation, postfixOnly, ScenarioError, verifies } from './checks/expectation.ts';
export { addedToFlush } from './checks/flush.ts';
export { logged, notLogged } from './checks/log.ts';
export { notice } from './checks/notices.ts';
export { bounced, deferred, delivered, passed } from './checks/outcome.ts';
export { pipelined } from './checks/pipelined.ts';
export { notQueried, queried } from './checks/queries.ts';
export { received } from './checks/received.ts';
export { notRecorded, recorded } from './checks/records.ts';
export { notSetAside, setAside } from './checks/set-aside.ts';
export { notSuspended, suspended } from './checks/suspension.ts';
export { type ExpectedTls, noTls, tlsSession } from './checks/tls-session.ts';
export { type MessageSpec, message, type RecipientSpec, type ScenarioMessage } from './message.ts';
export type { HostNetwork, Scenario } from './scenario-shape.ts';

export interface ScenarioSpec {
  readonly title: string;
  readonly clauses: readonly string[];
  readonly dns?: Zone | readonly Zone[];
  readonly hosts?: Readonly<Record<string, PlacedHost>>;
  /** By host, name of the DNS, address, or socket path. */
  readonly network?: Readonly<Record<string, Reachability | HostNetwork>>;
  readonly config?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, FileContent>>;
  /** Servers that lookup tables ask: `tableServer(...)` by name. */
  readonly tables?: Readonly<Record<string, TableServerDefinition>>;
  /** Flags of the delivery service, such as `DOR`: what `flags=` of its entry in master.cf says. */
  readonly flags?: string;
  /** Services that keep no records of outcomes, or take no mail (`cleanup`) or no note of it (`flush`): `{ bounce: 'down' }`. */
  readonly services?: Readonly<Partial<Record<ScenarioService, 'down'>>>;
  readonly send: ScenarioMessage | readonly ScenarioMessage[];
  readonly expect: readonly Expectation[];
  /** Why it has no meaning in real time. */
  readonly virtualOnly?: string;
  readonly tags?: readonly string[];
  /** Cases of the catalogue (`nexthop list cases`) that it puts to the test, such as `delivery-55` or `field-GR05`. */
  readonly origins?: readonly string[];
  /** Clauses that monitors may find broken by senders that claim Postfix behaviour, each with the reason. */
  readonly tolerates?: Readonly<Record<string, string>>;
}

const SERVICES = [
  'bounce',
  'defer',
  'trace',
  'verify',
  'cleanup',
  'flush',
] as const satisfies readonly ScenarioService[];

const fields = {
  title: required(text),
  clauses: required(texts),
  dns: { takes: 'zone(...) or an array of them', test: (value: unknown) => asArray(value).every(isZone) },
  hosts: { takes: 'hosts by name, such as { a: mailHost() }', test: isRecord },
  network: { takes: "settings by host, such as { a: 'silent' }", test: isRecord },
  config: textRecord,
  files: { takes: 'contents by path', test: isRecord },
  tables: {
    takes: 'servers by name, such as { users: tableServer(...) }',
    test: (value: unknown) => isRecord(value) && Object.values(value).every(isTableServer),
  },
  flags: {
    takes: "letters out of D, O, R and X, such as 'DOR'",
    test: (value: unknown) => typeof value === 'string' && /^[DORX]+$/.test(value),
  },
  services: {
    takes: "what is down, such as { bounce: 'down' }",
    test: (value: unknown) => isRecord(value) && Object.entries(value).every(isDown),
  },
  send: required({
    takes: 'message(...) or an array of them',
    test: (value) => asArray(value).length > 0 && asArray(value).every(isMessage),
  }),
  expect: required({
    takes: 'an array of expectations, such as [delivered(...)]',
    test: (value) => Array.isArray(value) && value.length > 0 && value.every(isExpectation),
  }),
  virtualOnly: {
    takes: 'the reason, as a string',
    test: (value: unknown) => typeof value === 'string' && value !== '',
  },
  tags: texts,
  origins: texts,
  tolerates: textRecord,
};

/** Defines a scenario. Throws ScenarioError, one line, for every mistake that can be seen without running it. */
export function scenario(id: string, spec: ScenarioSpec): Scenario {
  if (typeof id !== 'string' || !/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9._-]*$/.test(id)) {
    throw new ScenarioError(
      `scenario ${describe(id)}: an id is 'suite/name' in lower case, such as 'dns/null-mx'`,
    );
  }
  const owner = `scenario ${id}`;
  checkFields(owner, spec, fields);
  const defined: Scenario = {
    id,
    suite: id.slice(0, id.indexOf('/')),
    selector: id,
    title: spec.title,
    clauses: spec.clauses,
    zones: asArray(spec.dns),
    hosts: spec.hosts ?? {},
    network: spec.network ?? {},
    config: spec.config ?? {},
    flags: spec.flags ?? '',
    downServices: new Set(SERVICES.filter((service) => spec.services?.[service] === 'down')),
    files: spec.files ?? {},
    tables: spec.tables ?? {},
    messages: asArray(spec.send).map((sent) => checkMessage(owner, sent)),
    expect: spec.expect,
    worlds: spec.virtualOnly === undefined ? ['virtual', 'live'] : ['virtual'],
    virtualOnly: spec.virtualOnly,
    tags: spec.tags ?? [],
    origins: spec.origins ?? [],
    tolerates: spec.tolerates ?? {},
  };
  checkScenario(owner, defined);
  return defined;
}

function isDown([service, state]: [string, unknown]): boolean {
  return SERVICES.some((known) => known === service) && state === 'down';
}

function isZone(value: unknown): boolean {
  return isRecord(value) && typeof value.origin === 'string' && value.names instanceof Map;
}

function isTableServer(value: unknown): boolean {
  return isRecord(value) && isRecord(value.place) && typeof value.start === 'function';
}

function isMessage(value: unknown): boolean {
  return isRecord(value) && isRecord(value.spec) && Array.isArray(value.recipients);
}

function isExpectation(value: unknown): boolean {
  return isRecord(value) && typeof value.look === 'function' && typeof value.title === 'string';
}

/** What `scenario` returns, also when it was loaded by another copy of this module. */
export function isScenario(value: unknown): value is Scenario {
  return (
    isRecord(value) &&
    typeof value.id === 'string' &&
    Array.isArray(value.expect) &&
    Array.isArray(value.messages)
  );
}

function asArray<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return isReadonlyArray(value) ? value : [value];
}

function isReadonlyArray<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
