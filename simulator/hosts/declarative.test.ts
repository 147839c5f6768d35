import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commands, transcript } from '../session-view.ts';
import { type MailHostSwitches, mailHost } from './declarative.ts';
import { sequence, until } from './switches.ts';
import { ENVELOPE, type HostWorld, type TestClient, withHost } from './testing.ts';

const [EHLO, MAIL, RCPT, DATA] = ENVELOPE;

/** Replies to the greeting and the lines, on one connection. */
async function dialogue(switches: MailHostSwitches, ...lines: string[]): Promise<string[]> {
  return withHost(mailHost(switches), async (world) => {
    const client = await world.connect();
    return [await client.reply(), ...(await client.askAll(...lines))];
  });
}

/** Replies and the time each took, in virtual milliseconds. */
async function timed(world: HostWorld, client: TestClient, line: string): Promise<[string, number]> {
  const before = world.elapsed();
  const reply = await client.ask(line);
  return [reply, world.elapsed() - before];
}

const ROUND_TRIP_MS = 10;

describe('a correct server', () => {
  test('takes a message', async () => {
    await withHost(mailHost(), async (world) => {
      const client = await world.connect();
      expect(await client.reply()).toBe('220 a ESMTP');
      expect(
        await client.askAll(
          EHLO,
          `${MAIL} SIZE=30 BODY=8BITMIME RET=HDRS ENVID=x+2B`,
          `${RCPT} NOTIFY=NEVER`,
          DATA,
        ),
      ).toEqual([
        '250-a\n250-PIPELINING\n250-SIZE 10240000\n250-8BITMIME\n250-ENHANCEDSTATUSCODES\n250-DSN\n250 SMTPUTF8',
        '250 2.1.0 Ok',
        '250 2.1.5 Ok',
        '354 End data with <CR><LF>.<CR><LF>',
      ]);
      expect(await client.ask('Subject: x\r\n\r\n..dot\r\n.\n.x\r\n.')).toBe('250 2.0.0 Ok: queued as 1');
      expect(await client.quit()).toBe('221 2.0.0 Bye');
      expect(world.host.deliveries).toEqual([
        {
          atMs: expect.any(Number),
          connection: 1,
          sender: 'a@sender.test',
          mailParameters: { SIZE: '30', BODY: '8BITMIME', RET: 'HDRS', ENVID: 'x+2B' },
          recipients: ['user@example.test'],
          recipientParameters: [{ NOTIFY: 'NEVER' }],
          content: Buffer.from('Subject: x\r\n\r\n.dot\r\n\n.x\r\n'),
        },
      ]);
      expect(world.host.problems()).toEqual([]);
    });
  });

  test('replies to a pipelined group as one unit and keeps their order', async () => {
    await withHost(mailHost(), async (world) => {
      const client = await world.connect();
      await client.reply();
      await client.ask(EHLO);
      client.segments.length = 0;
      client.send([MAIL, RCPT, 'RCPT TO:<b@example.test>', DATA, ''].join('\r\n'));
      while ((await client.reply()) !== '354 End data with <CR><LF>.<CR><LF>');
      expect(client.segments).toHaveLength(1);
      client.send('.\r\nQUIT\r\n');
      expect(await client.reply()).toMatch(/^250 /);
      expect(await client.reply()).toMatch(/^221 /);
      expect(world.host.deliveries[0]?.content).toEqual(Buffer.alloc(0));
      expect(commands(world.sessions[0] ?? expect.fail()).map(({ segment }) => segment)).toEqual([
        0, 1, 1, 1, 1, 2, 2,
      ]);
    });
  });

  test.each([
    ['MAIL before EHLO', [MAIL], '503 5.5.1 send EHLO first'],
    ['RCPT before MAIL', [EHLO, RCPT], '503 5.5.1 need MAIL command'],
    ['DATA before MAIL', [EHLO, DATA], '503 5.5.1 need MAIL command'],
    ['DATA without a recipient', [EHLO, MAIL, DATA], '554 5.5.1 no valid recipients'],
    ['MAIL twice', [EHLO, MAIL, MAIL], '503 5.5.1 nested MAIL command'],
    ['RSET ends the transaction', [EHLO, MAIL, 'RSET', RCPT], '503 5.5.1 need MAIL command'],
    ['EHLO ends the transaction', [EHLO, MAIL, EHLO, RCPT], '503 5.5.1 need MAIL command'],
    [
      'a space after the colon',
      [EHLO, 'MAIL FROM: <a@b.test>'],
      '501 5.5.4 syntax: expected an address in angle brackets after FROM:',
    ],
    [
      'no brackets',
      [EHLO, 'MAIL FROM:a@b.test'],
      '501 5.5.4 syntax: expected an address in angle brackets after FROM:',
    ],
    [
      'two spaces before a parameter',
      [EHLO, `${MAIL}  SIZE=1`],
      '501 5.5.4 syntax: bad parameter or superfluous space',
    ],
    ['a trailing space', [EHLO, `${MAIL} `], '501 5.5.4 syntax: bad parameter or superfluous space'],
    ['an unknown parameter', [EHLO, `${MAIL} X=1`], '555 5.5.4 parameter X is not supported'],
    ['a parameter twice', [EHLO, `${MAIL} SIZE=1 size=2`], '501 5.5.4 syntax: parameter SIZE given twice'],
    [
      'a parameter of the other command',
      [EHLO, `${MAIL} NOTIFY=NEVER`],
      '555 5.5.4 parameter NOTIFY is not supported',
    ],
    ['a bad value', [EHLO, `${MAIL} BODY=9BIT`], '501 5.5.4 syntax: bad value of parameter BODY'],
    [
      'BINARYMIME not offered',
      [EHLO, `${MAIL} BODY=BINARYMIME`],
      '501 5.5.4 syntax: bad value of parameter BODY',
    ],
    ['parameters after HELO', ['HELO c', `${MAIL} SIZE=1`], '555 parameter SIZE is not supported'],
    ['the null recipient', [EHLO, MAIL, 'RCPT TO:<>'], '501 5.1.3 bad address syntax'],
    ['two at signs', [EHLO, 'MAIL FROM:<a@b@c.test>'], '501 5.1.7 bad address syntax'],
    ['a message announced too big', [EHLO, `${MAIL} SIZE=10240001`], '552 5.3.4 message too big'],
    ['an unknown command', ['XYZZY'], '500 5.5.1 command not recognized'],
    ['garbage', ['\u0000\u00ff'], '500 5.5.1 command not recognized'],
    ['a property of Object', ['constructor'], '500 5.5.1 command not recognized'],
    ['EHLO without a name', ['EHLO'], '501 5.5.4 syntax: EHLO hostname'],
    ['LHLO', ['LHLO c'], '500 5.5.1 LHLO is not for SMTP'],
    ['a line too long', ['N'.repeat(9_000)], '500 5.5.2 line longer than 4096 bytes'],
    ['QUIT with an argument', ['QUIT now'], '501 5.5.4 QUIT takes no argument'],
    ['VRFY', [EHLO, 'VRFY user'], '252 2.5.0 send mail to find out'],
  ])('answers %s', async (_, lines, last) => {
    expect((await dialogue({}, ...lines)).at(-1)).toBe(last);
  });

  test.each([
    ['<>', ''],
    ['<a@[192.0.2.1]>', 'a@[192.0.2.1]'],
    ['<@x.test,@y.test:a@b.test>', 'a@b.test'],
    ['<"a\\"b> c"@b.test>', 'a"b> c@b.test'],
    ['<ü@münchen.test> SMTPUTF8', 'ü@münchen.test'],
  ])('understands MAIL FROM:%s', async (path, sender) => {
    await withHost(mailHost(), async (world) => {
      const client = await world.connect();
      await client.reply();
      await client.askAll(EHLO, `MAIL FROM:${path}`, 'rcpt TO:<Postmaster>', DATA, '.');
      expect(world.host.deliveries).toMatchObject([{ sender, recipients: ['Postmaster'] }]);
    });
  });

  test('a bare newline ends no command and no content', async () => {
    await withHost(mailHost(), async (world) => {
      const client = await world.connect();
      await client.reply();
      client.send('EHLO x\n');
      expect(await client.reply()).toBe('500 5.5.2 line ended by a bare newline');
      await client.askAll(...ENVELOPE);
      expect(await client.ask('x\n.\nMAIL FROM:<evil@x.test>\r\n.')).toMatch(/^250 /);
      expect(String(world.host.deliveries[0]?.content)).toBe('x\n.\nMAIL FROM:<evil@x.test>\r\n');
    });
  });

  test('says 421 to a client that says nothing', async () => {
    await withHost(mailHost(), async (world) => {
      const client = await world.connect();
      await client.reply();
      expect(await client.reply()).toBe('421 4.4.2 idle for too long');
      expect(await client.rest()).toBe('<close>');
      expect(world.elapsed()).toBeGreaterThanOrEqual(300_000);
    });
  });

  test('limits: size of the message, number of recipients, connections', async () => {
    const limits = { maxMessageBytes: 10, maxRecipients: 1, maxConnections: 1 };
    await withHost(mailHost(limits), async (world) => {
      const client = await world.connect();
      await client.reply();
      expect((await world.connect().then((second) => second.rest())).trim()).toBe(
        '421 a too many connections\r\n<close>',
      );
      expect(await client.askAll(EHLO, MAIL, RCPT, RCPT)).toContain('452 4.5.3 too many recipients');
      await client.ask(DATA);
      expect(await client.ask('more than ten\r\n.')).toBe('552 5.3.4 message too big');
      expect(world.host.deliveries).toEqual([]);
      await client.quit();
      expect(await (await world.connect()).reply()).toBe('220 a ESMTP');
    });
  });

  test('LMTP answers for each recipient', async () => {
    const lmtp = mailHost({ protocol: 'lmtp', endOfData: { 'b@example.test': '452 4.2.2 full' } });
    expect(lmtp.port).toBe(24);
    await withHost(lmtp, async (world) => {
      const client = await world.connect();
      expect(await client.reply()).toBe('220 a LMTP');
      expect(await client.ask(EHLO)).toMatch(/^500 /);
      await client.askAll('LHLO c', MAIL, RCPT, 'RCPT TO:<b@example.test>', DATA);
      expect([await client.ask('x\r\n.'), await client.reply()]).toEqual([
        '250 2.0.0 Ok: queued as 1',
        '452 4.2.2 full',
      ]);
      expect(world.host.deliveries).toMatchObject([{ recipients: ['user@example.test'] }]);
      expect(commands(world.sessions[0] ?? expect.fail()).at(-1)?.replies).toHaveLength(2);
    });
  });
});

