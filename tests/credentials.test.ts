/**
 * Credentials reach the server and nobody else: whatever they are, whatever the mechanism, and whatever the server does
 * with them - it may even say them back - no event, line of the log, reason, notice or report has them in it, as they
 * are, in base64 or in hex.
 *
 * 150 runs; `NEXTHOP_CREDENTIALS_RUNS=10000 npx vitest run tests/credentials` for more.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveSettings } from '../client/config/settings.ts';
import { messageFromBytes } from '../client/content/message.ts';
import { deliver } from '../client/deliver.ts';
import { mailLogLine } from '../client/outcome/mail-log.ts';
import type { Notice } from '../client/outcome/notices.ts';
import type { StatusRecord } from '../client/outcome/status-services.ts';
import { FailureCache } from '../client/sasl/failure-cache.ts';
import { SessionCache } from '../client/session/cache.ts';
import type { Result } from '../scenarios/results.ts';
import { runScenarios } from '../scenarios/runner.ts';
import {
  check,
  connections,
  mailHost,
  message,
  type Scenario,
  scenario,
  zone,
} from '../scenarios/scenario.ts';
import { nexthopSender } from '../scenarios/senders/nexthop.ts';
import { createWorld } from '../simulator/world.ts';

const RUNS = Number(process.env.NEXTHOP_CREDENTIALS_RUNS ?? 150);

const MECHANISMS = [
  'PLAIN',
  'LOGIN',
  'CRAM-MD5',
  'DIGEST-MD5',
  'SCRAM-SHA-1',
  'SCRAM-SHA-512',
  'OAUTHBEARER',
  'XOAUTH2',
  'ANONYMOUS',
];

/** Long enough to be told from chance. */
const password = fc
  .oneof(
    fc.string({ unit: 'grapheme-ascii', minLength: 9, maxLength: 60 }),
    fc.string({ unit: 'grapheme', minLength: 9, maxLength: 30 }),
    fc.string({
      unit: fc.constantFrom('a', '=', ',', '"', '\\', '<', '?', '%', '$', '+', '/'),
      minLength: 9,
    }),
    fc.string({ unit: 'grapheme-ascii', minLength: 300, maxLength: 700 }),
  )
  .filter(
    (text) => text === text.trim() && !/[\p{Cc}\p{Zl}\p{Zp}\u0085]/u.test(text) && new Set(text).size > 3,
  );

