import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transcript } from '../session-view.ts';
import { dialogueHost } from './dialogue.ts';
import {
  bytes,
  close,
  type DialogueStep,
  expectClose,
  flush,
  halfClose,
  reset,
  silent,
  stall,
  wait,
} from './dialogue-steps.ts';
import { ENVELOPE, type TestClient, withHost } from './testing.ts';

const SESSION: readonly DialogueStep[] = [
  'S: 220 a ESMTP',
  'C: EHLO *',
  'S: 250-a',
  'S: 250 PIPELINING',
  'C: MAIL FROM:<a@sender.test>*',
  'S: 250 2.1.0 Ok',
  /^RCPT TO:<user@/,
  'S: 250 2.1.5 Ok',
  'C: DATA',
  'S: 354 go',
  'C: <content>',
  'S: 250 2.0.0 taken',
  'C: QUIT',
  'S: 221 bye',
  close(),
];

/** Runs one client against one script; returns the problems at the end of the run. */
async function problemsOf(
  script: readonly DialogueStep[],
  talk: (client: TestClient) => Promise<unknown>,
): Promise<readonly string[]> {
  return withHost(dialogueHost(script), async (world) => {
    await talk(await world.connect());
    return world.host.problems();
  });
}

test('a whole session, delivered', async () => {
  await withHost(dialogueHost(SESSION), async (world) => {
    const client = await world.connect();
    await client.reply();
    await client.askAll(ENVELOPE[0], `${ENVELOPE[1]} SIZE=5`, ENVELOPE[2], ENVELOPE[3], '..x\r\n.');
    expect(await client.quit()).toBe('221 bye');
    expect(world.host.problems()).toEqual([]);
    expect(world.host.deliveries).toMatchObject([
      {
        sender: 'a@sender.test',
        mailParameters: { SIZE: '5' },
        recipients: ['user@example.test'],
        content: Buffer.from('.x\r\n'),
      },
    ]);
    expect(client.segments[1]).toBe('250-a\r\n250 PIPELINING\r\n');
  });
});

test('a transcript is a script', async () => {
  const talk = async (client: TestClient) => {
    await client.reply();
    await client.askAll(...ENVELOPE, 'x\r\n.');
    return client.quit();
  };
  const lines = await withHost(dialogueHost(SESSION), async (world) => {
    await talk(await world.connect());
    return transcript(world.sessions[0] ?? expect.fail());
  });
  expect(lines).toContain('C: <content, 6 bytes>');
  expect(await problemsOf(lines, talk)).toEqual([]);
});

test('successive connections have their own scripts, time and bytes are exact', async () => {
  const host = dialogueHost(
    { port: 2525 },
    ['S: 421 later', close()],
    [wait('10s'), bytes('22'), flush(), bytes(Buffer.from('0 b\n')), expectClose()],
  );
  expect(host.port).toBe(2525);
  await withHost(host, async (world) => {
    const first = await world.connect();
    expect(await first.rest()).toBe('421 later\r\n<close>');
    const before = world.elapsed();
    const second = await world.connect();
    expect(await second.reply()).toBe('220 b');
    expect(world.elapsed() - before).toBe(10_020);
    expect(second.segments).toEqual(['22', '0 b\n']);
    second.connection.end();
    await second.rest();
    expect(world.host.problems()).toEqual([]);
  });
});

test.each([
  [reset(), '<ECONNRESET>'],
  [close(), '220 a\r\n<close>'],
  [halfClose(), '220 a\r\n<close>'],
])('ends with %j', async (step, expected) => {
  await withHost(dialogueHost(['S: 220 a', step]), async (world) => {
    const client = await world.connect();
    client.connection.pause();
    await new Promise((resolve) => world.clock.schedule(1_000, () => resolve(undefined)));
    client.connection.resume();
    expect(await client.rest()).toBe(expected);
    expect(world.host.problems()).toEqual([]);
  });
});

test.each([[silent()], [stall()]])('says nothing more: %j', async (step) => {
  await withHost(dialogueHost(['S: 220 a', step]), async (world) => {
    const client = await world.connect();
    await client.reply();
    client.send('NOOP\r\n');
    await new Promise((resolve) => world.clock.schedule(3_600_000, () => resolve(undefined)));
    expect(client.ended).toBeUndefined();
    client.connection.destroy();
    await new Promise((resolve) => world.clock.schedule(1_000, () => resolve(undefined)));
    expect(world.host.problems()).toEqual([]);
  });
});

