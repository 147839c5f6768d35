/** Every clause of every monitor can break, and holds in a session that is right. */
import { describe, expect, test } from 'vitest';
import { danglingClauses } from '../clauses.ts';
import type { RecipientOutcome } from '../senders/sender.ts';
import type { Conversation } from './conversation.ts';
import { type Monitor, type Observation, observe } from './monitor.ts';
import { monitors } from './monitors.ts';
import { conversationOf } from './testing.ts';

const HELLO = [
  'S: 220 mx ESMTP',
  'C: EHLO client.test',
  'S: 250-mx\n250-PIPELINING\n250-8BITMIME\n250 SIZE 1000',
];
const PLAIN = ['S: 220 mx ESMTP', 'C: EHLO client.test', 'S: 250 mx'];
const WITH_DSN = ['S: 220 mx', 'C: EHLO client.test', 'S: 250-mx\n250 DSN'];
const STARTTLS_OFFERED = ['S: 220 mx', 'C: EHLO client.test', 'S: 250-mx\n250 STARTTLS'];
const GRANTED = [...STARTTLS_OFFERED, 'C: STARTTLS', 'S: 220 go'];
const GOOD_TLS = [
  ...GRANTED,
  '{TLS}',
  'C: EHLO client.test',
  'S: 250-mx\n250 PIPELINING',
  'C: MAIL FROM:<>\nRCPT TO:<b@x.test>\nDATA',
  'S: 250 ok\n250 ok\n354 go',
  'C: .\nQUIT',
  'S: 250 taken\n221 bye',
  'C! close',
];
const WITH_AUTH = ['S: 220 mx', 'C: EHLO client.test', 'S: 250-mx\n250-AUTH PLAIN\n250 AUTH=LOGIN'];
const RAW = (line: string) => `C= ${line}`;
const DATA = ['C: DATA', 'S: 354 go'];
const OPEN = [...PLAIN, 'C: MAIL FROM:<a@client.test>', 'S: 250 ok', 'C: RCPT TO:<b@x.test>', 'S: 250 ok'];
const TEXT = [...OPEN, ...DATA];
const END = ['S: 250 taken', 'C: QUIT', 'S: 221 bye', 'C! close'];
const LONG = 'x'.repeat(600);

const GOOD = [
  ...HELLO,
  'C: MAIL FROM:<a@client.test> SIZE=12 BODY=8BITMIME\nRCPT TO:<b@x.test>\nDATA',
  'S: 250 ok\n250 ok\n354 go',
  'C: \n..dot\nb\xe9\n.\nQUIT',
  'S: 250 taken\n221 bye',
  'C! close',
];
const GOOD_LMTP = [
  'S: 220 mx LMTP',
  'C: LHLO client.test',
  'S: 250 mx',
  'C: MAIL FROM:<>',
  'S: 250 ok',
  'C: RCPT TO:<b@x.test>',
  'S: 250 ok',
  ...DATA,
  'C: hello\n.',
  ...END,
];