describe('switches', () => {
  test('by stage, verbatim, with many lines', async () => {
    expect(
      await dialogue(
        { ehlo: '250-odd\n250 SIZE', name: 'mx.test', mail: '451 wait' },
        EHLO,
        MAIL,
        `${MAIL} SIZE=5`,
        RCPT,
      ),
    ).toEqual(['220 mx.test ESMTP', '250-odd\n250 SIZE', '451 wait', '451 wait', '503 need MAIL command']);
  });

  test.each([
    ['ehlo', ['EHLO c']],
    ['helo', ['HELO c']],
    ['mail', [EHLO, MAIL]],
    ['rcpt', [EHLO, MAIL, RCPT]],
    ['data', [EHLO, MAIL, RCPT, DATA]],
    ['endOfData', [EHLO, MAIL, RCPT, DATA, '.']],
    ['rset', ['RSET']],
    ['other', ['NOOP']],
    ['quit', ['QUIT']],
    ['unknown', ['XYZZY']],
  ])('stage %s', async (stage, lines) => {
    await withHost(mailHost({ [stage]: '454 4.7.9 other' }), async (world) => {
      const client = await world.connect();
      await client.reply();
      const replies = await client.askAll(...lines);
      expect(replies.at(-1)).toBe('454 4.7.9 other');
      expect(replies.slice(0, -1)).not.toContain('454 4.7.9 other');
      expect(world.host.deliveries).toEqual([]);
    });
  });

  test('LHLO, the extensions offered, the idle time-out', async () => {
    expect(await dialogue({ protocol: 'lmtp', lhlo: '550 no' }, 'LHLO c')).toEqual(['220 a LMTP', '550 no']);
    const limits = { extensions: ['SIZE', 'X-ODD 1'], maxMessageBytes: 77, idleTimeout: '9s' };
    expect(await dialogue(limits, EHLO, `${MAIL} BODY=7BIT`)).toEqual([
      '220 a ESMTP',
      '250-a\n250-SIZE 77\n250 X-ODD 1',
      '555 parameter BODY is not supported',
    ]);
    await withHost(mailHost(limits), async (world) => {
      const client = await world.connect();
      await client.reply();
      const before = world.elapsed();
      expect(await client.reply()).toBe('421 idle for too long');
      expect(world.elapsed() - before).toBe(9_000);
    });
  });

  test('after a 5xx greeting only QUIT is served', async () => {
    expect(await dialogue({ greeting: '554 5.3.2 closed' }, EHLO, 'QUIT')).toEqual([
      '554 5.3.2 closed',
      '503 5.5.1 only QUIT is accepted',
      '221 2.0.0 Bye',
    ]);
  });

  test('by address, domain, default', async () => {
    const rcpt = {
      'Bad@example.test': '550 5.1.1 no',
      '@later.test': '450 4.2.0 later',
      default: '251 moved',
    };
    const lines = ['RCPT TO:<bad@EXAMPLE.test>', 'RCPT TO:<x@later.test>', RCPT];
    expect((await dialogue({ rcpt }, EHLO, MAIL, ...lines)).slice(3)).toEqual([
      '550 5.1.1 no',
      '450 4.2.0 later',
      '251 moved',
    ]);
    expect(
      (await dialogue({ mail: { '<>': '550 no bounces' } }, EHLO, 'MAIL FROM:<>', MAIL)).slice(2),
    ).toEqual(['550 no bounces', '250 2.1.0 Ok']);
  });

  test.each([
    [
      ['450 a', 'default'],
      ['450 a', '250 2.1.5 Ok', '250 2.1.5 Ok', '250 2.1.5 Ok'],
    ],
    [sequence(['450 a', '450 b'], 'connection'), ['450 a', '450 b', '450 a', '450 b']],
    [sequence(['450 a', '450 b'], 'connections'), ['450 a', '450 a', '450 b', '450 b']],
    [sequence([['450 a', '450 b'], '450 c'], 'connections'), ['450 a', '450 b', '450 c', '450 c']],
  ])('by count: %j', async (rcpt, expected) => {
    const replies: string[] = [];
    await withHost(mailHost({ rcpt }), async (world) => {
      for (let connection = 0; connection < 2; connection += 1) {
        const client = await world.connect();
        await client.reply();
        replies.push(...(await client.askAll(EHLO, MAIL, RCPT, RCPT)).slice(2));
      }
    });
    expect(replies).toEqual(expected);
  });

  test('by count in a transaction', async () => {
    const rcpt = sequence(['450 a', '450 b'], 'transaction');
    expect(
      (await dialogue({ rcpt }, EHLO, MAIL, RCPT, RCPT, 'RSET', MAIL, RCPT)).filter((reply) =>
        reply.startsWith('45'),
      ),
    ).toEqual(['450 a', '450 b', '450 a']);
  });

  test('by time', async () => {
    await withHost(
      mailHost({ mail: until('5m', '451 early', { reply: '250 late', delay: '2s' }) }),
      async (world) => {
        const client = await world.connect();
        await client.reply();
        await client.ask(EHLO);
        expect(await timed(world, client, MAIL)).toEqual(['451 early', ROUND_TRIP_MS]);
        await new Promise((resolve) => world.clock.schedule(299_000, () => resolve(undefined)));
        await client.ask('NOOP');
        await new Promise((resolve) => world.clock.schedule(1_000, () => resolve(undefined)));
        expect(await timed(world, client, MAIL)).toEqual(['250 late', 2_000 + ROUND_TRIP_MS]);
      },
    );
  });

  test('greylisting', async () => {
    await withHost(mailHost({ greylist: '200s' }), async (world) => {
      const client = await world.connect();
      await client.reply();
      await client.askAll(EHLO, MAIL);
      expect(await client.ask(RCPT)).toBe('450 4.7.1 greylisted, try again later');
      await new Promise((resolve) => world.clock.schedule(200_000, () => resolve(undefined)));
      expect(await client.ask(RCPT)).toBe('250 2.1.5 Ok');
      expect(await client.ask('RCPT TO:<other@example.test>')).toMatch(/^450 /);
    });
  });

  test('segments, trickle, bare newlines', async () => {
    await withHost(
      mailHost({
        greeting: { segments: [1, 3] },
        ehlo: { trickle: { bytes: 40, every: '1s' } },
        mail: { reply: '250 a', bareLf: true },
      }),
      async (world) => {
        const client = await world.connect();
        await client.reply();
        expect(client.segments).toEqual(['2', '20 ', 'a ESMTP\r\n']);
        const [, tookMs] = await timed(world, client, EHLO);
        expect(tookMs).toBe(2_000 + ROUND_TRIP_MS);
        await client.ask(MAIL);
        expect(client.segments.at(-1)).toBe('250 a\n');
      },
    );
  });

  test.each([
    ['close', '250 bye\r\n<close>'],
    ['reset', '<ECONNRESET>'],
    ['halfClose', '250 bye\r\n<close>'],
  ] as const)('then %s', async (then, expected) => {
    await withHost(mailHost({ ehlo: { reply: '250 bye', then } }), async (world) => {
      const client = await world.connect();
      await client.reply();
      client.connection.pause();
      client.send(`${EHLO}\r\n`);
      await new Promise((resolve) => world.clock.schedule(1_000, () => resolve(undefined)));
      client.connection.resume();
      expect(await client.rest()).toBe(expected);
    });
  });

  test('silent reads on, stall does not', async () => {
    const written: Record<string, boolean> = {};
    for (const then of ['silent', 'stall'] as const) {
      await withHost(mailHost({ data: { then } }), async (world) => {
        const client = await world.connect();
        await client.reply();
        await client.askAll(...ENVELOPE.slice(0, 3));
        client.send('DATA\r\n');
        for (let sent = 0; sent < 100; sent += 1) client.send(Buffer.alloc(10_000));
        client.connection.write('end', () => {
          written[then] = true;
        });
        await new Promise((resolve) => world.clock.schedule(60_000, () => resolve(undefined)));
        expect(client.ended).toBeUndefined();
      });
    }
    expect(written).toEqual({ silent: true });
  });

  test('a delay is recorded', async () => {
    await withHost(mailHost({ greeting: { delay: '10s' } }), async (world) => {
      const client = await world.connect();
      expect(await client.reply()).toBe('220 a ESMTP');
      expect(world.sessions[0]?.entries[0]).toMatchObject({ event: 'fault', text: 'delay 10000 ms' });
    });
  });
});

