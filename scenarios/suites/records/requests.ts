/** Requests that ask for nothing. */
import {
  connections,
  delivered,
  logged,
  mailHost,
  message,
  notRecorded,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });

export default [
  scenario('records/no-recipients', {
    title: 'A request for nobody is a warning, and no connection is made',
    clauses: ['postfix:delivery-1.5'],
    origins: ['delivery-3'],
    dns,
    hosts: { mx: mailHost() },
    send: [
      message({ to: [], nexthop: 'example.test' }),
      message({ to: 'user@example.test', nexthop: 'example.test' }),
    ],
    expect: [
      logged('4C0FFEE000: no recipients in delivery request for destination example.test'),
      delivered('user@example.test', { via: 'mx' }),
      connections('mx', 1),
      notRecorded('defer'),
    ],
  }),
];
