/** Mail that waits for domains of `fast_flush_domains` is told to flush(8), which sends it when they ask (ETRN). */
import {
  addedToFlush,
  bounced,
  connections,
  deferred,
  delivered,
  logged,
  mailHost,
  message,
  recorded,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = [
  zone('example.test', { MX: '10 mx', mx: '192.0.2.1', sub: { MX: '10 mx' } }),
  zone('other.test', { MX: '10 mx.example.test.' }),
];
const to = 'user@example.test';
const busy = { mx: mailHost({ rcpt: '450 4.2.0 busy' }) };
const clauses = ['postfix:fast_flush_domains'];

interface Domains {
  readonly name: string;
  readonly title: string;
  readonly config: Readonly<Record<string, string>>;
  readonly to?: string;
  readonly adds: readonly string[];
  readonly clauses?: readonly string[];
  readonly log?: readonly string[];
}

const domains: readonly Domains[] = [
  {
    name: 'listed',
    title: 'A delayed recipient of a domain in the list is told of',
    config: { fast_flush_domains: 'other.test, example.test' },
    adds: ['example.test'],
  },
  {
    name: 'not-listed',
    title: 'Nobody is told of a domain that is not in the list',
    config: { fast_flush_domains: 'other.test, !example.test, test' },
    adds: [],
  },
  {
    name: 'as-written',
    title: 'The domain is told as the recipient has it',
    config: { fast_flush_domains: 'example.test' },
    to: 'user@EXAMPLE.test',
    adds: ['EXAMPLE.test'],
  },
  {
    name: 'relay-domains',
    title: 'The list is relay_domains unless it is set',
    config: { relay_domains: 'example.test' },
    adds: ['example.test'],
    clauses: ['postfix:relay_domains'],
  },
  {
    name: 'subdomain',
    title: 'A domain stands for its subdomains',
    config: { fast_flush_domains: 'example.test' },
    to: 'user@sub.example.test',
    adds: ['sub.example.test'],
    clauses: ['postfix:parent_domain_matches_subdomains'],
  },
  {
    name: 'no-subdomain',
    title: 'Without fast_flush_domains among parent_domain_matches_subdomains a domain stands for itself',
    config: { fast_flush_domains: 'example.test', parent_domain_matches_subdomains: 'relay_domains' },
    to: 'user@sub.example.test',
    adds: [],
    clauses: ['postfix:parent_domain_matches_subdomains'],
  },
  {
    name: 'error',
    title: 'A list that cannot be looked at is a warning, and the delay stays one',
    config: { fast_flush_domains: 'fail:x, example.test' },
    adds: [],
    log: [
      'warning: fast_flush_domains: fail:x: table lookup problem',
      'warning: 4C0FFEE000: flush service failure',
    ],
  },
];

export default [
  ...domains.map(({ name, title, config, to: recipient = to, adds, log = [], ...kind }) =>
    scenario(`records/flush-${name}`, {
      title,
      clauses: [...clauses, ...(kind.clauses ?? [])],
      dns,
      hosts: busy,
      config,
      send: message({ to: recipient }),
      expect: [
        connections('mx', 1),
        deferred(recipient, { dsn: '4.2.0' }),
        recorded('defer', { dsn: '4.2.0' }),
        addedToFlush(...adds),
        ...log.map(logged),
      ],
    }),
  ),
  scenario('records/flush-each-recipient', {
    title: 'Each delayed recipient is told of, and no other one',
    clauses,
    dns,
    hosts: {
      mx: mailHost({
        rcpt: {
          'no@example.test': '550 5.1.1 unknown',
          'yes@example.test': '250 ok',
          default: '450 4.2.0 busy',
        },
      }),
    },
    config: { fast_flush_domains: 'static:all' },
    send: message({ to: [to, 'no@example.test', 'yes@example.test', 'later@example.test'] }),
    expect: [
      delivered('yes@example.test', { via: 'mx' }),
      bounced('no@example.test'),
      deferred(to),
      deferred('later@example.test'),
      addedToFlush('example.test', 'example.test'),
    ],
  }),
  scenario('records/flush-soft-bounce', {
    title: 'A failure that soft_bounce makes a delay is not told of',
    clauses: [...clauses, 'postfix:soft_bounce'],
    dns,
    hosts: { mx: mailHost({ rcpt: '550 5.1.1 unknown' }) },
    config: { fast_flush_domains: 'static:all', soft_bounce: 'yes' },
    send: message({ to }),
    expect: [connections('mx', 1), deferred(to, { dsn: '4.1.1' }), addedToFlush()],
  }),
  scenario('records/flush-bounce-service-down', {
    title: 'A failure that waits because it cannot be recorded is told of',
    clauses,
    dns,
    hosts: { mx: mailHost({ rcpt: '550 5.1.1 unknown' }) },
    services: { bounce: 'down' },
    config: { fast_flush_domains: 'static:all' },
    send: message({ to }),
    expect: [connections('mx', 1), deferred(to, { dsn: '4.3.0' }), addedToFlush('example.test')],
  }),
  scenario('records/flush-probe', {
    title: 'Nobody waits for an address probe',
    clauses,
    dns,
    hosts: busy,
    config: { fast_flush_domains: 'static:all' },
    send: message({ to, probe: true }),
    expect: [connections('mx', 1), deferred(to, { dsn: '4.2.0' }), addedToFlush()],
  }),
  scenario('records/flush-service-down', {
    title: 'A flush service that takes no note is a warning, and the delay stays one',
    clauses,
    dns,
    hosts: busy,
    services: { flush: 'down' },
    config: { fast_flush_domains: 'example.test' },
    send: message({ to }),
    expect: [
      connections('mx', 1),
      deferred(to, { dsn: '4.2.0' }),
      recorded('defer', { dsn: '4.2.0' }),
      addedToFlush(),
      logged('warning: 4C0FFEE000: flush service failure'),
    ],
  }),
];
