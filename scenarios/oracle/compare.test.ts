import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleResult } from '../../tests/sample-results.ts';
import type { Result, StoredContent, StoredSession } from '../results.ts';
import { compare, sessionPairs } from './compare.ts';

/** `C: text`, `S: text` and `! server: close` lines. */
function session(host: string, lines: readonly string[], more: Partial<StoredSession> = {}): StoredSession {
  return {
    host,
    address: `192.0.2.${host.charCodeAt(0) - 96}`,
    port: 25,
    openedAtMs: 0,
    lines: lines.map((line, atMs) => {
      const [, from = '!', text = ''] = /^([CS!]):? (.*)$/.exec(line) ?? [];
      return { atMs, from: from === 'C' || from === 'S' ? from : '!', text };
    }),
    ...more,
  };
}

const relay = 'a.example.test[192.0.2.1]:25';
const sent = {
  address: 'user@example.test',
  status: 'sent',
  dsn: '2.0.0',
  relay,
  reason: '250 2.0.0 Ok: queued as 1',
} as const;

function result(sender: string, more: Partial<Result> = {}): Result {
  return {
    ...sampleResult(),
    sender,
    senderVersion: sender === 'postfix' ? '3.7.11' : '0.1.0',
    world: 'live',
    verdict: 'passed',
    reason: '',
    outcomes: [sent],
    queries: [],
    sessions: [session('a', whole)],
    log: [
      `4C0FFEE000: to=<user@example.test>, relay=${relay}, delay=0, delays=0/0/0/0, dsn=2.0.0, status=sent (250)`,
    ],
    ...more,
  };
}

const greeted = ['S: 220 a ESMTP', 'C: EHLO client.test', 'S: 250-a', 'S: 250 PIPELINING'];
const mail = 'C: MAIL FROM:<sender@client.test>';
const rcpt = 'C: RCPT TO:<user@example.test>';
const content = 'C: <content, 170 bytes>';
const closes = ['! server: close', '! client: close'];
const whole = [
  ...greeted,
  mail,
  rcpt,
  'C: DATA',
  'S: 250 Ok',
  'S: 250 Ok',
  'S: 354 go',
  content,
  'C: QUIT',
  'S: 250 2.0.0 Ok: queued as 1',
  'S: 221 Bye',
  ...closes,
];

/** `kind: text` for each difference, or `undecided: why`. */
function differences(left: Partial<Result>, right: Partial<Result>): string[] {
  const agreement = compare(result('nexthop', left), result('postfix', right));
  if ('undecided' in agreement) return [`undecided: ${agreement.undecided}`];
  return agreement.differences.map(({ kind, text }) => `${kind}: ${text}`);
}

const dialogues = (left: readonly string[], right: readonly string[]) =>
  differences({ sessions: [session('a', left)] }, { sessions: [session('a', right)] });

describe('nothing that means anything', () => {
  test('a result agrees with itself', () => {
    expect(differences({}, {})).toEqual([]);
  });

  test('the numbers that servers give out', () => {
    const other = { ...sent, reason: '250 2.0.0 Ok: queued as 99' };
    const lines = whole.map((line) => line.replace('queued as 1', 'queued as 99'));
    expect(differences({}, { outcomes: [other], sessions: [session('a', lines)] })).toEqual([]);
  });

  test('where packets end: replies between commands of one group', () => {
    const grouped = [...greeted, mail, rcpt, 'C: RSET', 'S: 250 1', 'S: 250 2', 'S: 250 3'];
    const split = [...greeted, mail, rcpt, 'S: 250 1', 'S: 250 2', 'C: RSET', 'S: 250 3'];
    expect(dialogues(grouped, split)).toEqual([]);
  });

  test('whether the reply to QUIT was sent, and who closed first after it', () => {
    const silent = [...whole.slice(0, -3), '! client: close', '! server: close'];
    expect(dialogues(whole, silent)).toEqual([]);
  });

  test('whether a close became a reset', () => {
    const given = ['S: 150 no'];
    expect(
      dialogues(
        [...given, '! client: close', '! server: close'],
        [...given, '! client: reset', '! server: close'],
      ),
    ).toEqual([]);
  });

  test('whether QUIT to a server that has closed was seen', () => {
    const closed = ['S: 421 bye', '! server: close'];
    expect(dialogues([...closed, 'C: QUIT', '! client: close'], [...closed, '! client: close'])).toEqual([]);
  });

  test('how much of a content was out when the connection broke', () => {
    const broken = [...greeted, 'C: DATA', 'S: 354 go'];
    expect(
      dialogues(
        [...broken, 'C: <content, 80 bytes>', '! server: reset'],
        [...broken, 'C: <content, 4096 bytes>', '! server: reset'],
      ),
    ).toEqual([]);
  });

  test('the order of recipients among the outcomes', () => {
    const other = { ...sent, address: 'b@example.test' };
    expect(differences({ outcomes: [sent, other] }, { outcomes: [other, sent] })).toEqual([]);
  });
});