/** By clause: a session in which it is broken. */
const BROKEN: Readonly<Record<string, readonly string[]>> = {
  // introduction
  'rfc5321-2.3.5-01': ['S: 220 mx', 'C: EHLO localhost'],
  'rfc5321-2.3.5-03': ['S: 220 mx', 'C: EHLO client_1.test'],
  'rfc5321-4.1.1.1-02': ['S: 220 mx', 'C: EHLO [192.0.2.1] my host'],
  'rfc5321-4.1.3-01': ['S: 220 mx', 'C: EHLO [192.0.2.256]'],
  'rfc5321-4.1.3-02': ['S: 220 mx', 'C: EHLO [2001:db8::1]'],
  'rfc6531-3.7.1-01': ['S: 220 mx', 'C: EHLO cli\xe9nt.test'],
  'rfc1869-4.2-01': ['S: 220 mx', 'C: HELO client.test', 'S: 250 mx', 'C: MAIL FROM:<> SIZE=3'],
  'rfc1869-4.4-01': ['S: 220 mx', 'C: EHLO client.test', 'S: 554 no', 'C: EHLO client.test'],
  'rfc1869-4.5-01': ['S: 220 mx', 'C: EHLO client.test', 'S: 502 no', 'C: NOOP'],
  'rfc1869-4.6-01': ['S: 220 mx', 'C: EHLO client.test', 'S: 500 no', 'C: MAIL FROM:<>'],
  'rfc1651-4.5-01': ['S: 220 mx', 'C: EHLO client.test', 'S: 501 no', 'C: MAIL FROM:<>'],
  'rfc5321-4.3.2-02': ['S: 220 mx', 'C: EHLO client.test', 'S: 550 no', 'C: MAIL FROM:<>'],
  // tls
  'rfc3207-3-01': [...PLAIN, 'C: STARTTLS'],
  'rfc3207-4-01': [...STARTTLS_OFFERED, 'C: STARTTLS now'],
  'rfc3207-4-03': [...GRANTED, 'C: MAIL FROM:<>'],
  'rfc3207-4-04': [...GRANTED, 'S? TLS handshake failed', 'C: MAIL FROM:<>'],
  'rfc3207-4-05': [...STARTTLS_OFFERED, 'C: STARTTLS\nMAIL FROM:<>'],
  'rfc3207-4.2-01': [...GRANTED, '{TLS}', 'C: MAIL FROM:<>'],
  'rfc3207-4.2-02': [...GRANTED, '{TLS}', 'C: NOOP'],
  'rfc3207-4.2-03': [...GRANTED, '{TLS}', 'C: EHLO client.test', 'S: 250-mx\n250 STARTTLS', 'C: STARTTLS'],
  // authentication
  'rfc4954-3-01': [...WITH_AUTH, 'C: AUTH CRAM-MD5'],
  'rfc4954-4-01': [...WITH_AUTH, 'C: AUTH PLAIN AAAA', 'S: 235 ok', 'C: AUTH PLAIN AAAA'],
  'rfc4954-4-02': [...WITH_AUTH, 'C: MAIL FROM:<>', 'S: 250 ok', 'C: AUTH PLAIN AAAA'],
  'rfc4954-4-03': [...WITH_AUTH, 'C: AUTH PLAIN not!base64'],
  'rfc4954-4-05': [...WITH_AUTH, `C: AUTH PLAIN ${'AAAA'.repeat(130)}`],
  'rfc4954-4-06': [...WITH_AUTH, 'C: AUTH LOGIN', 'S: 334 ', 'C: a user'],
  // command-order
  'rfc5321-3.3-01': [...PLAIN, 'C: RCPT TO:<b@x.test>'],
  'rfc5321-3.3-06': [...OPEN, 'C: DATA', 'S: 300 hm', 'C: text\n.'],
  'rfc5321-4.1.1.1-03': ['S: 220 mx', 'C: MAIL FROM:<a@client.test>'],
  'rfc5321-4.1.4-03': ['S: 220 mx', 'C: NOOP'],
  'rfc5321-4.1.4-04': [...OPEN, 'C: MAIL FROM:<c@client.test>'],
  'rfc5321-4.1.5-01': [...PLAIN, 'C: HELLO there'],
  'rfc5321-F.1-01': [...PLAIN, 'C: TURN'],
  'rfc5321-F.6-01': [...PLAIN, 'C: SAML FROM:<a@client.test>'],
  'rfc2033-4.1-01': ['S: 220 mx', 'C: LHLO client.test', 'S: 500 no', 'C: MAIL FROM:<>'],
  'rfc2033-4.1-02': ['S: 220 mx', 'C: LHLO client.test', 'S: 500 no', 'C: HELO client.test'],
  // command-lines
  'rfc5321-4.5.3.1.4-01': [...PLAIN, `C: RCPT TO:<${LONG}@x.test>`],
  'rfc5321-4.1.1-02': [...OPEN, 'C: DATA now'],
  'rfc5321-4.1.2-05': [...PLAIN, 'C: MAIL FROM:<\xe9@client.test>'],
  'rfc5321-2.4-03': [...PLAIN, 'C: quit'],
  'rfc5891-3.1-01': [...PLAIN, 'C: MAIL FROM:<a@cli\xe9nt.test>'],
  // line-ends
  'rfc5321-2.3.8-01': [...PLAIN, RAW('NOOP\n')],
  'rfc5321-2.3.8-03': [...TEXT, RAW('a\rb\r\n.\r\n')],
  'rfc5321-4.1.1-03': [...PLAIN, 'C: QUIT '],
  // pipelining
  'rfc5321-4.3.1-01': [...PLAIN, 'C: MAIL FROM:<a@client.test>\nRCPT TO:<b@x.test>'],
  'rfc5321-4.3.1-02': ['C: EHLO client.test', 'S: 220 mx'],
  'rfc2920-3-01': [...PLAIN, 'C: NOOP\nQUIT'],
  'rfc2920-3.1-02': [...HELLO, 'C: NOOP\nQUIT'],
  'rfc2920-3.1-03': [...HELLO, 'C: STARTTLS\nEHLO client.test'],
  // parameters
  'rfc5321-4.1.1.2-01': [...PLAIN, 'C: MAIL FROM:<a@client.test> RET=FULL'],
  'rfc5321-4.1.1.3-03': [...PLAIN, 'C: RCPT TO:<b@x.test> NOTIFY=NEVER'],
  'rfc5321-4.1.2-08': [...HELLO, 'C: MAIL FROM:<a@client.test> SIZE=1=2'],
  'rfc1869-6-01': [...HELLO, 'C: MAIL FROM:<a@client.test> =10'],
  'rfc1870-4-01': [...PLAIN, 'C: MAIL FROM:<a@client.test> SIZE=1'],
  'rfc1870-6-01': [...HELLO, 'C: MAIL FROM:<a@client.test> SIZE=big'],
  'rfc1870-6-02': [...HELLO, 'C: MAIL FROM:<a@client.test> SIZE=1 SIZE=2'],
  'rfc6152-3-01': [...PLAIN, 'C: MAIL FROM:<a@client.test> BODY=7BIT'],
  'rfc6152-3-03': [...HELLO, 'C: MAIL FROM:<a@client.test> BODY=7BIT BODY=7BIT'],
  'rfc6152-2-01': [...HELLO, 'C: MAIL FROM:<a@client.test> BODY=BINARYMIME'],
  'rfc6531-3.4-02': [
    'S: 220 mx',
    'C: EHLO c.test',
    'S: 250-mx\n250 SMTPUTF8',
    'C: MAIL FROM:<> SMTPUTF8=yes',
  ],
  // notification-parameters
  'rfc3461-4.5-01': [...WITH_DSN, 'C: MAIL FROM:<a@client.test> RET=FULL RET=HDRS'],
  'rfc3461-4.5-02': [...WITH_DSN, 'C: RCPT TO:<b@x.test> NOTIFY=NEVER NOTIFY=DELAY'],
  'rfc3461-4.4-01': [...WITH_DSN, 'C: MAIL FROM:<a@client.test> ENVID='],
  'rfc3461-4.4-03': [...WITH_DSN, 'C: MAIL FROM:<a@client.test> ENVID=a+07'],
  'rfc3461-4.2-02': [...WITH_DSN, 'C: RCPT TO:<b@x.test> ORCPT=mailbox;b@x.test'],
  'rfc3461-4.2-05': [...WITH_DSN, 'C: RCPT TO:<b@x.test> ORCPT=rfc822;b+07@x.test'],
  'rfc5321-4.1.2-02': [...WITH_DSN, 'C: RCPT TO:<b@x.test> ORCPT=rfc822;b+x@x.test'],
  // paths
  'rfc5321-3.6.1-01': [...PLAIN, 'C: RCPT TO:<@relay.test:b@x.test>'],
  'rfc5321-4.1.1-01': [...PLAIN, 'C: RCPT TO:<a..b@x.test>'],
  'rfc1123-5.2.18-02': [...PLAIN, 'C: RCPT TO:<b@-x.test>'],
  'rfc5321-F.4-01': [...PLAIN, 'C: RCPT TO:<b@#3221225985>'],
  'rfc5321-3.3-02': [...PLAIN, 'C: MAIL FROM: <a@client.test>'],
  'rfc5321-3.3-03': [...PLAIN, 'C: RCPT TO:<@relay.test:b@x.test>'],
  'rfc5321-4.1.2-01': [...PLAIN, 'C: RCPT TO:<a b@x.test>'],
  'rfc5321-4.1.2-06': [...PLAIN, 'C: RCPT TO:<b@x_y.test>'],
  'rfc5321-4.1.2-07': [...PLAIN, 'C: RCPT TO:<"a"b"@x.test>'],
  'rfc5321-4.5.3.1.1-01': [...PLAIN, `C: RCPT TO:<${'l'.repeat(65)}@x.test>`],
  'rfc5321-4.5.3.1.2-01': [...PLAIN, `C: RCPT TO:<b@${'d.'.repeat(130)}test>`],
  'rfc5321-4.5.3.1.3-01': [...PLAIN, `C: RCPT TO:<b@${'d.'.repeat(130)}test>`],
  'rfc6531-3.2-03': [...PLAIN, 'C: RCPT TO:<\xc3\xa9@x.test>'],
  // size-value
  'rfc1870-6-03': [...HELLO, 'C: MAIL FROM:<> SIZE=3', 'S: 250 ok', ...DATA, 'C: hello\n.'],
  'rfc1870-5-01': [...HELLO, 'C: MAIL FROM:<> SIZE=99999', 'S: 250 ok', ...DATA, 'C: hello\n.'],
  // eight-bit
  'rfc5321-2.4-04': [...TEXT, 'C: \xe9\n.'],
  'rfc6152-3-07': [...TEXT, 'C: \xe9\n.'],
  'rfc6152-3-02': [...HELLO, 'C: MAIL FROM:<>', 'S: 250 ok', ...DATA, 'C: \xe9\n.'],
  'rfc1652-3-01': [...TEXT, 'C: \xe9\n.'],
  'rfc822-3.3-01': [...TEXT, 'C: \xe9\n.'],
  'rfc5321-2.3.1-01': [...HELLO, 'C: MAIL FROM:<>', 'S: 250 ok', ...DATA, 'C: To: \xe9\n\n.'],
  'rfc6532-3.7-01': [...HELLO, 'C: MAIL FROM:<>', 'S: 250 ok', ...DATA, 'C: To: \xe9\n\n.'],
  'rfc6531-3.2-04': [...HELLO, 'C: MAIL FROM:<>', 'S: 250 ok', ...DATA, 'C: To: \xe9\n\n.'],
  // text-lines
  'rfc821-4.5.3-01': [...TEXT, `C: ${'x'.repeat(999)}\n.`],
  'rfc6152-3-05': [
    ...HELLO,
    ...['C: MAIL FROM:<> BODY=8BITMIME', 'S: 250 ok', ...DATA, `C: ${'\xe9'.repeat(999)}\n.`],
  ],
  'rfc6532-4-01': [
    ...['S: 220 mx', 'C: EHLO c.test', 'S: 250-mx\n250-8BITMIME\n250 SMTPUTF8'],
    ...['C: MAIL FROM:<> BODY=8BITMIME SMTPUTF8', 'S: 250 ok', ...DATA, `C: ${'\xc3\xa9'.repeat(500)}\n.`],
  ],
  'rfc5321-4.5.3.1.6-01': [...TEXT, `C: ${'x'.repeat(999)}\n.`],
  // dot-stuffing
  'rfc5321-4.5.2-01': [...TEXT, 'C: one\n.two\n.'],
  'rfc5321-3.3-07': [...TEXT, 'C: one\n.\nmore text\n.'],
  'rfc6152-3-04': [...HELLO, 'C: MAIL FROM:<> BODY=8BITMIME', 'S: 250 ok', ...DATA, 'C: .\xe9\n.'],
  // quit
  'rfc5321-4.1.1.10-01': [...PLAIN, 'C! close'],
  // one-outcome
  'rfc5321-2.1-01': [],
  'rfc5321-4.2.5-01': [...TEXT, 'C: hello\n.', 'S: 451 no', ...END.slice(1)],
  'rfc2033-4.2-05': [...GOOD_LMTP.slice(0, -4), 'S: 450 full', ...END.slice(1)],
};

