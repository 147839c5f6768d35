/** Which of many addresses are tried, and in which order: chance, families, balance, limits. */
import type { Attempt, Evidence } from '../../evidence.ts';
import {
  check,
  connections,
  deferred,
  delivered,
  type Expectation,
  mailHost,
  message,
  postfixOnly,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const v4 = (count: number) => Array.from({ length: count }, (_, index) => `192.0.2.${index + 1}`);
const v6 = (count: number) => Array.from({ length: count }, (_, index) => `2001:db8::${index + 1}`);
const isV6 = (address: string) => address.includes(':');

/** Every address that was tried, in order: those that refused stand in the log, whatever the world. */
function tried({ log, attempts }: Evidence): readonly string[] {
  const refused = log.flatMap(
    ({ text }) => /^connect to \S+\[(.+)\]:25: Connection refused$/.exec(text)?.[1] ?? [],
  );
  return [...refused, ...attempts.filter(({ accepted }) => accepted).map(({ address }) => address)];
}

/** So many attempts to each family; nobody listens, so every address that is to be tried shows. */
function triedByFamily(wanted: { readonly v4: number; readonly v6: number }): Expectation {
  return postfixOnly(
    check(`tries ${wanted.v4} IPv4 and ${wanted.v6} IPv6 addresses`, (evidence) => {
      const addresses = tried(evidence);
      const seen6 = addresses.filter(isV6).length;
      const seen4 = addresses.length - seen6;
      return seen4 === wanted.v4 && seen6 === wanted.v6 ? undefined : `tried ${seen4} IPv4 and ${seen6} IPv6`;
    }),
  );
}

function triedInOrder(addresses: readonly string[]): Expectation {
  return postfixOnly(
    check(`tries ${addresses.join(', ')}`, (evidence) => {
      const seen = tried(evidence).join(', ');
      return seen === addresses.join(', ') ? undefined : `tried ${seen}`;
    }),
  );
}

/** What is random otherwise is the same for every sender. */
const inOrder = { smtp_randomize_addresses: 'no' };
const MESSAGES = 45;
const manyMessages = Array.from({ length: MESSAGES }, () => message({ to }));
const manyDeliveries = manyMessages.map(() => delivered(to));

/** Each of the names is what messages are tried with first, equally often; four and a half standard deviations are allowed. */
function evenly(names: readonly string[], nameOf: (attempt: Attempt) => string | undefined): Expectation {
  const mean = MESSAGES / names.length;
  const slack = 4.5 * Math.sqrt(mean * (1 - 1 / names.length));
  return check(`comes first about ${mean} times each: ${names.join(', ')}`, ({ attempts }, ledger) => {
    for (const { host } of attempts) if (host !== undefined) ledger.hosts.add(host);
    const counts = names.map((name) => attempts.filter((attempt) => nameOf(attempt) === name).length);
    const odd = counts.some((count) => Math.abs(count - mean) > slack);
    return attempts.length === MESSAGES && !odd ? undefined : `${counts.join(', ')} of ${attempts.length}`;
  });
}

const byHost = ({ host }: Attempt) => host;
const byAddress = ({ address }: Attempt) => address;

const balanceCases = [
  { name: 'many-of-both', origins: ['delivery-65'], counts: [6, 6], first: 'ipv4', wanted: { v4: 3, v6: 2 } },
  {
    name: 'many-of-both-ipv6-first',
    origins: ['delivery-65'],
    counts: [6, 6],
    first: 'ipv6',
    wanted: { v4: 2, v6: 3 },
  },
  { name: 'few-ipv4', origins: [], counts: [1, 9], first: 'ipv6', wanted: { v4: 1, v6: 4 } },
  {
    name: 'few-ipv4-first',
    origins: ['delivery-66'],
    counts: [2, 9],
    first: 'ipv4',
    wanted: { v4: 2, v6: 3 },
  },
  { name: 'few-ipv6', origins: [], counts: [9, 1], first: 'ipv4', wanted: { v4: 4, v6: 1 } },
] as const;

export default [
  scenario('dns/equal-preference-at-random', {
    title: 'Exchangers of equal preference come first equally often',
    clauses: ['rfc5321-5.1-16', 'rfc1123-5.3.4-01', 'postfix:smtp_randomize_addresses'],
    dns: zone('example.test', {
      MX: ['10 a', '10 b', '10 c', '10 d'],
      a: '192.0.2.1',
      b: '192.0.2.2',
      c: '192.0.2.3',
      d: '192.0.2.4',
    }),
    hosts: { a: mailHost(), b: mailHost(), c: mailHost(), d: mailHost() },
    send: manyMessages,
    origins: ['delivery-62', 'field-DN24'],
    expect: [...manyDeliveries, evenly(['a', 'b', 'c', 'd'], byHost)],
  }),
  scenario('dns/chance-is-per-address', {
    title: 'Chance chooses among addresses: a host with two of them comes first twice as often',
    clauses: ['postfix:smtp_randomize_addresses', 'postfix:delivery-3.6'],
    dns: zone('example.test', { MX: ['10 a', '10 b'], a: v4(2), b: '192.0.2.3' }),
    hosts: { a: mailHost(), b: mailHost() },
    send: manyMessages,
    origins: ['delivery-62'],
    expect: [...manyDeliveries, evenly(v4(3), byAddress)],
  }),
  scenario('dns/no-chance', {
    title: 'Without smtp_randomize_addresses the order of the name server is kept within a preference',
    clauses: ['postfix:smtp_randomize_addresses', 'rfc5321-5.1-17'],
    dns: zone('example.test', {
      MX: ['20 c', '10 b', '10 a'],
      a: '192.0.2.1',
      b: ['192.0.2.5', '192.0.2.3', '192.0.2.4'],
      c: '192.0.2.6',
    }),
    hosts: { c: mailHost() },
    config: { smtp_randomize_addresses: 'no' },
    send: message({ to }),
    origins: ['delivery-63'],
    expect: [
      delivered(to, { via: 'c' }),
      triedInOrder(['192.0.2.5', '192.0.2.3', '192.0.2.4', '192.0.2.1', '192.0.2.6']),
    ],
  }),
  scenario('dns/prefer-ipv6', {
    title:
      'With smtp_address_preference=ipv6, IPv6 comes first inside a preference, but never before a better one',
    clauses: ['rfc3974-3-03', 'rfc5321-5.1-15', 'postfix:smtp_address_preference'],
    dns: zone('example.test', {
      MX: ['10 a', '20 b', '20 c'],
      a: '192.0.2.1',
      b: ['192.0.2.2', '2001:db8::2'],
      c: ['192.0.2.3', '2001:db8::3'],
    }),
    config: { ...inOrder, smtp_address_preference: 'ipv6' },
    send: message({ to }),
    origins: ['delivery-64'],
    expect: [
      deferred(to, { dsn: '4.4.1' }),
      triedInOrder(['192.0.2.1', '2001:db8::2', '2001:db8::3', '192.0.2.2', '192.0.2.3']),
    ],
  }),
  scenario('dns/prefer-ipv4', {
    title:
      'With smtp_address_preference=ipv4, IPv4 comes first inside a preference, but never before a better one',
    clauses: ['rfc5321-5.1-15', 'postfix:smtp_address_preference'],
    dns: zone('example.test', {
      MX: ['10 a', '20 b'],
      a: '2001:db8::1',
      b: ['2001:db8::2', '192.0.2.2'],
    }),
    config: { ...inOrder, smtp_address_preference: 'ipv4' },
    send: message({ to }),
    expect: [deferred(to, { dsn: '4.4.1' }), triedInOrder(['2001:db8::1', '192.0.2.2', '2001:db8::2'])],
  }),
  scenario('dns/no-family-preference', {
    title: 'With smtp_address_preference=any, both families come first equally often',
    clauses: ['postfix:smtp_address_preference', 'rfc5321-5.2-02'],
    dns: zone('example.test', { MX: '10 a', a: ['192.0.2.1', '2001:db8::1'] }),
    hosts: { a: mailHost() },
    config: { smtp_address_preference: 'any' },
    send: manyMessages,
    expect: [...manyDeliveries, evenly(['192.0.2.1', '2001:db8::1'], byAddress)],
  }),
  scenario('dns/chance-within-a-family', {
    title: 'With a preferred family, chance chooses among its addresses only',
    clauses: ['rfc3974-3-04', 'postfix:smtp_address_preference'],
    dns: zone('example.test', { MX: '10 a', a: ['192.0.2.1', '192.0.2.2', ...v6(2)] }),
    hosts: { a: mailHost() },
    config: { smtp_address_preference: 'ipv6' },
    send: manyMessages,
    expect: [...manyDeliveries, evenly(v6(2), byAddress)],
  }),
  ...balanceCases.map(({ name, origins, counts: [count4, count6], first, wanted }) =>
    scenario(`dns/balance-${name}`, {
      title: `Of ${count4} IPv4 and ${count6} IPv6 addresses with ${first} first, ${wanted.v4} and ${wanted.v6} are tried`,
      clauses: ['postfix:smtp_balance_inet_protocols', 'postfix:delivery-3.8'],
      dns: zone('example.test', { MX: '10 a', a: [...v4(count4), ...v6(count6)] }),
      config: { ...inOrder, smtp_address_preference: first, smtp_mx_address_limit: '5' },
      send: message({ to }),
      origins,
      expect: [deferred(to, { dsn: '4.4.1' }), triedByFamily(wanted)],
    }),
  ),
  scenario('dns/no-balance', {
    title: 'Without smtp_balance_inet_protocols the preferred family uses up the limit',
    clauses: ['postfix:smtp_balance_inet_protocols', 'postfix:smtp_mx_address_limit'],
    dns: zone('example.test', { MX: '10 a', a: [...v4(6), ...v6(6)] }),
    config: { ...inOrder, smtp_address_preference: 'ipv6', smtp_balance_inet_protocols: 'no' },
    send: message({ to }),
    expect: [deferred(to, { dsn: '4.4.1' }), triedByFamily({ v4: 0, v6: 5 })],
  }),
  scenario('dns/address-limit', {
    title: 'No more addresses are tried than smtp_mx_address_limit says',
    clauses: ['postfix:smtp_mx_address_limit', 'rfc5321-5.1-13', 'rfc5321-5.1-14'],
    dns: zone('example.test', { MX: ['10 a', '20 b'], a: v4(7), b: '192.0.2.9' }),
    hosts: { b: mailHost() },
    config: inOrder,
    send: message({ to }),
    origins: ['delivery-67'],
    expect: [deferred(to, { dsn: '4.4.1' }), triedByFamily({ v4: 5, v6: 0 }), connections('b', 0)],
  }),
  scenario('dns/no-address-limit', {
    title: 'With smtp_mx_address_limit=0 all addresses are tried',
    clauses: ['postfix:smtp_mx_address_limit', 'rfc5321-5.1-12'],
    dns: zone('example.test', { MX: ['10 a', '20 b'], a: v4(7), b: '192.0.2.9' }),
    hosts: { b: mailHost() },
    config: { ...inOrder, smtp_mx_address_limit: '0' },
    send: message({ to }),
    origins: ['delivery-68'],
    expect: [delivered(to, { via: 'b' }), triedByFamily({ v4: 8, v6: 0 })],
  }),
];
