/** Each check: what it accepts, what it refuses, and what it says then. */
import { describe, expect, test } from 'vitest';
import { selfSigned } from '../../simulator/certificates/authority.ts';
import type { Attempt, Evidence, HostDelivery, SeenQuery } from '../evidence.ts';
import { evidenceOf, sessionOf } from '../monitors/testing.ts';
import { asked } from './asked.ts';
import { connections, order } from './connections.ts';
import { decided } from './decided.ts';
import { dialogue } from './dialogue.ts';
import { elapsed } from './elapsed.ts';
import { type Expectation, type Finding, Ledger, postfixOnly } from './expectation.ts';
import { addedToFlush } from './flush.ts';
import { logged, notLogged } from './log.ts';
import { bounced, deferred, delivered } from './outcome.ts';
import { matches, occurs } from './pattern.ts';
import { pipelined } from './pipelined.ts';
import { notQueried, queried } from './queries.ts';
import { received } from './received.ts';
import { noTls, tlsSession } from './tls-session.ts';

async function look(
  expectation: Expectation,
  parts: Partial<Evidence>,
  ledger = new Ledger(),
): Promise<Finding[]> {
  return expectation.look(evidenceOf(parts), ledger);
}

async function holds(expectation: Expectation, parts: Partial<Evidence>): Promise<boolean> {
  return (await look(expectation, parts)).every((finding) => finding.holds);
}

function delivery(host: string, content: string, recipients = ['b@x.test']): HostDelivery {
  const recipientParameters = recipients.map(() => ({}));
  return {
    host,
    atMs: 0,
    connection: 1,
    sender: 'a@client.test',
    mailParameters: {},
    recipients,
    recipientParameters,
    content: Buffer.from(content),
  };
}

test('patterns', () => {
  expect(matches('S: 250 *ok', 'S: 250 all is ok')).toBe(true);
  expect(matches('S: 250 ok', 'S: 250 ok.')).toBe(false);
  expect(matches('[a.b]*(x)', '[a.b] and (x)')).toBe(true);
  expect(matches('[a.b]', '[axb]')).toBe(false);
  expect(occurs('needle*hay', 'a needle in hay')).toBe(true);
  const sticky = /x/g;
  expect([matches(sticky, 'x'), matches(sticky, 'x')]).toEqual([true, true]);
});

test('what was decided, and why', async () => {
  const decisions = [
    { atMs: 0, about: 'servers', text: 'tries a, b', because: 'MX records' },
    { atMs: 1, about: 'outcome', text: 'defers the recipient' },
  ] as const;
  expect(await holds(decided('servers', 'tries a*b'), { decisions })).toBe(true);
  expect(await holds(decided('servers', 'tries a', { because: /^MX/, count: 1 }), { decisions })).toBe(true);
  expect(await holds(decided('servers', 'tries b, a'), { decisions })).toBe(false);
  expect(await holds(decided('outcome', 'tries a'), { decisions })).toBe(false);
  expect(await holds(decided('servers', 'tries a', { because: 'SRV records' }), { decisions })).toBe(false);
  expect(await holds(decided('servers', 'tries a', { count: 2 }), { decisions })).toBe(false);
  expect(await holds(decided('outcome', 'defers', { because: 'anything' }), { decisions })).toBe(false);
  expect(await look(decided('servers', 'tries b'), { decisions })).toEqual([
    { holds: false, seen: 'tries a, b, because MX records' },
  ]);
  expect(await look(decided('TLS', 'takes'), { decisions })).toEqual([
    { holds: false, seen: 'nothing about TLS' },
  ]);
});

test('mail that waits, as flush(8) is told', async () => {
  const flushAdds = ['a.test', 'b.test'].map((domain) => ({ domain, queueId: 'Q' }));
  expect(await holds(addedToFlush('a.test', 'b.test'), { flushAdds })).toBe(true);
  expect(await holds(addedToFlush('b.test', 'a.test'), { flushAdds })).toBe(false);
  expect(await holds(addedToFlush('a.test'), { flushAdds })).toBe(false);
  expect(await holds(addedToFlush(), { flushAdds: [] })).toBe(true);
  expect(await holds(addedToFlush(), {})).toBe(false);
});

