/** Names that do not exist and name servers that fail, with and without ignore_mx_lookup_error. */

import type { Fault } from '../../../simulator/dns/zone.ts';
import {
  bounced,
  check,
  connections,
  deferred,
  delivered,
  elapsed,
  listening,
  logged,
  mailHost,
  message,
  notQueried,
  queried,
  scenario,
  suspended,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const failed = (name: string, type: string, detail: string): string =>
  `Host or domain name not found. Name service error for name=${name} type=${type}: ${detail}`;
const manyAddresses = Array.from({ length: 150 }, (_, index) => `192.0.2.${index + 60}`);
const noExchanger = logged('no MX host for example.test has a valid address record');

interface FaultCase {
  readonly fault: Fault;
  readonly name: string;
  readonly what: string;
  readonly status: 'deferred' | 'bounced';
  readonly dsn: string;
  readonly reason: string;
  /** Cases in which the mail waits, and in which the error is ignored. */
  readonly origins?: { readonly defers: readonly string[]; readonly ignored: readonly string[] };
}

const again = failed('example.test', 'MX', 'Host not found, try again');
const faultCases: readonly FaultCase[] = [
  {
    fault: 'SERVFAIL',
    name: 'servfail',
    origins: { defers: ['delivery-38', 'field-DN06'], ignored: ['delivery-39'] },
    what: 'a server failure',
    status: 'deferred',
    dsn: '4.4.3',
    reason: again,
  },
  {
    fault: 'REFUSED',
    name: 'refused',
    origins: { defers: ['delivery-40'], ignored: [] },
    what: 'a refusal of the name server',
    status: 'deferred',
    dsn: '4.4.3',
    reason: again,
  },
  {
    fault: 'NOTIMP',
    name: 'notimp',
    what: 'a name server that does not implement the query',
    status: 'deferred',
    dsn: '4.4.3',
    reason: again,
  },
  {
    fault: 'noAnswer',
    name: 'no-answer',
    origins: { defers: ['field-DN07'], ignored: [] },
    what: 'a name server that never answers',
    status: 'deferred',
    dsn: '4.4.3',
    reason: again,
  },
  {
    fault: 'malformed',
    name: 'malformed-answer',
    what: 'an answer that is cut off',
    status: 'deferred',
    dsn: '4.4.3',
    reason: 'Name service error for name=example.test type=MX: Malformed or unexpected name server reply',
  },
];

/** The fault hits the MX query only: the address of the domain would be there. */
const domainWithFault = (fault: Fault) =>
  zone('example.test', { '@': { A: '192.0.2.9', fault: { MX: fault } } });

const mxFaults = faultCases.flatMap(
  ({ fault, name, what, dsn, reason, origins = { defers: [], ignored: [] } }) => [
    scenario(`dns/mx-${name}-defers`, {
      title: `After ${what} on the MX query the mail waits, and the domain's own address is not tried`,
      clauses: ['rfc5321-5.1-06', 'rfc974-all-05', 'rfc1123-5.3.4-02', 'postfix:delivery-3.3'],
      dns: domainWithFault(fault),
      hosts: { 'example.test': mailHost() },
      send: message({ to }),
      origins: origins.defers,
      expect: [
        deferred(to, { dsn, reason, relay: 'none' }),
        suspended(reason),
        connections('example.test', 0),
        notQueried('example.test', 'A'),
        notQueried('example.test', 'AAAA'),
      ],
    }),
    scenario(`dns/mx-${name}-ignored`, {
      title: `With ignore_mx_lookup_error, ${what} on the MX query leads to the domain's own address`,
      clauses: ['postfix:ignore_mx_lookup_error'],
      dns: domainWithFault(fault),
      hosts: { 'example.test': mailHost() },
      config: { ignore_mx_lookup_error: 'yes' },
      send: message({ to }),
      origins: origins.ignored,
      expect: [delivered(to, { via: 'example.test' }), queried('example.test', 'A', 1)],
    }),
  ],
);

export default [
  ...mxFaults,
  scenario('dns/mx-formerr-bounces', {
    title: 'A name server that calls the query malformed is a lasting failure',
    clauses: ['postfix:delivery-3.3'],
    dns: domainWithFault('FORMERR'),
    hosts: { 'example.test': mailHost() },
    send: message({ to }),
    expect: [
      bounced(to, { dsn: '5.4.3', reason: failed('example.test', 'MX', 'Non-recoverable error') }),
      connections('example.test', 0),
    ],
  }),
  scenario('dns/mx-formerr-ignored', {
    title: 'With ignore_mx_lookup_error, a name server that calls the MX query malformed is got round',
    clauses: ['postfix:ignore_mx_lookup_error'],
    dns: domainWithFault('FORMERR'),
    hosts: { 'example.test': mailHost() },
    config: { ignore_mx_lookup_error: 'yes' },
    send: message({ to }),
    expect: [delivered(to, { via: 'example.test' })],
  }),
  scenario('dns/nxdomain', {
    title: 'A domain that does not exist is reported as an error at once, in the words of the address lookup',
    clauses: ['rfc5321-5.1-05', 'postfix:delivery-3.3'],
    dns: zone('example.test', {}),
    send: message({ to: 'user@gone.test' }),
    origins: ['delivery-36', 'field-DN05'],
    expect: [
      bounced('user@gone.test', {
        dsn: '5.4.4',
        relay: 'none',
        reason: failed('gone.test', 'AAAA', 'Host not found'),
      }),
      queried('gone.test', 'MX', 1),
      queried('gone.test', 'A', 1),
      queried('gone.test', 'AAAA', 1),
      elapsed({ atMost: '1s' }),
    ],
  }),
  scenario('dns/nxdomain-ipv4-only', {
    title: 'Without IPv6 the error is that of the A lookup, and no AAAA record is asked for',
    clauses: ['rfc5321-5.1-05', 'postfix:inet_protocols'],
    dns: zone('example.test', {}),
    config: { inet_protocols: 'ipv4' },
    send: message({ to: 'user@gone.test' }),
    expect: [
      bounced('user@gone.test', { dsn: '5.4.4', reason: failed('gone.test', 'A', 'Host not found') }),
      notQueried('gone.test', 'AAAA'),
    ],
  }),
  scenario('dns/neither-mx-nor-address', {
    title: 'A domain that exists with neither MX nor address records cannot take mail',
    clauses: ['rfc5321-5.1-08', 'postfix:delivery-3.4'],
    dns: zone('example.test', { TXT: 'v=spf1 -all' }),
    send: message({ to }),
    origins: ['delivery-37', 'field-DN26'],
    expect: [
      bounced(to, {
        dsn: '5.4.4',
        reason: failed('example.test', 'AAAA', 'Host found but no data record of requested type'),
      }),
    ],
  }),
  scenario('dns/all-exchangers-nxdomain', {
    title: 'When no exchanger has an address, the mail is returned',
    clauses: ['rfc5321-5.1-08', 'rfc5321-5.1-10', 'postfix:delivery-3.6'],
    dns: zone('example.test', { MX: ['10 gone', '20 away'] }),
    send: message({ to }),
    origins: ['delivery-50'],
    expect: [
      bounced(to, { dsn: '5.4.4', reason: failed('away.example.test', 'AAAA', 'Host not found') }),
      noExchanger,
    ],
  }),
  scenario('dns/all-exchangers-nxdomain-deferred', {
    title: 'With smtp_defer_if_no_mx_address_found, mail for exchangers without address waits',
    clauses: ['postfix:smtp_defer_if_no_mx_address_found'],
    dns: zone('example.test', { MX: '10 gone' }),
    config: { smtp_defer_if_no_mx_address_found: 'yes' },
    send: message({ to }),
    origins: ['delivery-51'],
    expect: [
      deferred(to, { dsn: '4.4.4', reason: failed('gone.example.test', 'AAAA', 'Host not found') }),
      noExchanger,
    ],
  }),
  scenario('dns/one-exchanger-nxdomain', {
    title: 'An exchanger without address is passed over in silence for the next one',
    clauses: ['rfc3974-3-02', 'postfix:delivery-3.6'],
    dns: zone('example.test', { MX: ['10 gone', '20 b'], b: '192.0.2.2' }),
    hosts: { b: mailHost() },
    send: message({ to }),
    // A warning in the log would fail the scenario.
    origins: ['delivery-52', 'field-DN10'],
    expect: [delivered(to, { via: 'b' }), queried('gone.example.test', 'AAAA', 1)],
  }),
  scenario('dns/one-exchanger-servfail', {
    title: 'An exchanger whose address cannot be looked up now does not keep mail from the next one',
    clauses: ['rfc5321-5.1-12'],
    dns: zone('example.test', { MX: ['10 a', '20 b'], a: { fault: 'SERVFAIL' }, b: '192.0.2.2' }),
    hosts: { b: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'b' })],
  }),
  scenario('dns/only-exchanger-servfail', {
    title: 'When the address of the only exchanger cannot be looked up now, the mail waits',
    clauses: ['rfc5321-5.1-06', 'postfix:delivery-3.5'],
    dns: zone('example.test', { MX: '10 a', a: { A: '192.0.2.1', fault: 'SERVFAIL' } }),
    send: message({ to }),
    origins: ['delivery-54', 'field-DN09'],
    expect: [
      deferred(to, { dsn: '4.4.3', reason: failed('a.example.test', 'AAAA', 'Host not found, try again') }),
      noExchanger,
    ],
  }),
  scenario('dns/soft-after-hard-exchanger-failure', {
    title: 'With one exchanger that does not exist and a later one that fails for now, the mail waits',
    clauses: ['rfc5321-5.1-06', 'postfix:delivery-3.5'],
    dns: zone('example.test', { MX: ['10 gone', '20 b'], b: { fault: 'SERVFAIL' } }),
    send: message({ to }),
    origins: ['delivery-53'],
    expect: [
      deferred(to, { dsn: '4.4.3', reason: failed('b.example.test', 'AAAA', 'Host not found, try again') }),
      noExchanger,
    ],
  }),
  scenario('dns/hard-after-soft-exchanger-failure', {
    title: 'An exchanger that does not exist, after one that fails for now, does not make the failure final',
    clauses: ['rfc5321-5.1-06', 'postfix:delivery-3.5'],
    dns: zone('example.test', { MX: ['10 a', '20 gone'], a: { fault: 'SERVFAIL' } }),
    send: message({ to }),
    origins: ['delivery-53'],
    expect: [
      deferred(to, { dsn: '4.4.4', reason: failed('gone.example.test', 'AAAA', 'Host not found') }),
      noExchanger,
    ],
  }),
  scenario('dns/a-servfail-aaaa-good', {
    title: 'A failed A lookup does not matter when the AAAA lookup succeeds',
    clauses: ['postfix:delivery-3.4', 'rfc5321-5.2-02'],
    dns: zone('example.test', {
      MX: '10 a',
      a: { A: '192.0.2.1', AAAA: '2001:db8::1', fault: { A: 'SERVFAIL' } },
    }),
    hosts: { a: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'a', relay: 'a.example.test[2001:db8::1]:25' }), connections('a', 1)],
  }),
  scenario('dns/aaaa-servfail-a-good', {
    title: 'A failed AAAA lookup does not matter when the A lookup succeeds',
    clauses: ['postfix:delivery-3.4', 'rfc5321-5.2-02'],
    dns: zone('example.test', { MX: '10 a', a: { A: '192.0.2.1', fault: { AAAA: 'SERVFAIL' } } }),
    hosts: { a: mailHost() },
    send: message({ to }),
    origins: ['field-DN23'],
    expect: [delivered(to, { via: 'a' }), queried('a.example.test', 'AAAA')],
  }),
  scenario('dns/a-missing-aaaa-servfail', {
    title: 'A host without A record whose AAAA lookup fails for now is not given up',
    clauses: ['rfc5321-5.1-06', 'postfix:delivery-3.4'],
    dns: zone('example.test', { '@': { fault: { AAAA: 'SERVFAIL' } }, TXT: 'here' }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.3', reason: failed('example.test', 'AAAA', 'Host not found, try again') }),
    ],
  }),
  scenario('dns/a-servfail-aaaa-missing', {
    title: 'A temporary failure of the A lookup weighs more than the lack of an AAAA record',
    clauses: ['rfc5321-5.1-06', 'postfix:delivery-3.4'],
    dns: zone('example.test', { '@': { fault: { A: 'SERVFAIL' } }, TXT: 'here' }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.4.3', reason: failed('example.test', 'A', 'Host not found, try again') }),
    ],
  }),
  scenario('dns/too-many-addresses', {
    title: 'Of 150 addresses in one answer 100 are kept, with a warning',
    clauses: ['rfc5321-5.1-13', 'postfix:delivery-3.4'],
    dns: zone('example.test', {
      MX: '10 a',
      a: manyAddresses,
    }),
    config: { smtp_mx_address_limit: '0' },
    send: message({ to }),
    virtualOnly: 'counts attempts that are refused, which leave no trace in real time',
    origins: ['delivery-83'],
    expect: [
      deferred(to, { dsn: '4.4.1' }),
      logged(
        'DNS record count limit (100) exceeded -- dropping excess record(s) after qname=a.example.test qtype=A',
      ),
      check('100 addresses are tried', ({ attempts }) =>
        attempts.length === 100 ? undefined : `${attempts.length} were tried`,
      ),
    ],
  }),
  ...[
    { listens: 100, ends: delivered(to, { via: 'last' }) },
    { listens: 101, ends: deferred(to, { dsn: '4.4.1' }) },
  ].map(({ listens, ends }) =>
    scenario(`dns/too-many-addresses-${listens}-listens`, {
      title: `Of 150 addresses the ${listens}th is ${listens > 100 ? 'not' : 'still'} tried`,
      clauses: ['postfix:delivery-3.4'],
      dns: zone('example.test', { MX: '10 a', a: manyAddresses }),
      hosts: { last: listening({ address: manyAddresses[listens - 1] ?? '' }, mailHost()) },
      config: { smtp_mx_address_limit: '0', smtp_randomize_addresses: 'no' },
      send: message({ to }),
      origins: ['delivery-83'],
      expect: [
        ends,
        ...(listens > 100 ? [connections('last', 0)] : []),
        logged(
          'DNS record count limit (100) exceeded -- dropping excess record(s) after qname=a.example.test qtype=A',
        ),
      ],
    }),
  ),
];
