/** Made-up results for the tests of the reports and for looking at the page: realistic in shape and size. */
import { clauses } from '../scenarios/clauses.ts';
import type { Check, Result, Results, SessionLine, StoredSession, Verdict } from '../scenarios/results.ts';

const subjects: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'greeting',
    [
      ['5xx-tries-next-host', 'A 554 greeting sends the client to the next mail exchanger'],
      ['421-tries-next-host', 'A 421 greeting is a temporary failure of one host only'],
      ['multiline', 'A greeting of many lines is read to its end before EHLO'],
      ['slow-banner', 'The client waits five minutes for a greeting'],
    ],
  ],
  [
    'ehlo',
    [
      ['fallback-to-helo', 'EHLO refused with 502 is followed by HELO'],
      ['keywords-any-case', 'Extension keywords are recognised in any letter case'],
      ['own-name', 'A server that greets with our own name is mail looping back'],
    ],
  ],
  [
    'dns',
    [
      ['null-mx', 'A null MX means that the domain takes no mail'],
      ['servfail-defers', 'SERVFAIL for MX defers the message'],
      ['cname-chain', 'An MX name that is an alias is still followed'],
      ['equal-preference-spread', 'Exchangers of equal preference share the load'],
      ['truncated-uses-tcp', 'A truncated answer is asked again over TCP'],
    ],
  ],
  [
    'envelope',
    [
      ['size-too-large', 'A message above the announced SIZE is not sent'],
      ['partial-recipients', 'One refused recipient does not stop the others'],
      ['452-splits', '452 after some recipients ends the transaction early and the rest follow later'],
      ['null-sender', 'Notices go out with the empty reverse-path'],
    ],
  ],
  [
    'pipelining',
    [
      ['data-is-last', 'DATA ends a group of pipelined commands'],
      ['not-offered', 'Nothing is pipelined to a server that does not offer it'],
    ],
  ],
  [
    'lmtp',
    [
      ['reply-per-recipient', 'After the final dot each recipient has a reply of its own'],
      ['unix-socket', 'Delivery over a local socket'],
    ],
  ],
  [
    'limits',
    [
      ['endless-reply', 'A reply that never ends is given up'],
      ['stalled-data', 'A server silent after the final dot is given up after ten minutes'],
    ],
  ],
];

const monitors = ['command-order', 'crlf', 'line-length', 'dot-stuffing', 'one-outcome', 'ehlo-first'];