/** How a server says back what it was told; `whole` is the response of PLAIN. */
const echoes: Readonly<Record<string, (secret: string) => string>> = {
  nothing: () => 'no',
  clear: (secret) => secret,
  within: (secret) => `<${secret}>`,
  base64: (secret) => Buffer.from(secret).toString('base64'),
  whole: (secret) => Buffer.from(`\0user\0${secret}`).toString('base64'),
  shifted: (secret) => Buffer.from(`x${secret}yz`).toString('base64'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  upperHex: (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
};

const plan = fc.record({
  password,
  mechanism: fc.constantFrom(...MECHANISMS),
  echo: fc.constantFrom(...Object.keys(echoes)),
  behaviour: fc.constantFrom(
    'accept',
    'refuse',
    'close',
    'silence',
    'endless',
    'oneMore',
    'badBase64',
    'mailRefused',
    'challenge',
    'malformed',
  ),
  service: fc.constantFrom('smtp' as const, 'lmtp' as const),
  filtered: fc.boolean(),
});
type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never;

function hostOf({ password: secret, mechanism, echo, behaviour, service }: Plan) {
  const said = (echoes[echo] ?? String)(secret);
  const auth = {
    refuse: `535-5.7.8 you said\n535 5.7.8 ${said}`,
    close: { reply: `334 ${said}`, then: 'close' } as const,
    silence: { then: 'silent' } as const,
    challenge: [`334 ${Buffer.from(said).toString('base64')}`, `535 5.7.8 ${said}`],
    malformed: `you said ${said}\n535 no`,
  };
  const lie =
    behaviour === 'endless' || behaviour === 'oneMore' || behaviour === 'badBase64' ? behaviour : undefined;
  const answer = Object.hasOwn(auth, behaviour) ? auth[behaviour as keyof typeof auth] : undefined;
  return mailHost({
    protocol: service,
    extensions: ['PIPELINING'],
    sasl: { mechanisms: [mechanism], users: { user: secret }, ...(lie && { lie }) },
    ...(answer !== undefined && { auth: answer }),
    ...(behaviour === 'mailRefused' && { mail: `550 5.1.0 ${said}` }),
  });
}

const configOf = ({ service, filtered }: Plan): Record<string, string> => ({
  [`${service}_sasl_auth_enable`]: 'yes',
  [`${service}_sasl_password_maps`]: 'texthash:/etc/passwords',
  [`${service}_sasl_security_options`]: '',
  [`${service}_sasl_auth_cache_name`]: 'proxy:btree:/run/refused',
  smtp_helo_timeout: '5s',
  lmtp_lhlo_timeout: '5s',
  debug_peer_list: 'example.test, mx.example.test',
  notify_classes: 'protocol, data, resource, software',
  ...(filtered && { [`${service}_reply_filter`]: 'pcre:/etc/filter' }),
});
const filesOf = ({ password: secret }: Plan) => ({
  '/etc/passwords': `mx.example.test user:${secret}\n`,
  '/etc/filter': '/^(5.*)$/ $1 (filtered)\n',
});

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';

/** Everything that anybody gets to know of two deliveries, one after another. */
async function toldOf(given: Plan): Promise<unknown> {
  const { service } = given;
  const world = createWorld({ dns, hosts: { mx: hostOf(given) }, files: filesOf(given) });
  const settings = resolveSettings(new Map(Object.entries(configOf(given))), service, {
    hostname: 'client.test',
  });
  const told: unknown[] = [];
  const records: StatusRecord[] = [];
  const notices: Notice[] = [];
  const shared = { cache: new SessionCache(world.platform.clock), refusedCredentials: new FailureCache() };
  await world.run(async () => {
    for (let count = 1; count <= 2; count += 1) {
      const nowMs = world.platform.clock.now();
      const result = await deliver(
        {
          service,
          nexthop: service === 'lmtp' ? 'inet:mx.example.test' : 'example.test',
          sender: 'sender@client.test',
          recipients: [{ address: to }],
          message: messageFromBytes(Buffer.from('Subject: x\n\nHello.\n')),
          queueId: `4C0FFEE00${count}`,
          arrivedAtMs: nowMs,
          activeAtMs: nowMs,
          reuse: { load: true, store: true },
        },
        {
          ...world,
          ...shared,
          settings,
          services: {
            async append(_, record) {
              records.push(record);
            },
          },
          postNotice: async (notice) => {
            notices.push(notice);
          },
        },
      );
      told.push(result.outcomes);
    }
  });
  const log = world.events.map((event) => mailLogLine(event, settings));
  return { told, records, notices, events: world.events, log };
}

/** As JSON would have it, without the quoting. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('latin1')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => [name, ...textsIn(item)]);
}

/** Base64 at each of its three alignments, less what shares a character with its surroundings. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const aligned = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice([0, 2, 3][before], Math.floor(((before + bytes.length) * 4) / 3)),
  );
  return [secret, ...aligned, bytes.toString('hex'), bytes.toString('hex').toUpperCase()];
}

function findIn(value: unknown, secret: string): string[] {
  const forms = formsOf(secret);
  return textsIn(value).filter((text) => forms.some((form) => text.includes(form)));
}

test('in what the client tells while it works', { timeout: 120_000 }, async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(plan, async (given) => {
      const told = await toldOf(given);
      expect(findIn(told, given.password)).toEqual([]);
      if (textsIn(told).some((text) => text.includes('<hidden>'))) seen.add(given.mechanism);
    }),
    { numRuns: RUNS },
  );
  // It has been looked for where it could have been.
  if (RUNS >= 150) expect([...seen].sort()).toEqual([...MECHANISMS].sort());
});

function scenarioOf(given: Plan, index: number): Scenario {
  const { service } = given;
  return scenario(`credentials/case-${index}`, {
    title: 'A server that is told credentials',
    clauses: ['postfix:smtp_sasl_auth_enable'],
    dns,
    hosts: { mx: hostOf(given) },
    config: { ...configOf(given), [`${service}_sasl_password_maps`]: 'texthash:/etc/passwords' },
    files: filesOf(given),
    send: message({ to, ...(service === 'lmtp' && { service, nexthop: 'inet:mx.example.test' }) }),
    // Nothing of it holds, so that all that was seen is told as evidence.
    expect: [connections('mx', 7), check('something', () => 'nothing')],
  });
}

test('in reports', { timeout: 120_000 }, async () => {
  // A report knows what is said in its sessions: of proofs nobody can tell the password.
  const plans = fc
    .sample(plan, { numRuns: 200, seed: 1 })
    .filter(({ mechanism, behaviour, password: secret }) => {
      const isTold = mechanism !== 'LOGIN' || behaviour === 'accept' || behaviour === 'mailRefused';
      return TELLING.has(mechanism) && isTold && secret.length < 200;
    });
  const results: Result[] = [];
  for (const [index, given] of plans.entries()) {
    const run = runScenarios([scenarioOf(given, index)], { senders: [nexthopSender('0')], seed: 1 });
    for await (const result of run.results) {
      expect(findIn(result, given.password)).toEqual([]);
      results.push(result);
    }
  }
  expect(results.some((result) => textsIn(result).includes('AUTH PLAIN <hidden>'))).toBe(true);
});

const TELLING: ReadonlySet<string> = new Set(['PLAIN', 'LOGIN', 'OAUTHBEARER', 'XOAUTH2']);

/** Tables of credentials that are written wrongly, each with a secret in the wrong place. */
const SECRET = 'hunter22hunter';
test.each([
  `inline:{ mx.example.test=user:${SECRET}, broken }`,
  `inline:{ {mx.example.test user:${SECRET}} }`,
  `inline:mx.example.test=user:${SECRET}`,
  `inline:{ =user:${SECRET} }`,
  `user:${SECRET}`,
  `${SECRET}`,
  `static:user:${SECRET}, fail:x`,
  `unionmap:{static:user:${SECRET},nothing:x}`,
  `pipemap:{inline:{mx.example.test=${SECRET}},fail:x}`,
  `debug:inline:{mx.example.test=user:${SECRET}}`,
  'texthash:/etc/broken',
  'regexp:/etc/broken',
  'cidr:/etc/broken',
])('in what is told of %s', async (maps) => {
  const told: unknown[] = [];
  for (const fatal of ['yes', 'no']) {
    const world = createWorld({
      dns,
      hosts: { mx: mailHost({ sasl: { mechanisms: ['PLAIN'], users: { user: SECRET } } }) },
      files: {
        '/etc/broken': `"mx.example.test user:${SECRET}\n${SECRET}\n/mx/ user:${SECRET}$9\nmx user:${SECRET}\nmx user:${SECRET}2\n`,
      },
    });
    const settings = resolveSettings(
      new Map([
        ['smtp_sasl_auth_enable', 'yes'],
        ['smtp_sasl_password_maps', maps],
        ['smtp_sasl_security_options', ''],
        ['daemon_table_open_error_is_fatal', fatal],
      ]),
      'smtp',
      { hostname: 'client.test' },
    );
    const nowMs = world.platform.clock.now();
    const request = {
      service: 'smtp' as const,
      nexthop: 'example.test',
      sender: 'sender@client.test',
      recipients: [{ address: to }],
      message: messageFromBytes(Buffer.from('Subject: x\n\nHello.\n')),
      queueId: '4C0FFEE000',
      arrivedAtMs: nowMs,
      activeAtMs: nowMs,
    };
    told.push(await world.run(() => deliver(request, { ...world, settings })), world.events, world.log);
  }
  expect(findIn(told, SECRET)).toEqual([]);
});
