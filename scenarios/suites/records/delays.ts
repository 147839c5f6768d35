/** The delays of the log line, and how they are rounded. */
import {
  bounced,
  check,
  delivered,
  logged,
  mailHost,
  message,
  order,
  postfixOnly,
  scenario,
  zone,
} from '../../scenario.ts';

const to = 'user@example.test';
const dns = zone('example.test', { MX: ['10 a', '20 b'], a: '192.0.2.1', b: '192.0.2.2' });

/** Milliseconds in the queue, and how the log has them with two digits behind the point, and with none. */
const rounded = [
  [0, '0', '0'],
  [4, '0', '0'],
  [5, '0.01', '0'],
  [100, '0.1', '0'],
  [996, '1', '1'],
  [1040, '1', '1'],
  [1050, '1.1', '1'],
  [9940, '9.9', '10'],
  [9950, '10', '10'],
  [10490, '10', '10'],
  [10500, '11', '11'],
  [86_400_000, '86400', '86400'],
] as const;

export default [
  ...rounded.flatMap(([age, fine, whole]) =>
    [fine, whole].map((shown, index) =>
      scenario(`records/delay-${age}-ms${index === 0 ? '' : '-whole'}`, {
        title: `${age} ms are logged as ${shown}${index === 0 ? '' : ' where the log has whole seconds'}`,
        clauses: ['postfix:delay_logging_resolution_limit', 'postfix:delivery-9.1'],
        origins: index === 0 ? ['delivery-239'] : [],
        dns,
        hosts: { a: mailHost() },
        ...(index === 1 && { config: { delay_logging_resolution_limit: '0' } }),
        send: message({ to, age }),
        expect: [delivered(to, { via: 'a' }), logged(`, delays=${shown}/`)],
      }),
    ),
  ),
  scenario('records/delay-of-two-sessions', {
    title: 'The time that a first server took is setup to a delivery by the second',
    clauses: ['postfix:delivery-9.1'],
    origins: ['delivery-240'],
    dns,
    hosts: {
      a: mailHost({ rcpt: { reply: '450 4.2.0 busy', delay: '2s' } }),
      b: mailHost({ endOfData: { reply: '250 2.0.0 taken', delay: '1s' } }),
    },
    send: message({ to }),
    expect: [
      delivered(to, { via: 'b' }),
      order(['a', 'b']),
      logged('host a.example.test[192.0.2.1] said: 450 4.2.0 busy'),
      logged(
        / delay=3(\.[0-4])?, delays=0\/[\d.]+\/2(\.[0-4])?\/1(\.[0-4])?,( tls=none,)? dsn=2\.0\.0, status=sent /,
      ),
    ],
  }),
  scenario('records/refused-before-delivered', {
    title: 'A recipient that is refused is logged before those that are delivered',
    clauses: ['postfix:delivery-9.2'],
    dns,
    hosts: { a: mailHost({ rcpt: { 'no@example.test': '550 5.1.1 unknown' } }) },
    send: message({ to: [to, 'no@example.test'] }),
    expect: [
      delivered(to, { via: 'a' }),
      bounced('no@example.test'),
      postfixOnly(
        check('the refused one comes first', ({ log }) => {
          const words = log.flatMap(({ text }) => /status=(\w+)/.exec(text)?.[1] ?? []);
          return words.join(' ') === 'bounced sent' ? undefined : words.join(' ');
        }),
      ),
    ],
  }),
];