/** By monitor and clause, where two monitors look after one clause. */
const BROKEN_ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'eight-bit rfc6152-2-01': [...HELLO, 'C: MAIL FROM:<> BODY=7BIT', 'S: 250 ok', ...DATA, 'C: \xe9\n.'],
  'paths rfc5321-4.1.3-01': [...PLAIN, 'C: RCPT TO:<b@[192.0.2.256]>'],
  'paths rfc5321-4.1.3-02': [...PLAIN, 'C: RCPT TO:<b@[2001:db8::1]>'],
};

const SENT: readonly RecipientOutcome[] = [{ address: 'b@x.test', status: 'sent' }];

function watch(lines: readonly string[], outcomes: readonly RecipientOutcome[] = SENT): Observation[] {
  const conversations: Conversation[] = lines.length === 0 ? [] : [conversationOf(...lines)];
  return observe(monitors, { conversations, outcomes, recipients: ['b@x.test'] });
}

const all = monitors.flatMap((monitor: Monitor) =>
  monitor.clauses.map((clause) => [monitor.name, clause] as const),
);

test('clauses of monitors are in the register', () => {
  expect(danglingClauses(all.map(([, clause]) => clause))).toEqual([]);
});

test('names are unique', () => {
  expect(new Set(monitors.map(({ name }) => name)).size).toBe(monitors.length);
});