describe('problems', () => {
  test.each([
    [
      'another line',
      ['S: 220 a', 'C: EHLO x'],
      'HELO x\r\n',
      'connection 1: expected step 2 "C: EHLO x", got "C: HELO x"',
    ],
    [
      'a bare newline',
      ['S: 220 a', 'C: EHLO x'],
      'EHLO x\n',
      'connection 1: expected step 2 "C: EHLO x", got "C: EHLO x" ended by a bare newline',
    ],
    [
      'control characters',
      ['S: 220 a', 'C: x'],
      'a\u0000\u001b\r\n',
      'connection 1: expected step 2 "C: x", got "C: a\\x00\\x1b"',
    ],
    [
      'a regular expression',
      ['S: 220 a', /^EHLO/i],
      'HELO\r\n',
      'connection 1: expected step 2 "C: /^EHLO/i", got "C: HELO"',
    ],
    [
      'content of another size',
      ['S: 354 a', 'C: <content, 3 bytes>'],
      'x\r\n.\r\n',
      'connection 1: expected step 2 "C: <content, 3 bytes>", got content of 6 bytes',
    ],
    [
      'more than the script',
      ['S: 220 a'],
      'NOOP\r\n',
      'connection 1: expected the client to close at the end of the script, got "C: NOOP"',
    ],
    [
      'a line in place of the close',
      ['S: 220 a', expectClose()],
      'NOOP\r\n',
      'connection 1: expected the client to close at step 2 "expectClose", got "C: NOOP"',
    ],
    [
      'silence',
      ['S: 220 a', 'C: EHLO x'],
      '',
      'connection 1: expected step 2 "C: EHLO x", got nothing for 900 s',
    ],
  ] as const)('%s ends the connection', async (_, script, sent, problem) => {
    const problems = await problemsOf(script, async (client) => {
      await client.reply();
      client.send(sent);
      expect(await client.rest()).toBe('<close>');
    });
    expect(problems).toEqual([problem]);
  });

  test('a client that leaves early', async () => {
    const problems = await problemsOf(SESSION, async (client) => {
      await client.reply();
      client.connection.end('EHLO');
      await client.rest();
    });
    expect(problems).toEqual(['connection 1: expected step 2 "C: EHLO *", got "C: EHLO" and the close']);
  });

  test('the run ends first; scripts without connection; connections without script', async () => {
    expect(await problemsOf(SESSION, (client) => client.reply())).toEqual([
      'connection 1: the run ended before step 2 "C: EHLO *"',
    ]);
    await withHost(dialogueHost(['S: 220 a', close()], ['S: 220 b', close()]), async (world) => {
      await (await world.connect()).rest();
      expect(world.host.problems()).toEqual(['script 2: no connection came for it']);
      await (await world.connect()).rest();
      expect(await (await world.connect()).rest()).toBe('<close>');
      expect(world.host.problems()).toEqual(['connection 3: there is no script for it']);
    });
  });

  test('a definition serves many runs', async () => {
    const host = dialogueHost(['S: 220 a', /^NOOP$/g, close()]);
    for (let run = 0; run < 2; run += 1) {
      await withHost(host, async (world) => {
        const client = await world.connect();
        await client.reply();
        client.send('NOOP\r\n');
        await client.rest();
        expect(world.host.problems()).toEqual([]);
      });
    }
  });
});

test.each([
  [['X: 220'], 'script 1, step 1: must begin with "S: " or "C: "'],
  [['S: a\nb'], 'script 1, step 1: one line each'],
  [[close(), 'S: 220 a'], 'script 1, step 1: close must be the last step'],
  [[wait('soon')], 'script 1, step 1: not a duration: "soon"'],
  [[{ step: 'dance' }], 'script 1, step 1: not a step'],
  [[], 'dialogueHost: no script'],
])('a bad script: %j', (script, message) => {
  expect(() => dialogueHost(script as DialogueStep[])).toThrow(message);
});

test('any client: the connection ends, and only a client that follows the script has no problem', async () => {
  const line = fc.constantFrom('EHLO x\r\n', 'QUIT\r\n', 'x', '\r\n', '\n', '\u0000', '.\r\n');
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 6 }), async (lines) => {
      const sent = lines.join('');
      const problems = await problemsOf(
        ['S: 220 a', 'C: EHLO x', 'S: 250 a', 'C: QUIT', 'S: 221 a', close()],
        async (client) => {
          for (const text of lines) client.send(text);
          client.connection.end();
          await client.rest();
        },
      );
      // What comes after QUIT is no longer the script's business: the host has closed.
      expect(problems.length).toBe(sent.startsWith('EHLO x\r\nQUIT\r\n') ? 0 : 1);
    }),
  );
});
