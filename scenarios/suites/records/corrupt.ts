/** Messages that the queue does not hold whole. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  notSetAside,
  order,
  recorded,
  scenario,
  setAside,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const other = 'other@example.test';
const badRecord = logged('bad record type: 90 in message content');

export default [
  ...[200, 200_000].map((size) =>
    scenario(`records/corrupt-${size}`, {
      title: `A message of ${size} bytes that breaks off is returned, and never ended with a dot`,
      clauses: ['postfix:delivery-7.1', 'postfix:delivery-8.4', 'postfix:delivery-8.5'],
      origins: ['delivery-5'],
      dns,
      hosts: { mx: mailHost() },
      send: message({ to, size, corrupt: true }),
      expect: [
        bounced(to, { dsn: '5.3.0', reason: 'unreadable mail queue entry' }),
        badRecord,
        logged('corrupted queue file: active/*'),
        recorded('bounce', { action: 'failed', dsn: '5.3.0', reply: '' }),
        // What fits into the buffers is not sent at all.
        size === 200 ? dialogue('mx', ['...', 'S: 354 *']) : connections('mx', 1),
        setAside(),
      ],
    }),
  ),
  scenario('records/corrupt-other-server-not-tried', {
    title: 'Another server cannot make a message whole',
    clauses: ['postfix:delivery-7.1'],
    dns: zone('example.test', { MX: ['10 mx', '20 b'], mx: '192.0.2.1', b: '192.0.2.2' }),
    hosts: { mx: mailHost(), b: mailHost() },
    send: message({ to, corrupt: true }),
    expect: [bounced(to), badRecord, logged('corrupted queue file'), order(['mx']), setAside()],
  }),
  scenario('records/corrupt-bounce-service-down', {
    title: 'A message whose failure nobody was told of is not set aside',
    clauses: ['postfix:delivery-7.1', 'postfix:delivery-1.7'],
    dns,
    hosts: { mx: mailHost() },
    services: { bounce: 'down' },
    send: message({ to, corrupt: true }),
    expect: [deferred(to, { dsn: '4.3.0' }), badRecord, connections('mx', 1), notSetAside()],
  }),
  scenario('records/corrupt-soft-bounce', {
    title: 'With soft_bounce it is kept too',
    clauses: ['postfix:delivery-7.1', 'postfix:soft_bounce'],
    dns,
    hosts: { mx: mailHost() },
    config: { soft_bounce: 'yes' },
    send: message({ to, corrupt: true }),
    expect: [deferred(to, { dsn: '4.3.0' }), badRecord, connections('mx', 1), notSetAside()],
  }),
  scenario('records/corrupt-one-deferred', {
    title: 'A message that somebody has yet to get is not set aside',
    clauses: ['postfix:delivery-7.1'],
    dns,
    hosts: { mx: mailHost({ rcpt: { [other]: '450 4.2.0 busy' } }) },
    send: message({ to: [to, other], corrupt: true }),
    expect: [bounced(to), deferred(other), badRecord, connections('mx', 1), notSetAside()],
  }),
  scenario('records/corrupt-looked-at-before', {
    title: 'A message that breaks off within its headers is no loop, and fails when it is sent',
    clauses: ['postfix:delivery-7.1', 'postfix:delivery-1.6'],
    dns,
    hosts: { mx: mailHost() },
    flags: 'D',
    send: message({ to, content: 'Subject: headers only\r\nX-Note: and no end\r\n', corrupt: true }),
    expect: [
      bounced(to, { dsn: '5.3.0', reason: 'unreadable mail queue entry' }),
      badRecord,
      logged('corrupted queue file: active/*'),
      connections('mx', 1),
      setAside(),
    ],
  }),
  scenario('records/corrupt-probe', {
    title: 'A probe does not look at the message',
    clauses: ['postfix:delivery-6.6'],
    dns,
    hosts: { mx: mailHost() },
    send: message({ to, probe: true, corrupt: true }),
    expect: [delivered(to), connections('mx', 1), notSetAside()],
  }),
];
