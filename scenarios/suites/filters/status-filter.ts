/** smtp_delivery_status_filter: what an outcome is told as. */
import type { OutcomeStatus } from '../../../client/request.ts';
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
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
const unknown = { rcpt: '550 5.1.1 unknown' } as const;
const busy = { rcpt: '450 4.2.0 busy' } as const;

/** A table of one rule, by the status code. */
function table(status: string, answer: string): string {
  return `regexp:{ { /^${status} / ${answer} } }`;
}

function rule(status: string, answer: string) {
  return { smtp_delivery_status_filter: table(status, answer) };
}

const bouncedReason = 'host mx.example.test[192.0.2.1] said: 550 5.1.1 unknown (in reply to RCPT TO command)';

interface Case {
  readonly name: string;
  readonly title: string;
  readonly host: Parameters<typeof mailHost>[0];
  readonly config: Readonly<Record<string, string>>;
  readonly status: OutcomeStatus;
  readonly dsn: string;
  readonly reason: string;
  readonly log: string;
  readonly origins?: readonly string[];
}

const expectationOf = { sent: delivered, deferred, bounced, passed: deferred };

const cases: readonly Case[] = [
  {
    name: 'bounce-becomes-delay',
    title: 'A failure becomes a delay',
    host: unknown,
    config: rule('5.1.1', '4.1.1 later'),
    status: 'deferred',
    dsn: '4.1.1',
    reason: 'later',
    log: 'dsn=4.1.1, status=deferred (later)',
    origins: ['delivery-231'],
  },
  {
    name: 'delay-becomes-bounce',
    title: 'A delay becomes a failure',
    host: busy,
    config: rule('4.2.0', '5.2.0 never'),
    status: 'bounced',
    dsn: '5.2.0',
    reason: 'never',
    log: 'dsn=5.2.0, status=bounced (never)',
  },
  {
    name: 'success-is-retold',
    title: 'A success gets another status code and text',
    host: { endOfData: '250 2.0.0 taken' },
    config: rule('2.0.0', '2.7.0 thanks'),
    status: 'sent',
    dsn: '2.7.0',
    reason: 'thanks',
    log: 'dsn=2.7.0, status=sent (thanks)',
  },
  {
    name: 'bounce-stays-no-success',
    title: 'A failure does not become a success',
    host: unknown,
    config: rule('5.1.1', '2.1.1 fine'),
    status: 'bounced',
    dsn: '5.1.1',
    reason: bouncedReason,
    log: 'smtp_delivery_status_filter: bad status code: 2.1.1 fine',
    origins: ['delivery-232'],
  },
  {
    name: 'success-stays-no-failure',
    title: 'A success does not become a failure',
    host: { endOfData: '250 2.0.0 taken' },
    config: rule('2.0.0', '4.0.0 again'),
    status: 'sent',
    dsn: '2.0.0',
    reason: '250 2.0.0 taken',
    log: 'smtp_delivery_status_filter: bad status code: 4.0.0 again',
  },
  {
    name: 'no-status-code',
    title: 'An answer without a status code changes nothing',
    host: unknown,
    config: rule('5.1.1', 'sorry'),
    status: 'bounced',
    dsn: '5.1.1',
    reason: bouncedReason,
    log: 'smtp_delivery_status_filter: bad status code: sorry',
  },
  {
    name: 'no-answer',
    title: 'What the table does not know is told as it is',
    host: unknown,
    config: rule('5.7.1', '4.1.1 later'),
    status: 'bounced',
    dsn: '5.1.1',
    reason: bouncedReason,
    log: 'dsn=5.1.1, status=bounced (host *',
  },
  {
    name: 'failing-table',
    title: 'A table that fails changes nothing',
    host: unknown,
    config: { smtp_delivery_status_filter: 'fail:broken' },
    status: 'bounced',
    dsn: '5.1.1',
    reason: bouncedReason,
    log: `fail:broken lookup error for "5.1.1 ${bouncedReason}"`,
  },
  {
    name: 'default',
    title: 'Without a filter of its own the service has the one for all services',
    host: unknown,
    config: { default_delivery_status_filter: table('5.1.1', '4.1.1 later') },
    status: 'deferred',
    dsn: '4.1.1',
    reason: 'later',
    log: 'dsn=4.1.1, status=deferred (later)',
  },
  {
    name: 'soft-bounce',
    title: 'What the filter makes a failure, soft_bounce makes a delay',
    host: busy,
    config: { ...rule('4.2.0', '5.2.0 never'), soft_bounce: 'yes' },
    status: 'deferred',
    dsn: '4.2.0',
    reason: 'never',
    log: 'dsn=4.2.0, status=SOFTBOUNCE (never)',
  },
];

