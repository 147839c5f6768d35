/** Messages to many: how many recipients are delivered to together, and how many deliveries run at the same time. */
import {
  check,
  connections,
  delivered,
  mailHost,
  message,
  received,
  type Scenario,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const five = Array.from({ length: 5 }, (_, index) => `user${index}@example.test`);
const allDelivered = five.map((to) => delivered(to, { via: 'a' }));
/** Over a slow line, so that deliveries that can overlap do. */
const slow = { a: { latencyMs: 1_000 } };
const virtualOnly = 'with Postfix it is its queue manager that decides';

/** What is sent to each of the connections, as the number of their recipients. */
const recipientsOfEach = (counts: readonly number[]) =>
  check(`recipients of each transaction: ${counts.join(', ')}`, ({ deliveries }) => {
    const seen = deliveries.map(({ recipients }) => recipients.length);
    return String(seen.sort()) === String(counts.toSorted()) ? undefined : `seen: ${seen.join(', ')}`;
  });

const atTheSameTime = (count: number) =>
  check(`${count} sessions at the same time`, ({ sessions }) => {
    const most = Math.max(
      ...sessions.map(
        ({ openedAtMs: atMs }) =>
          sessions.filter(
            ({ openedAtMs, entries }) => openedAtMs <= atMs && (entries.at(-1)?.atMs ?? openedAtMs) > atMs,
          ).length,
      ),
    );
    return most === count ? undefined : `${most}`;
  });

interface Batches {
  readonly title: string;
  readonly clauses: readonly string[];
  readonly config: Readonly<Record<string, string>>;
  readonly counts: readonly number[];
  /** How many sessions there are at the same time, over a slow line. */
  readonly most?: number;
}

const batches = (name: string, { title, clauses, config, counts, most }: Batches): Scenario =>
  scenario(`requests/${name}`, {
    title,
    clauses: clauses.map((parameter) => `postfix:${parameter}`),
    dns,
    hosts: { a: mailHost() },
    ...(most !== undefined && { network: slow, virtualOnly }),
    config,
    send: message({ to: five }),
    expect: [
      ...allDelivered,
      connections('a', counts.length),
      received('a', { count: counts.length, unchanged: true }),
      recipientsOfEach(counts),
      ...(most === undefined ? [] : [atTheSameTime(most)]),
    ],
  });

export default [
  batches('recipient-limit', {
    title: 'Two recipients at a time: five become three transactions',
    clauses: ['smtp_destination_recipient_limit'],
    config: { smtp_destination_recipient_limit: '2' },
    counts: [2, 2, 1],
  }),
  batches('recipient-limit-of-all-transports', {
    title: 'The limit of all transports counts where the transport has none of its own',
    clauses: ['default_destination_recipient_limit'],
    config: { default_destination_recipient_limit: '3' },
    counts: [3, 2],
  }),
  batches('recipient-limit-none', {
    title: 'Without a limit of its own, whatever that of all transports is, all recipients go together',
    clauses: ['smtp_destination_recipient_limit', 'default_destination_recipient_limit'],
    config: { smtp_destination_recipient_limit: '0', default_destination_recipient_limit: '1' },
    counts: [5],
  }),
  scenario('requests/recipient-limit-lmtp', {
    title: 'The lmtp service has a limit of its own',
    clauses: ['postfix:lmtp_destination_recipient_limit'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp' }) },
    config: { lmtp_destination_recipient_limit: '4', smtp_destination_recipient_limit: '1' },
    send: message({ to: five, service: 'lmtp', nexthop: 'inet:a.example.test' }),
    expect: [...allDelivered, connections('a', 2), recipientsOfEach([4, 1])],
  }),
  scenario('requests/concurrency-limit-lmtp', {
    title: 'The lmtp service has a limit of deliveries at the same time that is its own',
    clauses: ['postfix:lmtp_destination_concurrency_limit'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp' }) },
    network: slow,
    config: {
      lmtp_destination_recipient_limit: '2',
      lmtp_destination_concurrency_limit: '2',
      smtp_destination_concurrency_limit: '1',
    },
    send: message({ to: five, service: 'lmtp', nexthop: 'inet:a.example.test' }),
    expect: [...allDelivered, connections('a', 3), recipientsOfEach([2, 2, 1]), atTheSameTime(2)],
    virtualOnly,
  }),
  batches('concurrency-limit', {
    title: 'Two deliveries to one destination at the same time, the third waits for one of them',
    clauses: ['smtp_destination_concurrency_limit'],
    config: { smtp_destination_recipient_limit: '2', smtp_destination_concurrency_limit: '2' },
    counts: [2, 2, 1],
    most: 2,
  }),
  batches('concurrency-limit-of-all-transports', {
    title: 'One delivery at a time is the limit of all transports, and this one has no other',
    clauses: ['default_destination_concurrency_limit'],
    config: { smtp_destination_recipient_limit: '2', default_destination_concurrency_limit: '1' },
    counts: [2, 2, 1],
    most: 1,
  }),
  batches('concurrency-limit-none', {
    title: 'Zero is no limit to deliveries at the same time',
    clauses: ['smtp_destination_concurrency_limit'],
    config: { smtp_destination_recipient_limit: '2', smtp_destination_concurrency_limit: '0' },
    counts: [2, 2, 1],
    most: 3,
  }),
  batches('concurrency-limit-each-recipient', {
    title: 'With one recipient at a time the limit is about deliveries to that recipient',
    clauses: ['smtp_destination_concurrency_limit', 'smtp_destination_recipient_limit'],
    config: { smtp_destination_recipient_limit: '1', smtp_destination_concurrency_limit: '1' },
    counts: [1, 1, 1, 1, 1],
    most: 5,
  }),
];