/** Deterministic numbers in [0, 1): a report of the same size is always the same. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function sampleResults(number = 120, seed = 1): Results {
  const random = randomFrom(seed);
  const results = Array.from({ length: number }, (_, index) => sampleResult(index, random));
  return {
    schema: 1,
    run: {
      id: '2026-11-23T21-04-11-virtual-1',
      startedAt: '2026-11-23T21:04:11.250Z',
      seed,
      world: 'virtual',
      nexthop: '0.1.0',
      eventHash: '9f1c4e2b7a60d35518ce04fa72b9d1e6a3b84c7720f65d19e8c2ab3140d7f958',
      wallMs: number * 1.9,
      selected: number,
    },
    results,
  };
}

export function sampleResult(index = 0, random = randomFrom(index + 1)): Result {
  const [suite, members] = subjects[index % subjects.length] ?? ['greeting', []];
  const round = Math.floor(index / subjects.length);
  const [name, title] = members[round % members.length] ?? ['sample', 'A sample'];
  const variant = Math.floor(round / members.length);
  const verdict = sampleVerdict(random());
  const ids = clauses();
  const named = [pick(ids, random), pick(ids, random)];
  const evidence =
    'expected  C: RCPT TO:<user@example.test>\nseen      C: QUIT\n          ^ at 2.4 s, session 2 with b.example.test';
  const checks: Check[] = [
    ...named.map((clause) => ({
      clause: clause.id,
      level: clause.level,
      by: 'scenario',
      name: 'delivered to user@example.test via b',
      verdict,
      evidence:
        verdict === 'passed' ? 'status sent, dsn 2.0.0, relay b.example.test[192.0.2.2]:25' : evidence,
    })),
    {
      clause: 'postfix:delivery-5.1',
      level: 'POSTFIX',
      by: 'scenario',
      name: 'log line status=sent',
      verdict: 'passed',
      evidence: '',
    },
    ...monitors.map((monitor, position): Check => {
      const clause = ids[position * 7] ?? pick(ids, random);
      return {
        clause: clause.id,
        level: clause.level,
        by: `monitor ${monitor}`,
        verdict: 'passed',
        evidence: '',
      };
    }),
  ];
  const scenario = `${suite}/${name}${variant === 0 ? '' : `-${variant}`}`;
  return {
    scenario,
    suite,
    title,
    sender: 'nexthop',
    senderVersion: '0.1.0',
    world: 'virtual',
    verdict,
    reason: sampleReason(verdict),
    seed: 1,
    virtualMs: Math.round(random() ** 6 * 86_400_000),
    wallMs: Number((random() * 6).toFixed(2)),
    clauses: named.map((clause) => clause.id),
    tags: ['core', suite],
    config: index % 2 === 0 ? { smtp_skip_5xx_greeting: 'yes', smtp_helo_timeout: '30s' } : {},
    outcomes: [
      {
        address: 'user@example.test',
        status: verdict === 'failed' ? 'deferred' : 'sent',
        dsn: verdict === 'failed' ? '4.4.2' : '2.0.0',
        relay: 'b.example.test[192.0.2.2]:25',
        reason:
          verdict === 'failed'
            ? 'lost connection with b.example.test[192.0.2.2] while receiving the initial server greeting'
            : '250 2.0.0 Ok: queued as 4B1F',
      },
      {
        address: 'other@example.test',
        status: 'bounced',
        dsn: '5.1.1',
        relay: 'b.example.test[192.0.2.2]:25',
        reason: '550 5.1.1 no such user',
      },
    ],
    replay: `nexthop run ${scenario} --world virtual --seed 1`,
    checks,
    sessions: sampleSessions(),
    queries: [
      {
        atMs: 0,
        name: 'example.test',
        type: 'MX',
        transport: 'udp',
        answer: 'NOERROR 10 a.example.test, 20 b.example.test',
      },
      { atMs: 12, name: 'a.example.test', type: 'A', transport: 'udp', answer: 'NOERROR 192.0.2.1' },
      { atMs: 12, name: 'a.example.test', type: 'AAAA', transport: 'udp', answer: 'NOERROR (no records)' },
      { atMs: 25, name: 'b.example.test', type: 'A', transport: 'udp', answer: 'NOERROR 192.0.2.2' },
      { atMs: 5_025, name: 'b.example.test', type: 'AAAA', transport: 'tcp', answer: 'SERVFAIL' },
    ],
    log: [
      'nexthop/smtp[1]: 4F2A: host a.example.test[192.0.2.1] refused to talk to me: 554 5.3.2 closed',
      'nexthop/smtp[1]: 4F2A: to=<user@example.test>, relay=b.example.test[192.0.2.2]:25, delay=2.5, delays=0/0/2.4/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 4B1F)',
    ],
  };
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

function sampleVerdict(number: number): Verdict {
  if (number < 0.88) return 'passed';
  if (number < 0.92) return 'failed';
  if (number < 0.95) return 'non-strict';
  if (number < 0.97) return 'informational';
  if (number < 0.985) return 'unsupported';
  return number < 0.993 ? 'skipped' : 'inconclusive';
}

function sampleReason(verdict: Verdict): string {
  switch (verdict) {
    case 'failed':
      return 'not delivered to user@example.test via b: the client gave up after the first host';
    case 'non-strict':
      return 'the client waits 2 minutes for the greeting, 5 are recommended';
    case 'unsupported':
      return 'the sender has no LMTP';
    case 'skipped':
      return 'needs TLS, which this suite was run without';
    case 'inconclusive':
      return 'the host was too slow to tell';
    default:
      return '';
  }
}

function sampleSessions(): StoredSession[] {
  const line = (atMs: number, from: SessionLine['from'], text: string): SessionLine => ({ atMs, from, text });
  return [
    {
      host: 'a.example.test',
      address: '192.0.2.1',
      port: 25,
      openedAtMs: 40,
      lines: [
        line(80, 'S', '554 5.3.2 closed <script>alert(1)</script>'),
        line(100, 'C', 'QUIT'),
        line(120, 'S', '221 2.0.0 Bye'),
        line(120, '!', 'server closed the connection'),
      ],
    },
    {
      host: 'b.example.test',
      address: '192.0.2.2',
      port: 25,
      openedAtMs: 2_120,
      lines: [
        line(2_160, 'S', '220 b.example.test ESMTP'),
        line(2_180, 'C', 'EHLO client.example.test'),
        line(2_200, 'S', '250-b.example.test'),
        line(2_200, 'S', '250-PIPELINING'),
        line(2_200, 'S', '250-SIZE 10240000'),
        line(2_200, 'S', '250 8BITMIME'),
        line(2_220, 'C', 'MAIL FROM:<sender@sender.test> SIZE=5120'),
        line(2_220, 'C', 'RCPT TO:<user@example.test>'),
        line(2_220, 'C', 'RCPT TO:<other@example.test>'),
        line(2_220, 'C', 'DATA'),
        line(2_260, 'S', '250 2.1.0 Ok'),
        line(2_260, 'S', '250 2.1.5 Ok'),
        line(2_260, 'S', '550 5.1.1 no such user'),
        line(2_280, '!', 'the script waits 2 minutes before its reply to DATA'),
        line(122_280, 'S', '354 End data with <CR><LF>.<CR><LF>'),
        line(122_300, 'C', 'Received: by client.example.test (Nexthop) id 4F2A'),
        line(122_300, 'C', 'From: Sender <sender@sender.test>'),
        line(122_300, 'C', 'To: <user@example.test>'),
        line(
          122_300,
          'C',
          'Subject: A message of some length that shows how a long line is broken where the column is narrow',
        ),
        line(122_300, 'C', ''),
        { atMs: 122_300, from: 'C', text: 'Lorem ipsum dolor sit amet', repeated: 96 },
        line(122_300, 'C', '.'),
        line(122_340, 'S', '250 2.0.0 Ok: queued as 4B1F'),
        line(122_360, 'C', 'QUIT'),
        line(122_380, 'S', '221 2.0.0 Bye'),
        line(122_380, '!', 'client closed the connection'),
      ],
    },
  ];
}