const parameters = ['postfix:smtp_delivery_status_filter', 'postfix:delivery-8.3'];

export default [
  ...cases.map(({ name, title, host, config, status, dsn, reason, log, origins = [] }) =>
    scenario(`filters/status-${name}`, {
      title,
      clauses: [...parameters, ...(name === 'default' ? ['postfix:default_delivery_status_filter'] : [])],
      origins,
      dns,
      hosts: { mx: mailHost(host) },
      config,
      send: message({ to }),
      expect: [expectationOf[status](to, { dsn, reason }), logged(log), connections('mx', 1)],
    }),
  ),
  scenario('filters/status-lmtp', {
    title: 'lmtp_delivery_status_filter is that of LMTP',
    clauses: ['postfix:lmtp_delivery_status_filter', 'postfix:delivery-8.3'],
    dns,
    hosts: { mx: mailHost({ protocol: 'lmtp', ...unknown }) },
    config: {
      smtp_delivery_status_filter: 'static:{2.0.0 wrong}',
      lmtp_delivery_status_filter: table('5.1.1', '4.1.1 later'),
    },
    send: message({ to, service: 'lmtp', nexthop: '[mx.example.test]' }),
    expect: [deferred(to, { dsn: '4.1.1', reason: 'later' }), connections('mx', 1)],
  }),
  scenario('filters/status-in-records', {
    title: 'What the filter says is what is recorded; the reply of the server stays',
    clauses: ['postfix:smtp_delivery_status_filter', 'postfix:delivery-1.7'],
    dns,
    hosts: { mx: mailHost(unknown) },
    config: rule('5.1.1', '4.1.1 later'),
    send: message({ to }),
    expect: [
      deferred(to),
      recorded('defer', { action: 'delayed', dsn: '4.1.1', reason: 'later', reply: '550 5.1.1 unknown' }),
      notRecorded('bounce'),
      connections('mx', 1),
    ],
  }),
  scenario('filters/status-probe', {
    title: 'What a probe finds is filtered too',
    clauses: ['postfix:smtp_delivery_status_filter', 'postfix:delivery-1.10'],
    dns,
    hosts: { mx: mailHost(unknown) },
    config: rule('5.1.1', '4.1.1 later'),
    send: message({ to, probe: true }),
    expect: [
      deferred(to, { dsn: '4.1.1', reason: 'later' }),
      recorded('verify', { action: 'delayed', reason: 'later' }),
      connections('mx', 1),
    ],
  }),
  scenario('filters/status-too-late-for-next-server', {
    title: 'A failure that the filter makes a delay is not put to the next server',
    clauses: ['postfix:smtp_delivery_status_filter', 'postfix:delivery-8.2'],
    dns: zone('example.test', { MX: ['10 mx', '20 b'], mx: '192.0.2.1', b: '192.0.2.2' }),
    hosts: { mx: mailHost(unknown), b: mailHost() },
    config: rule('5.1.1', '4.1.1 later'),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.1.1', reason: 'later' }),
      dialogue('mx', ['...', 'S: 550 5.1.1 unknown', '...']),
      connections('b', 0),
    ],
  }),
];
