/** One reply to RCPT: whose fate it decides, and under which status. */
import {
  bounced,
  deferred,
  delivered,
  dialogue,
  mailHost,
  message,
  received,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const one = 'one@example.test';
const two = 'two@example.test';
const three = 'three@example.test';

/** One recipient gets the reply, the other is accepted and gets the message. */
const refusals = [
  {
    reply: '550 5.1.1 unknown',
    fate: 'bounced',
    dsn: '5.1.1',
    clauses: ['rfc5321-4.3.2-04'],
    title: 'A recipient refused with 550 bounces under the enhanced status code of the server',
  },
  {
    reply: '551 5.1.6 please try <elsewhere@example.test>',
    fate: 'bounced',
    dsn: '5.1.6',
    clauses: ['rfc5321-3.4-02'],
    title: 'A recipient who has moved is reported as refused, and the new address is left alone',
  },
  {
    reply: '552 5.2.2 mailbox full',
    fate: 'bounced',
    dsn: '5.2.2',
    clauses: ['rfc1870-6.4-02'],
    title: 'A recipient refused with 552 is not tried again',
  },
  {
    reply: '553 5.1.3 bad mailbox name',
    fate: 'bounced',
    dsn: '5.1.3',
    clauses: ['rfc5321-4.3.2-04'],
    title: 'A recipient whose mailbox name is not allowed bounces',
  },
  {
    reply: '502 5.5.1 no such command',
    fate: 'bounced',
    dsn: '5.5.1',
    clauses: ['rfc5321-4.2-05'],
    title: 'A server that does not implement RCPT for a recipient has refused it',
  },
  {
    reply: '452 4.3.1 no room for this one',
    fate: 'deferred',
    dsn: '4.3.1',
    clauses: ['rfc1870-6.4-01'],
    title: 'A recipient refused with 452 is left for later',
  },
  {
    reply: '450 4.2.1 mailbox busy',
    fate: 'deferred',
    dsn: '4.2.1',
    clauses: ['rfc5321-4.3.2-04', 'rfc5321-4.2.1-03'],
    title: 'A recipient whose mailbox is busy is left for later',
  },
  {
    reply: '550',
    fate: 'bounced',
    dsn: '5.0.0',
    clauses: ['rfc5321-4.2-02', 'rfc5321-4.2-04', 'rfc3463-3.1-01'],
    title: 'A reply without any text is a reply',
  },
  {
    reply: '550 4.7.1 the classes disagree',
    fate: 'bounced',
    dsn: '5.0.0',
    clauses: ['rfc2034-4-02'],
    title: 'An enhanced status code of another class than the reply is not believed',
  },
  {
    reply: '550 5.1234.1 too many digits',
    fate: 'bounced',
    dsn: '5.0.0',
    clauses: ['rfc3463-3.1-01'],
    title: 'What only looks like an enhanced status code is text',
  },
  {
    reply: '550 5.99.999 nobody knows this one',
    fate: 'bounced',
    dsn: '5.99.999',
    clauses: ['rfc5248-2.1-01', 'rfc3463-2-01'],
    title: 'An enhanced status code that is not registered is reported as it is',
  },
  {
    reply: '350 more please',
    fate: 'bounced',
    dsn: '5.5.0',
    clauses: ['rfc821-4.4-01'],
    title: 'A 3yz reply to RCPT is a protocol error',
  },
] as const;

/** Cases of the catalogue that rows of the tables above show. */
const shown: Readonly<Record<string, readonly string[]>> = {
  '552': ['delivery-156'],
  '350': ['delivery-158'],
};

export default [
  ...refusals.map(({ reply, fate, dsn, clauses, title }) =>
    scenario(
      `envelope/rcpt-${reply
        .slice(0, 12)
        .trim()
        .toLowerCase()
        .replace(/[^a-z0-9.]+/g, '-')
        .replace(/-$/, '')}`,
      {
        title,
        clauses: [...clauses, 'postfix:delivery-8.3'],
        origins: shown[reply.slice(0, 3)] ?? [],
        dns,
        hosts: { mx: mailHost({ rcpt: { [one]: reply } }) },
        send: message({ to: [one, two] }),
        expect: [
          (fate === 'bounced' ? bounced : deferred)(one, {
            dsn,
            reason: `host mx.example.test[192.0.2.1] said: ${reply} (in reply to RCPT TO command)`,
          }),
          delivered(two, { via: 'mx' }),
          received('mx', { count: 1 }),
        ],
      },
    ),
  ),
  scenario('envelope/rcpt-251-and-252-accept', {
    title: 'A recipient who will be forwarded, or who cannot be verified, is accepted',
    clauses: ['rfc5321-3.4-01', 'rfc5321-4.2.1-01', 'postfix:delivery-6.3'],
    origins: ['delivery-157'],
    dns,
    hosts: {
      mx: mailHost({
        rcpt: {
          [one]: '251 2.1.5 will forward to <elsewhere@example.test>',
          [two]: '252 2.1.5 cannot verify',
          [three]: '299 of a kind',
        },
      }),
    },
    send: message({ to: [one, two, three] }),
    expect: [
      ...[one, two, three].map((address) => delivered(address, { via: 'mx' })),
      dialogue('mx', ['...', 'S: 251 *', 'S: 252 *', 'S: 299 *', 'S: 354 *', '...', 'C: QUIT']),
    ],
  }),
];