describe('what means something', () => {
  test.each([
    [
      'outcome',
      { ...sent, status: 'deferred' as const },
      "user@example.test: nexthop 'sent', postfix 'deferred'",
    ],
    ['dsn', { ...sent, dsn: '2.1.5' }, "dsn of user@example.test: nexthop '2.0.0', postfix '2.1.5'"],
    ['relay', { ...sent, relay: 'none' }, `relay of user@example.test: nexthop '${relay}', postfix 'none'`],
    [
      'reason',
      { ...sent, reason: '250 Fine' },
      "reason of user@example.test: nexthop '250 2.0.0 Ok: queued as 1', postfix '250 Fine'",
    ],
  ])('%s', (kind, other, text) => {
    expect(differences({}, { outcomes: [other] })).toEqual([`${kind}: ${text}`]);
  });

  test('whether, where and with which name TLS began', () => {
    const asked = [...greeted, 'C: STARTTLS', 'S: 220 go'];
    const inside = (mark: string) => [...asked, `! client: ${mark}`, 'C: EHLO client.test', 'S: 250 a'];
    expect(dialogues(inside('{TLS}'), inside('{TLS}'))).toEqual([]);
    expect(dialogues(inside('{TLS}'), inside('{TLS sni=a}'))).toHaveLength(1);
    expect(dialogues(inside('{TLS}'), [...asked, 'C: EHLO client.test', 'S: 250 a'])).not.toEqual([]);
  });

  test('a recipient without an outcome, and one with two', () => {
    expect(differences({ outcomes: [] }, {})).toEqual([
      "outcome: user@example.test: nexthop nothing, postfix 'sent'",
    ]);
    expect(differences({ outcomes: [sent, sent] }, {})).toEqual([
      "outcome: user@example.test: nexthop 'sent', postfix nothing",
    ]);
  });

  test('another host, or one session more', () => {
    const [a, b] = [session('a', whole), session('b', whole)];
    expect(differences({ sessions: [a] }, { sessions: [b] })).toEqual([
      'sessions: session 1: nexthop a [192.0.2.1]:25, postfix b [192.0.2.2]:25',
    ]);
    expect(differences({ sessions: [a, b] }, { sessions: [a] })).toEqual([
      'sessions: session 2: nexthop b [192.0.2.2]:25, postfix none',
    ]);
    expect(differences({ sessions: [a] }, { sessions: [session('a', whole, { port: 24 })] })[0]).toMatch(
      /^sessions: /,
    );
  });

  test('a command, told with both sides; what follows from it is not told', () => {
    const other = whole.with(4, `${mail} SIZE=170`).with(11, 'C: NOOP');
    expect(dialogues(whole, other)).toEqual([
      `command: session 1 with a: nexthop '${mail}', postfix '${mail} SIZE=170'`,
    ]);
  });

  test('a command more', () => {
    const other = [...whole.slice(0, 4), 'C: NOOP', 'S: 250 Ok', ...whole.slice(4)];
    expect(dialogues(whole, other)).toEqual([
      "command: session 1 with a: nexthop nothing, postfix 'C: NOOP'",
    ]);
  });

  test('a reply, which only a server of the same script may give', () => {
    expect(dialogues(whole, whole.with(7, 'S: 450 no'))).toEqual([
      "reply: session 1 with a: nexthop 'S: 250 Ok', postfix 'S: 450 no'",
    ]);
  });

  test('waiting for every reply where the other does not', () => {
    const patient = [...greeted, mail, 'S: 250 1', rcpt, 'S: 250 2', 'C: QUIT'];
    const hasty = [...greeted, mail, rcpt, 'S: 250 1', 'S: 250 2', 'C: QUIT'];
    expect(dialogues(patient, hasty)).toEqual([
      'command: session 1 with a: nexthop waits for every reply, postfix pipelines commands',
    ]);
  });

  test('ending without QUIT, seen with Postfix after a greeting of 150', () => {
    const quits = ['S: 150 one moment', 'C: QUIT', 'S: 221 2.0.0 Bye', ...closes];
    const leaves = ['S: 150 one moment', '! client: close', '! server: close'];
    expect(dialogues(quits, leaves)).toEqual(["end: session 1 with a: nexthop 'C: QUIT', postfix nothing"]);
    expect(dialogues(leaves, quits)).toEqual(["end: session 1 with a: nexthop nothing, postfix 'C: QUIT'"]);
  });

  test('who gave up first', () => {
    const stalled = ['S: 220 a', 'C: EHLO client.test'];
    expect(
      dialogues(
        [...stalled, '! client: close', '! server: close'],
        [...stalled, '! server: close', '! client: close'],
      ),
    ).toEqual(["end: session 1 with a: nexthop '!: client: close', postfix '!: server: close'"]);
  });

  test('a log line that only one of them writes', () => {
    const { log } = result('nexthop');
    const warning = 'warning: valid_hostname: misplaced hyphen: -bad-.example.test';
    expect(differences({ log: [warning, ...log] }, { log })).toEqual([
      `log: mail log: nexthop '${warning}', postfix nothing`,
    ]);
  });

  test('of several kinds, each once, the weightiest first', () => {
    const kinds = differences(
      { log: [] },
      {
        outcomes: [{ ...sent, dsn: '2.1.5', reason: 'x' }],
        sessions: [session('a', whole.with(4, 'C: NOOP'))],
      },
    ).map((text) => text.split(':')[0]);
    expect(kinds).toEqual(['dsn', 'reason', 'command', 'log']);
  });

  test('content, by the line in which it differs', () => {
    const stored = (lines: string[], more: Partial<StoredContent> = {}): Partial<Result> => ({
      sessions: [
        session('a', whole, {
          contents: [{ sha256: lines.join(), lines, complete: true, ...more }],
        }),
      ],
    });
    const lines = ['Date: Mon, 23 Nov 2026 21:29:00 +0000', 'Subject: x', '', 'text'];
    const later = lines.with(0, 'Date: Mon, 23 Nov 2026 21:29:07 +0000');
    expect(differences(stored(lines), stored(later))).toEqual([]);
    expect(differences(stored(lines), stored(lines.with(3, 'test')))).toEqual([
      "command: session 1 with a: nexthop 'content line 4: text', postfix 'content line 4: test'",
    ]);
    // Beyond what is stored, only the digest tells.
    expect(
      differences(stored(lines, { complete: false }), stored(lines, { complete: false, sha256: 'b' })),
    ).toEqual(["command: session 1 with a: nexthop '<content, 170 bytes>', postfix '<content, 170 bytes>'"]);
  });

  test('LMTP: one reply for each recipient belongs to the content', () => {
    const lmtp = (second: string) => [
      'S: 220 a LMTP',
      'C: LHLO client.test',
      'S: 250 a',
      mail,
      'S: 250 Ok',
      rcpt,
      'S: 250 Ok',
      rcpt,
      'S: 250 Ok',
      'C: DATA',
      'S: 354 go',
      content,
      'C: QUIT',
      'S: 250 first',
      second,
      'S: 221 Bye',
    ];
    expect(dialogues(lmtp('S: 250 second'), lmtp('S: 450 second'))).toEqual([
      "reply: session 1 with a: nexthop 'S: 250 second', postfix 'S: 450 second'",
    ]);
  });
});

