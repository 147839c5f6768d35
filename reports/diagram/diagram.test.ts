import { describe, expect, test } from 'vitest';
import type { SessionLine, StoredSession } from '../../scenarios/results.ts';
import { bytesOf, hexDump } from './bytes.ts';
import { diagramOf } from './diagram.ts';
import type { Drawable, Step } from './model.ts';
import { type Row, rowsOf } from './rows.ts';

function session(
  lines: readonly (readonly [number, SessionLine['from'], string])[],
  host = 'a',
): StoredSession {
  return {
    host,
    address: '192.0.2.1',
    port: 25,
    openedAtMs: lines[0]?.[0] ?? 0,
    lines: lines.map(([atMs, from, text]) => ({ atMs, from, text })),
  };
}

function drawn(parts: Partial<Drawable>): string[] {
  const { steps } = diagramOf({ sessions: [], queries: [], ...parts });
  return steps.map(
    ({ atMs, kind, from, to, label, isLost }) =>
      `${atMs} ${kind} ${from === to ? from : `${from} > ${to}`}${isLost === true ? ' (lost)' : ''}: ${label}`,
  );
}

const none: Drawable = { sessions: [], queries: [] };

describe('from a result to steps', () => {
  test('nothing', () => {
    expect(diagramOf(none)).toEqual({
      lifelines: [{ id: 'client', kind: 'client', name: 'Client', detail: '' }],
      steps: [],
    });
  });

  test('questions with their answers, and those without', () => {
    const query = { atMs: 5, name: 'x.test', type: 'MX', transport: 'udp' } as const;
    expect(
      drawn({
        queries: [
          { ...query, answer: 'NOERROR; x.test. 300 IN MX 10 a.x.test.; x.test. 300 IN MX 20 b.x.test.' },
          { ...query, transport: 'tcp', answer: 'NXDOMAIN' },
          { ...query, atMs: 9, answer: 'timeout' },
        ],
      }),
    ).toEqual([
      '5 question client > dns: MX x.test',
      '5 answer dns > client: MX 10 a.x.test., MX 20 b.x.test.',
      '5 question client > dns: MX x.test over TCP',
      '5 answer dns > client: NXDOMAIN',
      '9 question client > dns (lost): MX x.test',
    ]);
  });

  test('a session: replies of many lines are one, and faults are what they are', () => {
    expect(
      drawn({
        sessions: [
          session([
            [10, 'S', '220 a'],
            [20, 'C', 'EHLO c'],
            [20, 'S', '250-a'],
            [20, 'S', '250-SIZE'],
            [20, 'S', '250 DSN'],
            [30, '!', 'client: {TLS sni=a.test}'],
            [40, 'C', '<content, 12 bytes>'],
            [50, '!', 'server: delay 300000 ms'],
            [60, '!', 'server: reset'],
            [60, '!', 'client: close'],
          ]),
        ],
      }),
    ).toEqual([
      '10 connect client > host a: connects to [192.0.2.1]:25',
      '10 reply host a > client: 220 a',
      '20 command client > host a: EHLO c',
      '20 reply host a > client: 250-a (3 lines)',
      '30 tls client > host a: TLS begins, sni=a.test',
      '40 content client > host a: <content, 12 bytes>',
      '50 fault host a: delay 300000 ms',
      '60 fault host a > client: resets the connection',
      '60 close client > host a: closes',
    ]);
  });

  test('content is one step, however long, with what is stored of it', () => {
    const content = { sha256: 'x', lines: ['Subject: one', '', 'Hello'], complete: false };
    const sent = {
      ...session([
        [0, 'C', '<content, 99 bytes>'],
        [1, 'C', '<content, 9 bytes>'],
      ]),
      contents: [content, { ...content, lines: ['two'], complete: true }],
    };
    expect(diagramOf({ ...none, sessions: [sent] }).steps.map(({ lines }) => lines)).toEqual([
      ['connects to [192.0.2.1]:25: session 1'],
      ['<content, 99 bytes>', 'Subject: one', '', 'Hello', '…'],
      ['<content, 9 bytes>', 'two'],
    ]);
  });

  test('what is decided stands between what was heard and what is said then', () => {
    const decisions = [
      { atMs: 0, about: 'servers', text: 'tries a' },
      { atMs: 20, about: 'extensions', text: 'may use DSN', session: 0 },
      {
        atMs: 40,
        about: 'time limit',
        text: 'waits no longer',
        because: 'smtp_mail_timeout = 1s',
        session: 0,
      },
    ];
    const lines = [
      [10, 'S', '220 a'],
      [20, 'S', '250 a'],
      [20, 'C', 'MAIL FROM:<>'],
    ] as const;
    expect(drawn({ decisions, sessions: [session(lines)] })).toEqual([
      '0 decision client: tries a',
      '10 connect client > host a: connects to [192.0.2.1]:25',
      '10 reply host a > client: 220 a',
      '20 reply host a > client: 250 a',
      '20 decision client: may use DSN',
      '20 command client > host a: MAIL FROM:<>',
      '40 timer client: waits no longer',
    ]);
  });

  test('connections in vain lead to the host that has a session at the same place', () => {
    const attempt = { address: '192.0.2.1', port: 25, host: 'a.x.test' };
    const parts = {
      attempts: [
        {
          ...attempt,
          atMs: 0,
          endedAtMs: 30_000,
          reason: 'connect to a.x.test[192.0.2.1]:25: Connection timed out',
        },
        { ...attempt, atMs: 40_000, address: '192.0.2.9', host: 'b.x.test', reason: '' },
      ],
      sessions: [session([[50_000, 'S', '220 a']])],
    };
    expect(drawn(parts)).toEqual([
      '0 attempt client > host a (lost): connects to [192.0.2.1]:25',
      '30000 gaveUp client: Connection timed out',
      '40000 attempt client > host b.x.test (lost): connects to [192.0.2.9]:25',
      '50000 connect client > host a: connects to [192.0.2.1]:25',
      '50000 reply host a > client: 220 a',
    ]);
  });

  test('table servers take part when they are asked', () => {
    const { lifelines } = diagramOf({ ...none, questions: [{ atMs: 1, server: 'users', text: 'get x' }] });
    expect(lifelines.map(({ id }) => id)).toEqual(['client', 'table users']);
  });

  test('a result that grows keeps the ids of what was there', () => {
    const lines = Array.from({ length: 9 }, (_, at) => [at, at % 2 === 0 ? 'S' : 'C', `250 ${at}`] as const);
    const ids = (count: number) =>
      diagramOf({ ...none, sessions: [session(lines.slice(0, count))] }).steps.map(({ id }) => id);
    for (let count = 1; count < lines.length; count += 1)
      expect(ids(count + 1).slice(0, count + 1)).toEqual(ids(count));
  });
});

