/**
 * Whatever servers do, at every stage: each recipient ends with one outcome, nothing is said that a reply forbids,
 * nothing counts as sent that no server took, and the client comes to an end in time with bounded memory.
 *
 * 2,000 runs; `NEXTHOP_HOSTILE_RUNS=100000 npx vitest run tests/hostility` for more. A failure prints its seed, which
 * `NEXTHOP_HOSTILE_SEED` takes.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveSettings } from '../client/config/settings.ts';
import { messageFromBytes } from '../client/content/message.ts';
import { deliver } from '../client/deliver.ts';
import type { Outcome } from '../client/request.ts';
import { SessionCache } from '../client/session/cache.ts';
import { zone } from '../simulator/dns/zone.ts';
import { createWorld } from '../simulator/world.ts';
import { Rules } from './hostility/rules.ts';
import { type HostileHost, hostileHost, serverPlan } from './hostility/server.ts';

const RUNS = Number(process.env.NEXTHOP_HOSTILE_RUNS ?? 2_000);
const SEED = process.env.NEXTHOP_HOSTILE_SEED;
/** Every stage has the same limit, so that the whole has a limit that can be computed. */
const LIMIT_SECONDS = 10;
/**
 * What a server can get rid of in one connection: 10,000 lines of one reply, or a line of twice its limit, and what
 * the network and the client hold before they stop taking more.
 */
const CONNECTION_LIMIT_BYTES = 1_000_000;
/** The longest reply that has an end. */
const REPLY_LIMIT_BYTES = 15_000;

const delivery = fc.record({
  service: fc.constantFrom('smtp' as const, 'lmtp' as const),
  servers: fc.array(serverPlan, { minLength: 1, maxLength: 3 }),
  recipients: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 1, arbitrary: fc.constant(60) },
  ),
  content: fc.constantFrom(
    'Subject: x\n\nHello.\n',
    'Subject: dots\n\n.\n..\n.x\n\nno newline',
    `Subject: long\n\n${'0123456789'.repeat(300)}\n${'line\n'.repeat(3_000)}`,
  ),
  /** Messages one after another, which may use the connections of those before. */
  messages: fc.integer({ min: 1, max: 3 }),
  probe: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  deadline: fc.boolean(),
  parameters: fc.record(
    {
      soft_bounce: fc.constant('yes'),
      smtp_skip_quit_response: fc.constantFrom('yes', 'no'),
      lmtp_skip_quit_response: fc.constantFrom('yes', 'no'),
      smtp_skip_5xx_greeting: fc.constant('no'),
      smtp_never_send_ehlo: fc.constant('yes'),
      smtp_address_verify_target: fc.constant('data'),
      lmtp_address_verify_target: fc.constant('data'),
      smtp_mx_session_limit: fc.constant('1'),
    },
    { requiredKeys: [] },
  ),
});
type Delivery = typeof delivery extends fc.Arbitrary<infer D> ? D : never;

interface Seen {
  /** Of all messages. */
  readonly outcomes: readonly Outcome[];
  readonly rules: Rules;
  readonly hosts: readonly HostileHost[];
  readonly elapsedMs: number;
}

async function attempt(plan: Delivery): Promise<Seen> {
  const { service } = plan;
  const names = plan.servers.map((_, index) => `mx${index}`);
  const hosts: HostileHost[] = [];
  const world = createWorld({
    dns: zone('example.test', {
      MX: names.map((name, index) => `${index * 10} ${name}`),
      ...Object.fromEntries(names.map((name, index) => [name, `192.0.2.${index + 1}`])),
    }),
    hosts: Object.fromEntries(
      plan.servers.map((server, index) => [
        `mx${index}`,
        hostileHost(server, service, (host) => hosts.push(host)),
      ]),
    ),
  });
  const { platform, resolver, hostname } = world;
  const limits = ['helo', 'xforward', 'mail', 'rcpt', 'data_init', 'data_xfer', 'data_done', 'rset', 'quit'];
  const assigned = new Map<string, string>([
    ...limits.flatMap((stage) => [
      [`smtp_${stage}_timeout`, `${LIMIT_SECONDS}s`] as const,
      [`lmtp_${stage === 'helo' ? 'lhlo' : stage}_timeout`, `${LIMIT_SECONDS}s`] as const,
    ]),
    ['smtp_per_request_deadline', plan.deadline ? 'yes' : 'no'],
    ['lmtp_per_request_deadline', plan.deadline ? 'yes' : 'no'],
    ['smtp_send_xforward_command', 'yes'],
    ['lmtp_send_xforward_command', 'yes'],
    ...Object.entries(plan.parameters),
  ]);
  const rules = new Rules(service, plan.probe);
  const startMs = platform.clock.now();
  let elapsedMs = 0;
  const outcomes = await world.run(async () => {
    const { clock } = platform;
    const settings = resolveSettings(assigned, service, { hostname });
    const cache = new SessionCache(clock);
    const options = { platform, settings, resolver, cache, emit: rules.observe };
    const nexthop =
      service === 'smtp' ? 'example.test' : names.map((name) => `${name}.example.test`).join(', ');
    const all: Outcome[] = [];
    for (let index = 0; index < plan.messages; index += 1) {
      const done = await deliver(
        {
          queueId: `ABCDEF${index}`,
          service,
          nexthop,
          sender: 'sender@client.test',
          recipients: recipientsOf(plan, index).map((address) => ({ address })),
          message: messageFromBytes(Buffer.from(plan.content)),
          arrivedAtMs: clock.now(),
          probe: plan.probe,
          submitter: { name: 'laptop.example.org', address: '203.0.113.9' },
          reuse: { load: true, store: true },
        },
        options,
      );
      all.push(...done.outcomes);
    }
    elapsedMs = clock.now() - startMs;
    for (const { connection } of cache.drain()) connection.destroy();
    return all;
  });
  return { outcomes, rules, hosts, elapsedMs };
}