describe('what cannot be told', () => {
  test.each(['inconclusive', 'skipped', 'unsupported'] as const)('%s', (verdict) => {
    expect(differences({}, { verdict, reason: 'too slow' })).toEqual([
      `undecided: postfix: ${verdict}: too slow`,
    ]);
  });

  test.each(['sessions', 'lines', 'outcomes', 'log'] as const)(
    '%s cut by the limits of evidence',
    (member) => {
      expect(differences({ omitted: { [member]: 1 } }, {})[0]).toMatch(/^undecided: nexthop: more /);
    },
  );

  test('checks and queries may be cut: they are not compared', () => {
    expect(differences({ omitted: { checks: 3, queries: 9 } }, {})).toEqual([]);
  });
});

describe('exchangers of equal preference', () => {
  const answer = (...preferences: number[]) =>
    preferences.map(
      (preference, index) => `example.test. 300 IN MX ${preference} ${'ab'[index]}.example.test.`,
    );
  const dns = (...preferences: number[]): Pick<Result, 'queries'> => ({
    queries: [
      ['MX', `NOERROR; ${answer(...preferences).join('; ')}`],
      ['A', 'NOERROR; a.example.test. 300 IN A 192.0.2.1'],
      ['A', 'NOERROR; b.example.test. 300 IN A 192.0.2.2'],
    ].map(([type = '', text = '']) => ({ atMs: 0, name: 'x', type, transport: 'udp', answer: text })),
  });
  const via = (host: 'a' | 'b', queries: Pick<Result, 'queries'>, reply = 'S: 250 Ok'): Partial<Result> => {
    const place = `${host}.example.test[192.0.2.${host === 'a' ? 1 : 2}]:25`;
    const lines = [`S: 220 ${host} ESMTP`, 'C: EHLO client.test', `S: 250 ${host}`, mail, reply, 'C: QUIT'];
    return {
      ...queries,
      outcomes: [{ ...sent, relay: place }],
      sessions: [session(host, lines)],
      log: [`connect to ${place}: Connection refused`],
    };
  };

  test('may come in any order', () => {
    expect(differences(via('a', dns(10, 10)), via('b', dns(10, 10)))).toEqual([]);
  });

  test('of different preference may not', () => {
    const kinds = differences(via('a', dns(10, 20)), via('b', dns(10, 20))).map((text) => text.split(':')[0]);
    expect(kinds).toEqual(['relay', 'sessions', 'log']);
  });

  test('that behave differently leave it undecided', () => {
    expect(differences(via('a', dns(10, 10)), via('b', dns(10, 10), 'S: 450 no'))[0]).toMatch(/^undecided: /);
  });

  test('tried in the same order are compared as any others', () => {
    expect(differences(via('a', dns(10, 10)), via('a', dns(10, 10), 'S: 450 no'))).toEqual([
      "reply: session 1 with a: nexthop 'S: 250 Ok', postfix 'S: 450 no'",
    ]);
  });
});

