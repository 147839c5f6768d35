import { expect, test } from 'vitest';
import { authority } from '../certificates/authority.ts';
import { commands, dialogueOf } from '../session-view.ts';
import { type StockOptions, stockHost } from './stock.ts';
import { ENVELOPE, withHost } from './testing.ts';
import { askForTls, secure } from './tls/testing.ts';

test('takes a message over SMTP', async () => {
  await withHost(stockHost(), async (world) => {
    const client = await world.connect();
    expect(await client.reply()).toBe('220 a ESMTP');
    const keywords = await client.ask(ENVELOPE[0]);
    for (const keyword of [
      'PIPELINING',
      '8BITMIME',
      'SMTPUTF8',
      'ENHANCEDSTATUSCODES',
      'DSN',
      'SIZE 10240000',
    ]) {
      expect(keywords).toContain(keyword);
    }
    expect(keywords).not.toMatch(/STARTTLS|AUTH/);
    await client.askAll(`${ENVELOPE[1]} SIZE=5`, `${ENVELOPE[2]} NOTIFY=NEVER`, ENVELOPE[3]);
    expect(await client.ask('..x\r\n.')).toMatch(/^250 /);
    expect(await client.quit()).toMatch(/^221 /);
    expect(world.host.deliveries).toMatchObject([
      {
        connection: 1,
        sender: 'a@sender.test',
        mailParameters: { SIZE: '5' },
        recipients: ['user@example.test'],
        recipientParameters: [{ NOTIFY: 'NEVER' }],
        content: Buffer.from('.x\r\n'),
      },
    ]);
    expect(commands(world.sessions[0] ?? expect.fail()).at(-1)).toMatchObject({
      text: 'QUIT',
      reply: { code: 221 },
    });
    await new Promise((resolve) => world.clock.schedule(100, () => resolve(undefined)));
    expect(world.sessions[0]?.entries.slice(-2)).toMatchObject([{ event: 'close' }, { event: 'close' }]);
  });
});

test('speaks LMTP and refuses recipients', async () => {
  const host = stockHost({
    protocol: 'lmtp',
    name: 'mx.test',
    refuse: { 'Bad@example.test': '550 no such user' },
    extensions: ['PIPELINING'],
  });
  await withHost(host, async (world) => {
    const client = await world.connect();
    expect(await client.reply()).toBe('220 mx.test LMTP');
    expect(await client.ask('LHLO c')).not.toContain('8BITMIME');
    const path = ['RCPT TO:<bad@example.test>', ENVELOPE[2], 'RCPT TO:<b@example.test>', 'DATA'];
    expect(await client.askAll(ENVELOPE[1], ...path)).toContain('550 no such user');
    expect([await client.ask('x\r\n.'), await client.reply()]).toEqual([
      '250 OK: message accepted',
      '250 OK: message accepted',
    ]);
    expect(world.host.deliveries).toMatchObject([{ recipients: ['user@example.test', 'b@example.test'] }]);
  });
});

test('refuses a message that is too big', async () => {
  await withHost(stockHost({ maxMessageBytes: 10 }), async (world) => {
    const client = await world.connect();
    await client.reply();
    await client.askAll(...ENVELOPE);
    expect(await client.ask(`${'x'.repeat(100)}\r\n.`)).toMatch(/^552 /);
    expect(world.host.deliveries).toEqual([]);
  });
});

test('a silent client is dropped in virtual time; a vanished one does no harm', async () => {
  await withHost(stockHost(), async (world) => {
    const client = await world.connect();
    await client.reply();
    expect(await client.reply()).toMatch(/^421 /);
    expect(world.elapsed()).toBeGreaterThanOrEqual(300_000);
    const vanished = await world.connect();
    await vanished.reply();
    await vanished.askAll(...ENVELOPE);
    vanished.connection.destroy();
    const next = await world.connect();
    expect(await next.reply()).toBe('220 a ESMTP');
    next.connection.end();
    expect(await next.rest()).toBe('<close>');
    expect(world.host.problems()).toEqual([]);
  });
});

test.each([
  [{ extension: [] }, 'stockHost: unknown key "extension"'],
  [{ extensions: ['CHUNKING'] }, 'stockHost: extensions: CHUNKING is not one of'],
  [{ refuse: { 'a@b': '250 ok' } }, 'stockHost: refuse[a@b]: write a 4xx or 5xx code and a text'],
  [{ maxMessageBytes: 0 }, 'stockHost: maxMessageBytes: must be 1 or more'],
  [{ protocol: 'x' }, 'stockHost: protocol: must be smtp or lmtp'],
])('a bad option: %j', (options, message) => {
  expect(() => stockHost(options as unknown as StockOptions)).toThrow(message);
});

test('TLS of its own', async () => {
  const ca = authority('Test CA');
  const host = stockHost({ tls: { credential: ca.issue('a.example.test') } });
  await withHost(host, async (world) => {
    const plain = await askForTls(world);
    const { client, socket } = await secure(plain, { servername: 'a.example.test', ca: ca.pem });
    expect(socket.authorized).toBe(true);
    expect(await client.ask(ENVELOPE[0])).not.toContain('STARTTLS');
    await client.askAll(...ENVELOPE.slice(1));
    expect(await client.ask('x\r\n.')).toMatch(/^250 /);
    await client.quit();
    await new Promise((resolve) => world.clock.schedule(1_000, () => resolve(undefined)));
    const { timeline } = dialogueOf(world.sessions[0] ?? expect.fail());
    const lines = timeline.map((item) => ('line' in item ? item.line : item.event));
    const at = lines.indexOf('{TLS sni=a.example.test}');
    expect(lines[at - 1]).toBe('220 2.0.0 Ready to start TLS');
    expect(lines[at + 1]).toBe(ENVELOPE[0]);
    expect(lines.slice(-3)).toEqual(['QUIT', '221 2.0.0 Bye', 'close']);
    expect(world.host.deliveries).toHaveLength(1);
  });
});