/** Every message has its own, so that it is known which of them was sent. */
function recipientsOf({ recipients }: Delivery, message: number): string[] {
  return Array.from(
    { length: recipients },
    (_, index) => `${'r'.repeat(60)}${index}.${message}@example.test`,
  );
}

/** The contents as they stand on the wire: CRLF, dots doubled, the line of 3,000 bytes broken. */
const digits = '0123456789'.repeat(300);
const brokenDigits = [0, 998, 1995, 2992].map((start, index, starts) =>
  digits.slice(start, starts[index + 1]),
);

function onTheWire(content: string): string {
  const lines = content.replace(/\n$/, '').split('\n');
  const sent = lines.map((line) => (line.startsWith('.') ? `.${line}` : line));
  return `${sent.join('\r\n').replace(digits, brokenDigits.join('\r\n '))}\r\n.\r\n`;
}

/** Stages that each may take a whole time limit, those of recipients apart. */
const STAGES_OF_A_SESSION = 13;

/**
 * The longest that a client may take which waits `LIMIT_SECONDS` for each thing it awaits. Without deadlines each
 * byte that a server lets fall starts the wait anew.
 */
function longestMs({ servers, messages, recipients, service, deadline }: Delivery, { hosts }: Seen): number {
  const stages = STAGES_OF_A_SESSION + recipients * (service === 'lmtp' ? 2 : 1);
  const trickledMs = deadline ? 0 : hosts.reduce((sum, host) => sum + host.trickledMs, 0);
  return messages * servers.length * stages * LIMIT_SECONDS * 1000 + trickledMs + NETWORK_MS;
}

/** Round trips and name lookups of a whole delivery. */
const NETWORK_MS = 10_000;

test('hostile servers', { timeout: Math.max(60_000, RUNS * 20) }, async () => {
  await fc.assert(
    fc.asyncProperty(delivery, async (plan) => {
      const seen = await attempt(plan);
      const { outcomes, rules, hosts } = seen;
      const asked = Array.from({ length: plan.messages }, (_, index) => recipientsOf(plan, index)).flat();
      expect(outcomes.map(({ recipient }) => recipient.address).toSorted()).toEqual(asked.toSorted());
      expect(rules.broken).toEqual([]);
      expect(seen.elapsedMs).toBeLessThanOrEqual(longestMs(plan, seen));
      if (!plan.probe) believed(plan, seen);
      for (const host of hosts) {
        expect(host.sentBytes).toBeLessThanOrEqual(
          CONNECTION_LIMIT_BYTES * host.connections + REPLY_LIMIT_BYTES * rules.replies,
        );
      }
    }),
    { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) },
  );
});

/** How the content of a transaction ends that was refused before. */
const NOTHING = '.\r\n';

/** Honest servers know what they took: nobody is told of more, and what was taken came whole. */
function believed(plan: Delivery, { outcomes, hosts }: Seen): void {
  if (!hosts.every(({ wellFormed }) => wellFormed)) return;
  const taken = hosts.flatMap((host) => host.taken);
  for (const { recipient, status } of outcomes) {
    if (status !== 'sent') continue;
    const takers = taken.filter(({ recipients, replies }) => {
      const index = recipients.indexOf(recipient.address);
      return index >= 0 && (plan.service === 'lmtp' ? replies[index] : replies[0]) === '2';
    });
    // Twice where an earlier server's reply came too late to be read.
    const whole = takers.filter(({ content }) => content !== NOTHING);
    expect(new Set(whole.map(({ content }) => content))).toEqual(new Set([onTheWire(plan.content)]));
  }
}