describe('a right session breaks nothing', () => {
  test.each([
    ['SMTP', GOOD],
    ['LMTP', GOOD_LMTP],
    ['TLS', GOOD_TLS],
  ])('%s', (_, lines) => {
    expect(watch(lines).filter(({ holds }) => !holds)).toEqual([]);
  });

  test('and a monitor judges only clauses that it lists', () => {
    const listed = new Set(all.map(([name, clause]) => `${name} ${clause}`));
    for (const lines of [GOOD, GOOD_LMTP, ...Object.values(BROKEN)]) {
      for (const { monitor, clause } of watch(lines)) expect(listed).toContain(`${monitor} ${clause}`);
    }
  });
});

describe('every clause can break', () => {
  test.each(all)('%s: %s', (name, clause) => {
    const lines = BROKEN[clause];
    expect(lines, `a session that breaks ${clause}`).toBeDefined();
    const outcomes = clause === 'rfc5321-2.1-01' ? [] : SENT;
    const found = watch(lines ?? [], outcomes).filter(
      (observation) => observation.clause === clause && !observation.holds,
    );
    const other = BROKEN_ELSEWHERE[`${name} ${clause}`];
    if (other !== undefined) {
      expect(
        watch(other).some((seen) => seen.monitor === name && seen.clause === clause && !seen.holds),
      ).toBe(true);
      return;
    }
    expect(found.some(({ monitor }) => monitor === name)).toBe(true);
    expect(found[0]?.evidence).not.toBe('');
  });
});