describe('outcomes', () => {
  const outcomes = [
    { address: 'b@x.test', status: 'bounced', dsn: '5.1.1', reason: 'host said: no', relay: 'none' },
  ] as const;
  test('status, and what Postfix tells besides', async () => {
    expect(await holds(bounced('b@x.test', { dsn: '5.1.*', reason: /no$/ }), { outcomes })).toBe(true);
    const found = await look(bounced('b@x.test', { dsn: '5.1.2', reply: '550 no' }), { outcomes });
    expect(found.map((finding) => [finding.holds, finding.binds, finding.seen])).toEqual([
      [true, undefined, 'b@x.test: bounced (5.1.1 host said: no)'],
      [false, 'postfix', 'dsn: 5.1.1'],
      [false, 'postfix', 'the sender does not tell its reply'],
    ]);
    expect(await holds(deferred('b@x.test'), { outcomes })).toBe(false);
    expect(await holds(bounced('c@x.test'), { outcomes })).toBe(false);
  });
  test('each expectation takes one outcome', async () => {
    const two = [
      { address: 'b@x.test', status: 'bounced' },
      { address: 'b@x.test', status: 'sent' },
    ] as const;
    const ledger = new Ledger();
    expect(await look(delivered('b@x.test'), { outcomes: two }, ledger)).toMatchObject([{ holds: true }]);
    expect(await look(bounced('b@x.test'), { outcomes: two }, ledger)).toMatchObject([{ holds: true }]);
    expect(await look(bounced('b@x.test'), { outcomes: two }, ledger)).toMatchObject([{ holds: false }]);
    expect(ledger.outcomes.size).toBe(2);
  });
  test('via is where the message was found', async () => {
    const outcomes = [{ address: '"b"@X.test', status: 'sent' }] as const;
    const deliveries = [delivery('mx', '')];
    expect(await holds(delivered('"b"@X.test', { via: 'mx' }), { outcomes, deliveries })).toBe(true);
    expect(await holds(delivered('"b"@X.test', { via: 'other' }), { outcomes, deliveries })).toBe(false);
    expect(
      await holds(delivered('"b"@X.test', { via: 'mx', as: 'c@x.test' }), { outcomes, deliveries }),
    ).toBe(false);
  });
});

describe('dialogue', () => {
  const sessions = [
    sessionOf('mx', 'S: 220 mx', 'C: EHLO client.test', 'S: 250 mx', 'C: QUIT', 'S: 221 bye', 'C! close'),
    sessionOf('mx', 'S: 421 busy', 'S! close', 'C! close'),
    sessionOf('other', 'S: 220 other', 'C! reset'),
  ];
  test.each([
    [['S: 220 *', 'C: EHLO client.test', 'S: 250 mx', 'C: QUIT', 'S: 221 bye'], true],
    [['S: 220 *', 'C: EHLO client.test', 'S: 250 mx', 'C: QUIT', 'S: 221 *', 'C: <close>'], true],
    [['S: 220 *', '...', 'C: QUIT'], true],
    [['...', 'C: QUIT', '...'], true],
    [['S: 220 *', '...'], true],
    [['S: 220 *', 'C: EHLO client.test'], false],
    [['S: 220 *', 'C: HELO *', '...'], false],
    [['C: EHLO *', '...'], false],
    [['...', 'C: RSET'], false],
    [['S: 220 *', '...', 'C: QUIT', 'S: 221 bye', 'C: <reset>'], false],
  ])('%j: %s', async (lines, expected) => {
    expect(await holds(dialogue('mx', lines), { sessions })).toBe(expected);
  });
  test('the next one is the next session', async () => {
    const ledger = new Ledger();
    expect(await look(dialogue('mx', ['S: 220 *', '...']), { sessions }, ledger)).toMatchObject([
      { holds: true },
    ]);
    expect(await look(dialogue('mx', ['S: 421 busy']), { sessions }, ledger)).toMatchObject([
      { holds: true },
    ]);
    expect(await look(dialogue('mx', ['...']), { sessions }, ledger)).toMatchObject([
      { holds: false, seen: 'no session 3 with mx' },
    ]);
    expect(await holds(dialogue('mx', ['S: 421 busy'], { session: 2 }), { sessions })).toBe(true);
    expect(await holds(dialogue('other', ['S: 220 other', 'C: <reset>']), { sessions })).toBe(true);
  });
  test('a difference is shown in its place', async () => {
    const [finding] = await look(dialogue('mx', ['S: 220 *', 'C: HELO *', '...']), { sessions });
    expect(finding?.seen.split('\n').slice(0, 3)).toEqual([
      'expected C: HELO *, seen:',
      '  S: 220 mx',
      '> C: EHLO client.test',
    ]);
  });
});

