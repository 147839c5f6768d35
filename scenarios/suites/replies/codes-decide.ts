/** Reply text is for people: the codes decide, in the order in which the replies come. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  logged,
  mailHost,
  message,
  scenario,
  verifies,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const [yes, no, later] = ['yes@example.test', 'no@example.test', 'later@example.test'] as const;
const codesDecide = ['rfc5321-4.2-03', 'rfc1123-5.2.10-01'];
/** RFC 5321 section 4.5.3.1.5: code and CRLF included. */
const LINE_BYTES = 512;
const longLine = (start: string) => start.padEnd(LINE_BYTES - 2, 'x');

export default [
  scenario('replies/text-says-the-opposite', {
    title: 'What the text of a reply says is of no account, not even when it looks like another code',
    clauses: codesDecide,
    dns,
    hosts: {
      a: mailHost({
        greeting: '220 554 rejected, go away, no ESMTP here',
        mail: '250 550 sender rejected',
        rcpt: {
          [yes]: '250 550 no such user, rejected',
          [no]: '550 250 Ok, recipient accepted',
          [later]: '450 250 Ok, recipient accepted',
        },
        data: '354 554 error, transaction failed',
        endOfData: '250 451 failed, message discarded, try again later',
      }),
    },
    send: message({ to: [yes, no, later] }),
    expect: [
      verifies(codesDecide, delivered(yes, { via: 'a' })),
      verifies(codesDecide, bounced(no)),
      verifies(codesDecide, deferred(later)),
    ],
  }),
  scenario('replies/text-names-another-recipient', {
    title: 'Replies to a group are matched by their order, though each names the recipient of the other',
    clauses: ['rfc2920-3.1-10'],
    dns,
    hosts: {
      a: mailHost({
        rcpt: { [yes]: `250 2.1.5 <${no}> accepted`, [no]: `550 5.1.1 <${yes}> unknown` },
      }),
    },
    send: message({ to: [yes, no] }),
    expect: [
      verifies('rfc2920-3.1-10', delivered(yes, { via: 'a' })),
      verifies('rfc2920-3.1-10', bounced(no)),
    ],
  }),
  scenario('replies/fifty-lines-of-512-octets', {
    title: 'A reply of fifty lines, each as long as a reply line may be, is read to its end',
    clauses: ['rfc5321-4.5.3.1.5-01', 'postfix:delivery-8.6'],
    dns,
    hosts: {
      a: mailHost({
        rcpt: {
          [yes]: [...Array.from({ length: 49 }, () => longLine('250-2.1.5 ')), longLine('250 2.1.5 ')].join(
            '\n',
          ),
          [no]: '550 5.1.1 unknown',
        },
      }),
    },
    send: message({ to: [yes, no] }),
    expect: [
      verifies('rfc5321-4.5.3.1.5-01', delivered(yes, { via: 'a' })),
      verifies('rfc5321-4.5.3.1.5-01', bounced(no, { dsn: '5.1.1' })),
      logged('multi-line response longer than 2048 250-2.1.5 *'),
    ],
  }),
  scenario('replies/status-codes-after-helo', {
    title: 'Enhanced status codes count after HELO too, where nothing announced them',
    clauses: ['rfc2034-5-01', 'postfix:delivery-8.3'],
    dns,
    hosts: { a: mailHost({ ehlo: '502 no', rcpt: { [no]: '550 5.7.1 not from you' } }) },
    send: message({ to: [yes, no] }),
    expect: [delivered(yes, { via: 'a' }), bounced(no, { dsn: '5.7.1' }), connections('a', 1)],
  }),
];