test.each([
  [{ greting: '220' }, 'mailHost: unknown key "greting"'],
  [{ rcpt: { replyy: '1' } }, 'mailHost: rcpt: unknown key "replyy"'],
  [{ data: { 'a@b': '1' } }, 'mailHost: data: has no addresses to choose by'],
  [{ endOfData: { 'a@b': '1' } }, 'mailHost: endOfData: has no addresses to choose by'],
  [{ rcpt: { 'a@b': { then: 'explode' } } }, 'mailHost: rcpt[a@b]: then: "explode" is not one of'],
  [{ mail: [] }, 'mailHost: mail: an empty list answers nothing'],
  [{ mail: '250 a\r\n' }, 'mailHost: mail: reply: write \\n between lines'],
  [{ mail: { delay: '10 parsecs' } }, 'mailHost: mail: delay: not a duration: "10 parsecs"'],
  [{ mail: 7 }, 'mailHost: mail: 7 is neither text nor an object'],
  [{ mail: { segments: [0] } }, 'mailHost: mail: segments: must be a list of sizes'],
  [{ mail: { trickle: { bytes: 0, every: 1 } } }, 'mailHost: mail: trickle: bytes: must be 1 or more'],
  [{ mail: { until: '1s' } }, 'mailHost: mail: undefined is neither text nor an object'],
  [{ lhlo: '250 a' }, 'mailHost: lhlo: is no command of SMTP'],
  [{ protocol: 'uucp' }, 'mailHost: protocol: must be smtp or lmtp'],
  [{ port: 70_000 }, 'mailHost: port: 70000 is not a port number'],
  [{ name: 'a b' }, 'mailHost: name: must be one word'],
  [{ extensions: ['A\n'] }, 'mailHost: extensions: each must be one line of text'],
  [{ maxMessageBytes: -1 }, 'mailHost: maxMessageBytes: must be a whole number, 1 or more'],
  [{ faults: [{ at: 'nowhere', then: 'close' }] }, 'mailHost: faults[0]: at: must be one of'],
  [
    { faults: [{ at: 'mail', then: 'close', afterBytes: 1 }] },
    'mailHost: faults[0]: afterBytes: only goes with content',
  ],
  [{ faults: [{ at: 'mail' }] }, 'mailHost: faults[0]: then: must be'],
])('a bad definition is one line: %j', (switches, message) => {
  let text = '';
  try {
    mailHost(switches as unknown as MailHostSwitches);
  } catch (error) {
    text = String(error);
  }
  expect(text).toContain(message);
  expect(text).not.toContain('\n');
});