describe('TLS', () => {
  const entries = ['S: 220 mx', 'C: STARTTLS', 'S: 220 go', '{TLS sni=mx.x.test}', 'C: EHLO c', 'S: 250 mx'];
  const session = sessionOf('mx', ...entries);
  const sessions = [session, sessionOf('plain', 'S: 220 mx', 'C: QUIT')];

  test('dialogues show where it began', async () => {
    const begin = ['S: 220 mx', 'C: STARTTLS', 'S: 220 go'];
    const ends = ['C: EHLO c'];
    for (const mark of ['{TLS sni=mx.x.test}', '{TLS*}'])
      expect(await holds(dialogue('mx', [...begin, mark, ...ends]), { sessions })).toBe(true);
    for (const mark of ['{TLS}', '{TLS sni=other}'])
      expect(await holds(dialogue('mx', [...begin, mark, ...ends]), { sessions })).toBe(false);
    expect(await holds(dialogue('mx', [...begin, ...ends, '{TLS*}']), { sessions })).toBe(false);
    expect(await holds(dialogue('plain', ['S: 220 mx', '{TLS*}', 'C: QUIT']), { sessions })).toBe(false);
  });

  test('what was agreed on', async () => {
    const right = { sni: 'mx.x.test', protocol: 'TLSv1.3', cipher: 'TLS_AES*', resumed: false };
    expect(await holds(tlsSession('mx', { ...right, clientCertificate: undefined }), { sessions })).toBe(
      true,
    );
    expect(await holds(tlsSession('mx'), { sessions })).toBe(true);
    expect(await holds(tlsSession('mx', { ...right, session: 1 }), { sessions })).toBe(true);
    for (const wrong of [
      { sni: undefined },
      { protocol: 'TLSv1.2' },
      { cipher: 'ADH*' },
      { resumed: true },
      { clientCertificate: selfSigned('client.test') },
      { session: 2 },
    ])
      expect(await holds(tlsSession('mx', wrong), { sessions })).toBe(false);
    expect(await holds(tlsSession('plain'), { sessions })).toBe(false);
    expect(await holds(noTls('plain'), { sessions })).toBe(true);
    expect(await holds(noTls('mx'), { sessions })).toBe(false);
  });
});

test('pipelined', async () => {
  const hello = ['S: 220 mx', 'C: EHLO client.test', 'S: 250-mx\n250 PIPELINING'];
  const sessions = [
    sessionOf(
      'mx',
      ...hello,
      'C: MAIL FROM:<>\nRCPT TO:<b@x.test>\nDATA',
      'S: 250 ok\n250 ok\n354 go',
      'C: hi\n.\nQUIT',
      'S: 250 ok',
    ),
  ];
  const groups = [['EHLO *'], ['MAIL FROM:*', 'RCPT *', 'DATA'], ['.', 'QUIT']];
  expect(await holds(pipelined('mx', groups), { sessions })).toBe(true);
  expect(await holds(pipelined('mx', [['...'], ['.', 'QUIT']]), { sessions })).toBe(true);
  expect(await holds(pipelined('mx', [['...']]), { sessions })).toBe(true);
  expect(await holds(pipelined('mx', groups.slice(0, 2)), { sessions })).toBe(false);
  expect(await holds(pipelined('mx', [['EHLO *'], ['MAIL FROM:*'], ['...']]), { sessions })).toBe(false);
  expect(await holds(pipelined('mx', groups, { session: 2 }), { sessions })).toBe(false);
});

describe('connections and their order', () => {
  const at = (host: string | undefined, address: string, accepted = true): Attempt => ({
    atMs: 0,
    address,
    port: 25,
    host,
    accepted,
  });
  const attempts = [
    at('a', '192.0.2.1', false),
    at('a', '192.0.2.11'),
    at('b', '192.0.2.2'),
    at('c', '192.0.2.3'),
    at('a', '192.0.2.1'),
  ];
  test.each([
    [['a', 'b', 'c', 'a'], true],
    [['a', ['c', 'b'], 'a'], true],
    [['192.0.2.1', '192.0.2.11', 'b', 'c', '192.0.2.1'], true],
    [['a', 'b', 'c'], false],
    [['b', 'a', 'c', 'a'], false],
    [[['a', 'b'], 'a', 'c'], false],
  ])('%j: %s', async (steps, expected) => {
    expect(await holds(order(steps), { attempts })).toBe(expected);
  });
  test('the live world does not see refused attempts', async () => {
    const listening = new Map([['b', ['192.0.2.2']]]);
    const seen = { attempts: [at('b', '192.0.2.2')], listening };
    expect(await holds(order(['a', 'b']), { ...seen, world: 'live' })).toBe(true);
    expect(await holds(order(['a', 'b']), seen)).toBe(false);
  });
  test('number of connections', async () => {
    const sessions = [sessionOf('mx', 'S: 220 mx')];
    expect(await holds(connections('mx', 1), { sessions })).toBe(true);
    expect(await holds(connections('mx', 0), { sessions })).toBe(false);
  });
});