describe('rows', () => {
  const step = (id: number, label: string, atMs = 0, kind: Step['kind'] = 'command'): Step => ({
    id: `s0.${id}`,
    kind,
    atMs,
    from: 'client',
    to: 'host a',
    label,
    lines: [label],
  });
  const shown = (rows: readonly Row[]) =>
    rows.map((row) => {
      if (row.type === 'step') return row.step.label;
      return row.type === 'wait' ? `wait ${row.ms}` : `fold ${row.times} times, ${row.steps.length} steps`;
    });

  test('long silence has a row of its own', () => {
    const steps = [step(0, 'A', 10), step(1, 'B', 1_009), step(2, 'C', 301_009)];
    expect(shown(rowsOf(steps, new Set()))).toEqual(['A', 'B', 'wait 300000', 'C']);
  });

  test('pairs that come again are folded, until they are opened', () => {
    const pairs = Array.from({ length: 50 }, (_, at) => [
      step(2 * at + 1, `RCPT TO:<user${at}@x.test>`),
      step(2 * at + 2, '250 ok', 0, 'reply'),
    ]).flat();
    const steps = [step(0, 'MAIL FROM:<>'), ...pairs, step(101, 'DATA')];
    const folded = rowsOf(steps, new Set());
    expect(shown(folded)).toEqual([
      'MAIL FROM:<>',
      'RCPT TO:<user0@x.test>',
      '250 ok',
      'fold 49 times, 98 steps',
      'DATA',
    ]);
    const [fold] = folded.flatMap((row) => (row.type === 'fold' ? [row.id] : []));
    expect(rowsOf(steps, new Set([fold ?? '']))).toHaveLength(folded.length + 98);
  });

  test('another reply is never folded away', () => {
    const steps = Array.from({ length: 12 }, (_, at) =>
      at % 2 === 0 ? step(at, 'RCPT TO:<x>') : step(at, at === 7 ? '550 no' : '250 ok', 0, 'reply'),
    );
    expect(shown(rowsOf(steps, new Set()))).toContain('550 no');
  });

  test('every step stands in a row or in a fold, in order', () => {
    const labels = [
      'NOOP',
      'RSET',
      'NOOP',
      'NOOP',
      'RSET',
      'NOOP',
      'NOOP',
      'RSET',
      'NOOP',
      'NOOP',
      'NOOP',
      'NOOP',
    ];
    const steps = labels.map((label, at) => step(at, label));
    const ids = rowsOf(steps, new Set()).flatMap((row) => {
      if (row.type === 'step') return [row.step.id];
      return row.type === 'fold' ? row.steps.map(({ id }) => id) : [];
    });
    expect(ids).toEqual(steps.map(({ id }) => id));
  });
});

describe('bytes', () => {
  test('of a line with what was no character', () => {
    expect([...bytesOf('a\\x00é\\xff')]).toEqual([0x61, 0, 0xc3, 0xa9, 0xff]);
  });

  test('in rows, as far as anybody reads', () => {
    expect(hexDump('EHLO x.test').rows).toEqual([
      { offset: '0000', hex: '45 48 4c 4f 20 78 2e 74', text: 'EHLO x.t' },
      { offset: '0008', hex: '65 73 74', text: 'est' },
    ]);
    expect(hexDump('x'.repeat(1_000_000))).toMatchObject({ total: 1_000_000, left: 999_488 });
  });
});