test('comparing is symmetric, whatever was said', () => {
  const line = fc.constantFrom(...whole, 'C: RSET', 'S: 421 bye', '! client: reset', 'S: 250-x', 'C: LHLO x');
  const lines = fc.array(line, { maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, (left, right) => {
      const kinds = (a: readonly string[], b: readonly string[]) =>
        dialogues(a, b).map((text) => text.split(':')[0]);
      expect(dialogues(left, left)).toEqual([]);
      expect(kinds(left, right).length).toBe(kinds(right, left).length);
    }),
  );
});

test('every line of both sides is on the page once, in its order', () => {
  const line = fc.constantFrom(...whole);
  const lines = fc.array(line, { maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, (left, right) => {
      const [pair] = sessionPairs(
        result('nexthop', { sessions: [session('a', left)] }),
        result('postfix', { sessions: [session('a', right)] }),
      );
      const shown = (side: 'left' | 'right') =>
        (pair?.rows ?? []).flatMap((row) => row[side]?.text ?? []).toSorted();
      const said = (spoken: readonly string[]) =>
        session('a', spoken)
          .lines.map(({ text }) => text)
          .toSorted();
      expect(shown('left')).toEqual(said(left));
      expect(shown('right')).toEqual(said(right));
    }),
  );
});
