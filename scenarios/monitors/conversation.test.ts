import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SessionEntry } from '../../simulator/session.ts';
import { contentOf, lineOf, readConversation } from './conversation.ts';
import { conversationOf, sessionOf } from './testing.ts';

const LINES = [
  'S: 220 mx',
  'C: EHLO client.test',
  'S: 250-mx\n250-pipelining\n250 Size 100',
  'C: MAIL FROM:<a@b.test>\nRCPT TO:<c@d.test>\nDATA',
  'S: 250 ok\n250 ok\n354 go',
  'C: Subject: x\n\n..dot\nQUIT\n.\nQUIT',
  'S: 250 taken',
  'S: 221 bye',
  'C! close',
];

describe('reading a session', () => {
  test('commands, text and replies are told apart', () => {
    const { steps, protocol, end } = conversationOf(...LINES);
    expect(steps.map(({ kind, verb, replies }) => `${verb || kind} ${replies[0]?.code}`)).toEqual([
      'greeting 220',
      'EHLO 250',
      'MAIL 250',
      'RCPT 250',
      'DATA 354',
      'text 250',
      'QUIT 221',
    ]);
    expect(protocol).toBe('esmtp');
    expect(end).toMatchObject({ by: 'client', how: 'close' });
    const text = steps.find((step) => step.kind === 'text');
    expect(text && contentOf(text).toString()).toBe('Subject: x\r\n\r\n.dot\r\nQUIT\r\n');
    expect(text?.offered.get('SIZE')).toBe('100');
    expect(text?.offered.has('PIPELINING')).toBe(true);
  });

  test('LMTP text has a reply for each accepted recipient', () => {
    const { steps } = conversationOf(
      ...[
        'S: 220 mx',
        'C: LHLO c.test',
        'S: 250 mx',
        'C: MAIL FROM:<>',
        'S: 250 ok',
        'C: RCPT TO:<a@x.test>',
        'S: 250 ok',
      ],
      ...['C: RCPT TO:<b@x.test>', 'S: 550 no', 'C: RCPT TO:<c@x.test>', 'S: 250 ok', 'C: DATA', 'S: 354 go'],
      ...['C: hi\n.', 'S: 250 one\n450 two', 'C: QUIT', 'S: 221 bye'],
    );
    expect(steps.find((step) => step.kind === 'text')?.replies.map(({ code }) => code)).toEqual([250, 450]);
    expect(steps.at(-1)?.replies[0]?.code).toBe(221);
  });

  test('BDAT chunks and authentication responses are no commands', () => {
    const { steps } = conversationOf(
      ...[
        'S: 220 mx',
        'C: AUTH LOGIN',
        'S: 334 VXNlcg==',
        'C: bWU=',
        'S: 235 ok',
        'C= BDAT 6 LAST\r\nQUIT\r\n',
        'S: 250 ok',
      ],
    );
    expect(steps.map(({ kind }) => kind)).toEqual([
      'greeting',
      'command',
      'authentication',
      'command',
      'chunk',
    ]);
  });

  test('TLS records end the reading', () => {
    expect(conversationOf('S: 220 mx', 'C: STARTTLS', 'S: 220 go', 'C= \x16\x03\x01').opaque).toBe(true);
  });

  test('how the bytes are cut into segments does not matter', async () => {
    const whole = readConversation(sessionOf('mx', ...LINES));
    const shape = (steps: typeof whole.steps) =>
      steps.map((step) => [step.kind, lineOf(step), step.replies.length]);
    await fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), (size) => {
        const { entries, ...rest } = sessionOf('mx', ...LINES);
        const cut = entries.flatMap((entry): SessionEntry[] => {
          if (!('bytes' in entry)) return [entry];
          const pieces: SessionEntry[] = [];
          for (let at = 0; at < entry.bytes.length; at += size)
            pieces.push({ ...entry, bytes: entry.bytes.subarray(at, at + size) });
          return pieces;
        });
        expect(shape(readConversation({ ...rest, entries: cut }).steps)).toEqual(shape(whole.steps));
      }),
    );
  });

  test('any bytes at all are read', async () => {
    const entry = fc.record({
      from: fc.constantFrom('client' as const, 'server' as const),
      bytes: fc.uint8Array({ maxLength: 40 }),
    });
    await fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
        const session = {
          host: 'mx',
          address: '',
          port: 25,
          openedAtMs: 0,
          entries: entries.map((item) => ({ ...item, atMs: 0 })),
        };
        expect(readConversation(session).steps[0]?.kind).toBe('greeting');
      }),
    );
  });
});
