/** Reply text to outcome: which code counts, and which enhanced status code the recipient is reported with. */
import {
  bounced,
  connections,
  deferred,
  delivered,
  logged,
  mailHost,
  message,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const to = 'user@example.test';

interface Case {
  readonly reply: string;
  readonly dsn: string;
  readonly because: string;
  readonly clauses?: readonly string[];
}

/** Replies to RCPT that refuse the recipient; the class of `dsn` is its fate. */
const refusals: readonly Case[] = [
  { reply: '550 5.1.1 unknown', dsn: '5.1.1', because: 'it fits the code', clauses: ['rfc2034-3-01'] },
  { reply: '550   5.1.1 unknown', dsn: '5.1.1', because: 'spaces before it are skipped' },
  { reply: '550 5.1.1', dsn: '5.1.1', because: 'no text has to follow' },
  {
    reply: '550 5.7.999 news',
    dsn: '5.7.999',
    because: 'codes not known yet are codes',
    clauses: ['rfc5248-2.1-01'],
  },
  {
    reply: '450 4.999.1 news',
    dsn: '4.999.1',
    because: 'subjects not known yet are subjects',
    clauses: ['rfc3463-2-01'],
  },
  {
    reply: '550 4.7.1 greylisted',
    dsn: '5.0.0',
    because: 'its class contradicts the code',
    clauses: ['rfc2034-4-02'],
  },
  {
    reply: '450 5.1.1 unknown',
    dsn: '4.0.0',
    because: 'its class contradicts the code',
    clauses: ['rfc2034-4-02'],
  },
  {
    reply: '550 2.1.5 Ok',
    dsn: '5.0.0',
    because: 'its class contradicts the code',
    clauses: ['rfc2034-4-02'],
  },
  { reply: '550 5.1234.1 odd', dsn: '5.0.0', because: 'a number has at most three digits' },
  { reply: '550 5.1 odd', dsn: '5.0.0', because: 'it has three numbers' },
  { reply: '550 5.1.1.1 odd', dsn: '5.0.0', because: 'it has three numbers' },
  {
    reply: '550 5.1.1: unknown',
    dsn: '5.0.0',
    because: 'white space or nothing follows it',
    clauses: ['rfc3463-2-03'],
  },
  { reply: '550 55.1.1 odd', dsn: '5.0.0', because: 'its class has one digit' },
  { reply: '550 x 5.1.1 late', dsn: '5.0.0', because: 'it has to come first' },
  { reply: '550 5.1.1\tunknown', dsn: '5.0.0', because: 'a tab is no white space once it is replaced by ?' },
  { reply: '550 no such user', dsn: '5.0.0', because: 'there is none', clauses: ['rfc3463-3.1-01'] },
  {
    reply: '550',
    dsn: '5.0.0',
    because: 'there is no text',
    clauses: ['rfc5321-4.2-02', 'rfc5321-4.2.1-07'],
  },
  { reply: '450 ', dsn: '4.0.0', because: 'there is no text', clauses: ['rfc5321-4.2-02', 'rfc5321-4.2-04'] },
  {
    reply: '599 5.7.0 what',
    dsn: '5.7.0',
    because: 'the first digit of the code decides',
    clauses: ['rfc5321-4.2-06', 'rfc5321-4.2-05'],
  },
  {
    reply: '499 what',
    dsn: '4.0.0',
    because: 'the first digit of the code decides',
    clauses: ['rfc5321-4.2-06', 'rfc5321-4.2-05'],
  },
  {
    reply: '552 5.2.2 mailbox full',
    dsn: '5.2.2',
    because: '552 is as permanent as any 5yz',
    clauses: ['rfc1870-6.4-02'],
  },
  { reply: '350 5.1.1 more', dsn: '5.5.0', because: 'a 3yz is no answer to RCPT' },
  {
    reply: '150 5.1.1 wait',
    dsn: '5.5.0',
    because: 'there are no 1yz replies',
    clauses: ['rfc5321-4.2-07', 'rfc5321-4.2.1-05'],
  },
  { reply: '650 5.1.1 what', dsn: '5.5.0', because: 'codes begin with 2 to 5', clauses: ['rfc5321-4.2-07'] },
  { reply: '050 5.1.1 what', dsn: '5.5.0', because: 'codes begin with 2 to 5', clauses: ['rfc5321-4.2-07'] },
  { reply: '950 4.1.1 what', dsn: '5.5.0', because: 'codes begin with 2 to 5', clauses: ['rfc5321-4.2-07'] },
  {
    reply: '250-2.1.5 Ok\n550 5.1.1 unknown',
    dsn: '5.1.1',
    because: 'the last line counts',
    clauses: ['rfc5321-4.2.1-06', 'rfc5321-4.2-08'],
  },
  {
    reply: '550-5.7.1 policy\n450 see elsewhere',
    dsn: '4.0.0',
    because: 'the last line counts',
    clauses: ['rfc5321-4.2.1-06'],
  },
  {
    reply: '450-4.7.1 one\n450-4.7.2 two\n450 4.7.3 three',
    dsn: '4.7.3',
    because: 'the last line counts',
    clauses: ['rfc5321-4.2.1-06', 'rfc5321-4.2-08'],
  },
  {
    reply: '550-5.1.1 no such\n550 5.1.1 user',
    dsn: '5.1.1',
    because: 'every line begins with it',
    clauses: ['rfc2034-4-03'],
  },
  {
    reply: '450 4.2.99 news',
    dsn: '4.2.99',
    because: 'a detail not known yet belongs to its subject all the same',
    clauses: ['rfc3463-2-02'],
  },
  {
    reply: '556 5.1.10 no mail for this domain',
    dsn: '5.1.10',
    because: '556 is as permanent as any 5yz',
    clauses: ['rfc7504-4-01'],
  },
  ...['550 5.6.7', '553 5.6.7', '554 5.6.9'].map((code) => ({
    reply: `${code} SMTPUTF8 required`,
    dsn: code.slice(4),
    because: 'a server without SMTPUTF8 has the last word',
    clauses: ['rfc6531-3.5-02'],
  })),
  ...['500 5.5.2 syntax', '501 5.1.3 bad address'].map((reply) => ({
    reply,
    dsn: reply.slice(4, 9),
    because: 'a syntax error refuses this recipient',
    clauses: ['rfc5321-4.3.2-06'],
  })),
];

/** Replies after the final dot that accept the message, and the status it is reported with. */
const acceptances: readonly Case[] = [
  {
    reply: '250 2.6.0 queued',
    dsn: '2.6.0',
    because: 'it fits the code, and the 354 before had none',
    clauses: ['rfc2034-3-01', 'rfc2034-4-01'],
  },
  {
    reply: '250 5.1.1 odd',
    dsn: '2.0.0',
    because: 'its class contradicts the code',
    clauses: ['rfc2034-4-02'],
  },
  {
    reply: '250',
    dsn: '2.0.0',
    because: 'there is no text',
    clauses: ['rfc5321-4.2-02', 'rfc5321-4.2.1-07'],
  },
  {
    reply: '299 fine',
    dsn: '2.0.0',
    because: 'the first digit of the code decides',
    clauses: ['rfc5321-4.2-06'],
  },
  {
    reply: '552-too big\n250 2.0.0 for others',
    dsn: '2.0.0',
    because: 'the last line counts',
    clauses: ['rfc5321-4.2.1-06'],
  },
];

export default [
  ...refusals.map(({ reply, dsn, because, clauses = [] }, index) => {
    const outcome = dsn.startsWith('4') ? deferred : bounced;
    return scenario(`replies/refusal-${index + 1}-is-${dsn}`, {
      title: `"${shown(reply)}" to RCPT is reported as ${dsn}: ${because}`,
      clauses: [...clauses, 'postfix:delivery-8.3'],
      dns,
      hosts: { a: mailHost({ rcpt: reply }) },
      send: message({ to }),
      expect: [
        outcome(to, {
          dsn,
          reason: `host a.example.test[192.0.2.1] said: ${shown(reply)} (in reply to RCPT TO command)`,
          reply: shown(reply),
        }),
        connections('a', 1),
      ],
    });
  }),
  ...acceptances.map(({ reply, dsn, because, clauses = [] }, index) =>
    scenario(`replies/acceptance-${index + 1}-is-${dsn}`, {
      title: `"${shown(reply)}" after the final dot is reported as ${dsn}: ${because}`,
      clauses: [...clauses, 'rfc5321-4.2.5-01', 'postfix:delivery-8.3'],
      dns,
      hosts: { a: mailHost({ endOfData: reply }) },
      send: message({ to }),
      expect: [delivered(to, { via: 'a', dsn, reason: shown(reply) }), connections('a', 1)],
    }),
  ),
  ...['252 2.1.5 cannot say', '251 2.1.5 will forward', '200 whatever'].map((reply) =>
    scenario(`replies/rcpt-${reply.slice(0, 3)}-accepts`, {
      title: `"${reply}" to RCPT accepts the recipient`,
      clauses: ['rfc5321-4.2-05', 'rfc5321-4.2.1-01'],
      dns,
      hosts: { a: mailHost({ rcpt: reply }) },
      send: message({ to }),
      expect: [delivered(to, { via: 'a' })],
    }),
  ),
  ...(['smtp', 'lmtp'] as const).map((service) =>
    scenario(`replies/positive-reply-in-the-wrong-place-${service}`, {
      title: `A 250 to DATA is a protocol error that bounces the message (${service.toUpperCase()})`,
      clauses: ['rfc5321-4.3.2-05', 'postfix:delivery-8.3'],
      dns,
      hosts: { a: mailHost({ protocol: service, data: '250 2.0.0 Ok' }) },
      send: message({ to, service, ...(service === 'lmtp' ? { nexthop: 'a.example.test' } : {}) }),
      expect: [
        bounced(to, {
          dsn: '5.5.0',
          reason:
            'Protocol error: host a.example.test[192.0.2.1] said: 250 2.0.0 Ok (in reply to DATA command)',
        }),
        connections('a', 1),
      ],
    }),
  ),
  scenario('replies/soft-bounce', {
    title: 'With soft_bounce=yes a permanent refusal is a temporary one',
    clauses: ['postfix:soft_bounce'],
    dns,
    hosts: { a: mailHost({ rcpt: '550 5.1.1 unknown' }) },
    config: { soft_bounce: 'yes' },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.1.1', reason: '* said: 550 5.1.1 unknown (in reply to RCPT TO command)' }),
      logged('dsn=4.1.1, status=SOFTBOUNCE'),
      connections('a', 1),
    ],
  }),
];

/** As reasons show a reply: on one line, control characters replaced. */
function shown(reply: string): string {
  return reply.replaceAll('\n', ' ').replaceAll('\t', '?');
}