describe('what was learnt before TLS', () => {
  const offered = [
    'S: 220 mx',
    'C: EHLO c.test',
    'S: 250-mx\n250-STARTTLS\n250-PIPELINING\n250-AUTH PLAIN\n250 SIZE',
  ];
  const inside = [...offered, 'C: STARTTLS', 'S: 220 go', '{TLS}', 'C: EHLO c.test', 'S: 250-mx\n250 SIZE'];
  test.each([
    [true, ['C: MAIL FROM:<> SIZE=3']],
    [false, ['C: AUTH PLAIN AAAA']],
    [false, ['C: MAIL FROM:<> AUTH=<>']],
    [false, ['C: MAIL FROM:<>\nRCPT TO:<b@x.test>']],
  ])('%s: %s', (holds, lines) => {
    const seen = watch([...inside, ...lines]).find(({ clause }) => clause === 'rfc3207-4.2-01');
    expect(seen?.holds).toBe(holds);
  });
});

describe('what is right stays unjudged or holds', () => {
  const holds = (clause: string, lines: readonly string[], outcomes = SENT) =>
    watch(lines, outcomes).every((observation) => observation.clause !== clause || observation.holds);

  test('a second EHLO after a refused one, and HELO', () => {
    const lines = [
      'S: 220 mx',
      'C: EHLO client.test',
      'S: 502 no',
      'C: HELO client.test',
      'S: 250 mx',
      'C: MAIL FROM:<>',
    ];
    expect(watch(lines, []).filter((seen) => !seen.holds && seen.monitor === 'command-order')).toEqual([]);
  });
  test('DATA pipelined behind a RCPT that is refused', () => {
    const lines = [
      ...HELLO,
      'C: MAIL FROM:<>\nRCPT TO:<b@x.test>\nDATA',
      'S: 250 ok\n550 no\n354 go',
      'C: .\nQUIT',
    ];
    expect(holds('rfc5321-3.3-01', lines)).toBe(true);
    expect(holds('rfc1870-6-03', lines)).toBe(true);
  });
  test('DATA after a RCPT that was refused before', () => {
    const lines = [...PLAIN, 'C: MAIL FROM:<>', 'S: 250 ok', 'C: RCPT TO:<b@x.test>', 'S: 550 no', 'C: DATA'];
    expect(holds('rfc5321-3.3-01', lines)).toBe(false);
  });
  test('leaving without QUIT while a reply is missing, or after the server left', () => {
    expect(holds('rfc5321-4.1.1.10-01', ['S: 220 mx', 'C: EHLO client.test', 'C! close'])).toBe(true);
    expect(holds('rfc5321-4.1.1.10-01', [...PLAIN, 'S! close', 'C! close'])).toBe(true);
  });
  test('a quoted local part with an escaped quote', () => {
    const lines = [...PLAIN, 'C: RCPT TO:<"a\\"b c"@x.test>'];
    expect(watch(lines).filter((seen) => !seen.holds && seen.monitor === 'paths')).toEqual([]);
  });
  test('postmaster without a domain', () => {
    expect(
      watch([...PLAIN, 'C: RCPT TO:<Postmaster>']).filter((seen) => !seen.holds && seen.monitor === 'paths'),
    ).toEqual([]);
  });
  test('a stuffed dot does not count towards the length of its line', () => {
    expect(holds('rfc5321-4.5.3.1.6-01', [...TEXT, `C: .${'.'.repeat(998)}\n.`])).toBe(true);
  });
  test('a probe that is deliverable sent nothing', () => {
    expect(holds('rfc5321-4.2.5-01', OPEN, [{ address: 'b@x.test', status: 'sent', probe: true }])).toBe(
      true,
    );
  });
});