test('questions to table servers, by connection', async () => {
  const question = (server: string, connection: number, text: string) => ({
    atMs: 0,
    server,
    connection,
    text,
  });
  const questions = [
    question('t', 1, 'a'),
    question('u', 1, 'x'),
    question('t', 1, 'b'),
    question('t', 2, 'a'),
  ];
  expect(await holds(asked('t', [['a', 'b'], ['a']]), { questions })).toBe(true);
  expect(await holds(asked('none', []), { questions })).toBe(true);
  const [finding] = await look(asked('t', [['a', 'b', 'a']]), { questions });
  expect(finding).toEqual({ holds: false, seen: '#1 "a", "b" #2 "a"' });
});

test('queries', async () => {
  const query: SeenQuery = { atMs: 0, name: 'Example.test', type: 'MX', transport: 'udp', answer: '' };
  const queries = [query, query];
  expect(await holds(queried('example.test.', 'mx', 2), { queries })).toBe(true);
  expect(
    (await look(queried('example.test', 'MX', 1), { queries })).map((finding) => [
      finding.holds,
      finding.binds,
    ]),
  ).toEqual([
    [true, undefined],
    [false, 'postfix'],
  ]);
  expect(await holds(queried('example.test', 'A'), { queries })).toBe(false);
  expect(await holds(notQueried('example.test', 'A'), { queries })).toBe(true);
  expect(await holds(notQueried('example.test'), { queries })).toBe(false);
});

test('log lines', async () => {
  const log = [{ level: 'info', text: 'connect to mx[192.0.2.1]:25: refused' }] as const;
  expect(await holds(logged('connect to mx[*]:25'), { log })).toBe(true);
  expect(await holds(logged(/timed out/), { log })).toBe(false);
  expect(await holds(notLogged('refused'), { log })).toBe(false);
  expect(await holds(notLogged('timed out'), { log })).toBe(true);
});

test('elapsed time', async () => {
  expect(await holds(elapsed({ atLeast: '5m', atMost: '6m' }), { elapsedMs: 300_000 })).toBe(true);
  expect(await holds(elapsed({ atLeast: '5m' }), { elapsedMs: 299_999 })).toBe(false);
  expect(await holds(elapsed({ atMost: 10 }), { elapsedMs: 11 })).toBe(false);
  expect(() => elapsed({ atLeast: '2m', atMost: '1m' })).toThrow('longer than');
});

describe('received messages', () => {
  const content =
    'Received: by x\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\n folded\r\nTo: b@x.test\r\n\r\none\r\n.two\r\n';
  const deliveries = [delivery('mx', content)];
  const submissions = [submission(content.slice(content.indexOf('Subject')).replaceAll('\r\n', '\n'))];

  test.each([
    [{}, true],
    [{ count: 1 }, true],
    [{ count: 2 }, false],
    [{ headers: { To: 'b@x.test' } }, true],
    [{ headers: { To: '*@y.test' } }, false],
    [{ headers: { Cc: '*' } }, false],
    [{ body: '.two' }, true],
    [{ body: '..two' }, false],
    [{ content: '\r\n\r\none\r\n.two\r\n' }, true],
    [{ content: 'two' }, false],
    [{ unchanged: true as const }, true],
  ])('%j: %s', async (details, expected) => {
    expect(await holds(received('mx', details), { deliveries, submissions })).toBe(expected);
  });
  test('what was changed is told', async () => {
    const altered = [delivery('mx', content.replace('.two', 'two'))];
    const found = await look(received('mx', { unchanged: true }), { deliveries: altered, submissions });
    expect(found.at(-1)).toMatchObject({
      holds: false,
      seen: 'text changed: "one\\n.two" became "one\\ntwo"',
    });
  });
  test('a host that took nothing', async () => {
    expect(await holds(received('other'), { deliveries })).toBe(false);
    expect(await holds(received('other', { count: 0 }), { deliveries })).toBe(true);
  });

  function submission(text: string): Evidence['submissions'][number] {
    const bytes = Buffer.from(text);
    return {
      queueId: '1',
      service: 'smtp',
      nexthop: undefined,
      from: '',
      recipients: [],
      content: bytes,
      message: { sizeBytes: bytes.length, encoding: undefined, utf8Headers: false, chunks: () => [bytes] },
      ageMs: 0,
      smtputf8: false,
      requireTls: false,
      envelopeId: undefined,
      returnContent: undefined,
      probe: false,
      traceAll: false,
      corrupt: false,
      traceDelayed: false,
      submitter: undefined,
      reuse: undefined,
      afterMs: 0,
    };
  }
});

test('postfixOnly binds nobody else', () => {
  expect(postfixOnly(connections('mx', 1)).binds).toBe('postfix');
});