describe('hostile clients', () => {
  const fragment = fc.oneof(
    fc.constantFrom(
      ...ENVELOPE.map((line) => `${line}\r\n`),
      '.\r\n',
      '\r\n.\r\n',
      '\n',
      '\r',
      'QUIT\r\n',
      'RSET\r\n',
      'MAIL FROM:<',
    ),
    fc.string({ maxLength: 40 }),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.constant('x'.repeat(70_000)),
  );
  const end = fc.constantFrom('end', 'destroy', 'nothing');

  test('anything at all, ended anywhere: the host ends the connection and is ready for the next', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fragment, { maxLength: 12 }),
        end,
        fc.boolean(),
        async (fragments, how, early) => {
          await withHost(mailHost(), async (world) => {
            const client = await world.connect();
            if (!early) await client.reply();
            for (const text of fragments)
              if (client.connection.writable) client.send(Buffer.from(text, 'latin1'));
            if (how === 'end') client.connection.end();
            if (how === 'destroy') client.connection.destroy();
            await client.rest();
            client.connection.end();
            const next = await world.connect();
            expect(await next.reply()).toBe('220 a ESMTP');
            expect(await next.askAll(...ENVELOPE, 'x\r\n.', 'QUIT')).toMatchObject({
              length: 6,
              5: '221 2.0.0 Bye',
            });
            expect(world.host.problems()).toEqual([]);
            for (const session of world.sessions) expect(() => transcript(session)).not.toThrow();
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  test('any content survives dot-stuffing and segmentation', async () => {
    const line = fc.oneof(
      fc.constantFrom('', '.', '..', '.x', '\n.', '\r'),
      fc.string({ maxLength: 10 }).map((text) => text.replace(/[\r\n]/g, '')),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 10 }),
        fc.integer({ min: 1, max: 7 }),
        async (lines, size) => {
          const content = lines.map((text) => `${text}\r\n`).join('');
          const stuffed = Buffer.from(`${content.replace(/(^|\r\n)\./g, '$1..')}.\r\n`);
          await withHost(mailHost(), async (world) => {
            const client = await world.connect();
            await client.reply();
            await client.askAll(...ENVELOPE);
            for (let at = 0; at < stuffed.length; at += size) client.send(stuffed.subarray(at, at + size));
            expect(await client.reply()).toMatch(/^250 /);
            expect(String(world.host.deliveries[0]?.content)).toBe(content);
            const view = commands(world.sessions[0] ?? expect.fail()).at(-1);
            expect(view).toMatchObject({ kind: 'content', complete: true, content: Buffer.from(content) });
          });
        },
      ),
      { numRuns: 100 },
    );
  });
});
