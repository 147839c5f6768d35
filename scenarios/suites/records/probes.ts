/** Who is told what an address probe finds: the database of the mail system, or the user who asked. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  logged,
  mailHost,
  message,
  notRecorded,
  recorded,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const rewritten = { address: to, original: 'alias@client.test' };
const relay = 'mx.example.test[192.0.2.1]:25';
const unknown = { mx: mailHost({ rcpt: '550 5.1.1 unknown' }) };

const bySystem = [
  scenario('records/probe-deliverable', {
    title: 'A probe of the mail system files what it found under both addresses',
    clauses: ['postfix:delivery-1.10'],
    origins: ['delivery-208'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ to: rewritten, probe: true }),
    expect: [
      connections('mx', 1),
      delivered(to, { dsn: '2.1.5' }),
      recorded('verify', { address: to, action: 'deliverable', reason: '250 2.1.5 Ok', count: 1 }),
      recorded('verify', { address: 'alias@client.test', action: 'deliverable', count: 1 }),
      notRecorded('trace'),
    ],
  }),
  scenario('records/probe-undeliverable', {
    title: 'What a probe finds undeliverable is no bounce',
    clauses: ['postfix:address_verify_negative_cache', 'postfix:delivery-1.10'],
    origins: ['delivery-209'],
    dns,
    hosts: unknown,
    send: message({ to, probe: true }),
    expect: [
      connections('mx', 1),
      bounced(to, { dsn: '5.1.1' }),
      recorded('verify', { address: to, action: 'undeliverable', reason: 'host *said: 550*', count: 1 }),
      notRecorded('bounce'),
      notRecorded('defer'),
    ],
  }),
  scenario('records/probe-put-off', {
    title: 'What a probe could not find out is filed as such',
    clauses: ['postfix:delivery-1.10'],
    dns,
    hosts: { mx: mailHost({ rcpt: '450 4.2.0 busy' }) },
    send: message({ to, probe: true }),
    expect: [
      connections('mx', 1),
      deferred(to, { dsn: '4.2.0' }),
      recorded('verify', { address: to, action: 'delayed', count: 1 }),
      notRecorded('defer'),
    ],
  }),
  scenario('records/probe-not-cached', {
    title: 'Without a cache of negative findings nothing is filed, and the log says so',
    clauses: ['postfix:address_verify_negative_cache', 'postfix:delivery-1.10'],
    dns,
    hosts: unknown,
    config: { address_verify_negative_cache: 'no' },
    send: message({ to, probe: true }),
    expect: [
      connections('mx', 1),
      bounced(to, { dsn: '5.1.1' }),
      logged('dsn=5.1.1, status=undeliverable-but-not-cached (host *'),
      notRecorded('verify'),
    ],
  }),
  scenario('records/probe-positive-cached', {
    title: 'Without a cache of negative findings positive ones are filed',
    clauses: ['postfix:address_verify_negative_cache'],
    dns,
    hosts: { mx: mailHost() },
    config: { address_verify_negative_cache: 'no' },
    send: message({ to, probe: true }),
    expect: [
      connections('mx', 1),
      delivered(to),
      recorded('verify', { address: to, action: 'deliverable', count: 1 }),
    ],
  }),
];

const byUser = [
  scenario('records/user-probe-deliverable', {
    title: 'A probe of a user is traced: deliverable',
    clauses: ['postfix:delivery-1.10'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ to, probe: 'user' }),
    expect: [
      connections('mx', 1),
      delivered(to, { dsn: '2.1.5' }),
      logged('dsn=2.1.5, status=deliverable (250 2.1.5 Ok)'),
      recorded('trace', { action: 'deliverable', reason: `delivery via ${relay}: 250 2.1.5 Ok`, count: 1 }),
      notRecorded('verify'),
    ],
  }),
  scenario('records/user-probe-undeliverable', {
    title: 'A probe of a user is traced: undeliverable',
    clauses: ['postfix:delivery-1.10'],
    dns,
    hosts: unknown,
    config: { address_verify_negative_cache: 'no' },
    send: message({ to, probe: 'user' }),
    expect: [
      connections('mx', 1),
      bounced(to, { dsn: '5.1.1' }),
      logged('dsn=5.1.1, status=undeliverable (host *'),
      recorded('trace', { action: 'undeliverable', dsn: '5.1.1', count: 1 }),
      notRecorded('verify'),
      notRecorded('bounce'),
    ],
  }),
];

export default [...bySystem, ...byUser];
