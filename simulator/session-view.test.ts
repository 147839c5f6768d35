import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Session, SessionEntry } from './session.ts';
import { commands, dialogueOf, transcript, visible } from './session-view.ts';

/** `C ` and `S ` strings are chunks, one millisecond apart. */
function session(...chunks: readonly string[]): Session {
  const entries = chunks.map((chunk, atMs): SessionEntry => {
    const from = chunk.startsWith('C') ? 'client' : 'server';
    return { atMs, from, bytes: Buffer.from(chunk.slice(2), 'latin1') };
  });
  return { host: 'a', address: '192.0.2.1', port: 25, openedAtMs: 0, entries };
}

test('commands with position, time, segment and reply', () => {
  const view = dialogueOf(
    session(
      'S 220 a\r\n',
      'C EHLO c\r\n',
      'S 250-a\r\n250 PIPE',
      'S LINING\r\n',
      'C MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDA',
      'C TA\r\n',
      'S 250 1\r\n550 2\r\n554 3\r\n',
      'S 421 bye\r\n',
    ),
  );
  expect(view.greeting).toEqual({ code: 220, lines: ['220 a'], atMs: 0 });
  expect(view.unsolicited).toEqual([{ code: 421, lines: ['421 bye'], atMs: 7 }]);
  expect(
    view.commands.map(({ offset, atMs, completeAtMs, segment, reply }) => [
      offset,
      atMs,
      completeAtMs,
      segment,
      reply?.code,
      reply?.atMs,
    ]),
  ).toEqual([
    [0, 1, 1, 0, 250, 3],
    [8, 4, 4, 1, 250, 6],
    [22, 4, 4, 1, 550, 6],
    [37, 4, 5, 1, 554, 6],
  ]);
  expect(view.commands[0]).toMatchObject({
    kind: 'command',
    text: 'EHLO c',
    verb: 'EHLO',
    lineEnd: 'crlf',
    reply: { lines: ['250-a', '250 PIPELINING'] },
  });
});

test('what follows DATA is content only after a 3xx reply', () => {
  const sent = 'C DATA\r\nRSET\r\n.\r\nQUIT\r\n';
  expect(commands(session('S 220 a\r\n', sent, 'S 354 go\r\n', 'S 250 ok\r\n221 bye\r\n'))).toMatchObject([
    { verb: 'DATA', reply: { code: 354 } },
    { kind: 'content', complete: true, content: Buffer.from('RSET\r\n'), reply: { code: 250 } },
    { verb: 'QUIT', reply: { code: 221 } },
  ]);
  expect(transcript(session('S 220 a\r\n', sent, 'S 503 no\r\n'))).toEqual([
    'S: 220 a',
    'C: DATA',
    'S: 503 no',
    'C: RSET',
    'C: .',
    'C: QUIT',
  ]);
});

test('unfinished content and lines are shown as such', () => {
  expect(commands(session('S 220 a\r\n', 'C DATA\r\n', 'S 354 go\r\n', 'C x\r\n.'))).toMatchObject([
    { verb: 'DATA' },
    { kind: 'content', complete: false, content: Buffer.from('x\r\n'), reply: undefined },
  ]);
  expect(commands(session('S 220 a\r\n', 'C A\nB\rC'))).toMatchObject([
    { text: 'A', lineEnd: 'lf' },
    { text: 'B\rC', lineEnd: 'none' },
  ]);
});

test('LMTP content has a reply for each accepted recipient', () => {
  const lines = [
    'C LHLO c\r\n',
    'S 250 a\r\n',
    'C MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n',
  ];
  const view = commands(
    session(
      'S 220 a\r\n',
      ...lines,
      'S 250 1\r\n250 2\r\n550 3\r\n250 4\r\n354 5\r\n',
      'C .\r\nQUIT\r\n',
      'S 250 6\r\n452 7\r\n221 8\r\n',
    ),
  );
  expect(view.slice(-2).map(({ replies }) => replies.map(({ code }) => code))).toEqual([[250, 452], [221]]);
});

test('a line never breaks a report', () => {
  expect(visible(Buffer.from('a\u0000b\r\n\u001b[31mü\u2028', 'utf8'))).toBe(
    'a\\x00b\\x0d\\x0a\\x1b[31mü\\u2028',
  );
  expect(visible(Buffer.from([0x41, 0xff]))).toBe('Aÿ');
});

test('every byte of the client is in exactly one command, in order, whatever is sent', () => {
  const chunk = fc.oneof(
    fc.constantFrom(
      'C DATA\r\n',
      'C .\r\n',
      'C \r\n.\r\n',
      'C EHLO x\r\n',
      'C LHLO x\r\n',
      'C RCPT TO:<a@b>\r\n',
      'C \n',
      'S 354 go\r\n',
      'S 250 ok\r\n',
      'S 220',
      'S garbage\r\n',
    ),
    fc.string({ maxLength: 10, unit: 'binary-ascii' }).map((text) => `C ${text}`),
    fc.string({ maxLength: 10, unit: 'binary-ascii' }).map((text) => `S ${text}`),
  );
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 20 }), (chunks) => {
      const sent = chunks
        .filter((text) => text.startsWith('C'))
        .map((text) => text.slice(2))
        .join('');
      const view = commands(session(...chunks));
      expect(Buffer.concat(view.map((command) => command.bytes)).toString('latin1')).toBe(sent);
      expect(view.map(({ offset }) => offset)).toEqual(
        view.map((_, index) => Buffer.concat(view.slice(0, index).map((each) => each.bytes)).length),
      );
      for (const line of transcript(session(...chunks))) expect(line).toMatch(/^[CS]: \P{Cc}*$/u);
    }),
    { numRuns: 500 },
  );
});

test('what may be credentials is marked, and can be shown without them', () => {
  const { commands: said, timeline } = dialogueOf(
    session(
      'S 220 a\r\n',
      'C AUTH PLAIN AAAA\r\n',
      'S 535 no\r\n',
      'C AUTH LOGIN\r\n',
      'S 334 \r\n',
      'C dXNlcg==\r\n',
      'S 334 \r\n',
      'C \r\n',
      'S 235 ok\r\n',
      'C MAIL FROM:<>\r\n',
    ),
  );
  expect(said.map((command) => command.kind === 'command' && command.secret)).toEqual([
    'AAAA',
    undefined,
    'dXNlcg==',
    undefined,
    undefined,
  ]);
  const shown = timeline.flatMap((item) =>
    'line' in item && item.from === 'client' ? [item.shown ?? item.line] : [],
  );
  expect(shown).toEqual(['AUTH PLAIN <hidden>', 'AUTH LOGIN', '<hidden>', '', 'MAIL FROM:<>']);
});
