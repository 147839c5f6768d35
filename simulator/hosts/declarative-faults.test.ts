import { describe, expect, test } from 'vitest';
import { transcript } from '../session-view.ts';
import { mailHost } from './declarative.ts';
import { ENVELOPE, withHost } from './testing.ts';

const [EHLO, MAIL, RCPT] = ENVELOPE;

describe('faults', () => {
  test('a reset after the third RCPT reply loses it', async () => {
    const host = mailHost({ faults: [{ at: 'rcpt', count: 3, then: 'reset' }] });
    await withHost(host, async (world) => {
      const client = await world.connect();
      await client.reply();
      await client.askAll(EHLO, MAIL, RCPT);
      expect(world.host.problems()).toEqual(['fault never came: reset at rcpt 3']);
      client.send(`${RCPT}\r\n${RCPT}\r\n`);
      expect(await client.rest()).toBe('<ECONNRESET>');
      expect(transcript(world.sessions[0] ?? expect.fail()).slice(-2)).toEqual([
        'S: 250 2.1.5 Ok',
        'S: 250 2.1.5 Ok',
      ]);
      expect(world.sessions[0]?.entries.at(-1)).toMatchObject({ from: 'server', event: 'reset' });
      expect(world.host.problems()).toEqual([]);
    });
  });

  test.each([
    [{ at: 'mail', when: 'beforeReply', then: 'close' }, '<close>'],
    [{ at: 'mail', then: 'close' }, '250 2.1.0 Ok\r\n<close>'],
    [{ at: 'mail', reply: '452 4.3.1 full', then: 'close' }, '452 4.3.1 full\r\n<close>'],
    [{ at: 'mail', connection: 1, delay: '3s', then: 'reset' }, '250 2.1.0 Ok\r\n<ECONNRESET>'],
  ] as const)('%j', async (fault, expected) => {
    await withHost(mailHost({ faults: [fault] }), async (world) => {
      const client = await world.connect();
      await client.reply();
      await client.ask(EHLO);
      client.send(`${MAIL}\r\n`);
      expect(await client.rest()).toBe(expected);
    });
  });

  test.each([
    [
      { at: 'content', afterBytes: 1_000, reply: '552 5.3.4 enough', then: 'close' },
      '552 5.3.4 enough\r\n<close>',
    ],
    [{ at: 'content', afterBytes: 1_000, then: 'reset' }, '<ECONNRESET>'],
    [{ at: 'content', then: 'close' }, '<close>'],
  ] as const)('within the content: %j', async (fault, expected) => {
    await withHost(mailHost({ faults: [fault] }), async (world) => {
      const client = await world.connect();
      await client.reply();
      await client.askAll(...ENVELOPE);
      client.send(Buffer.alloc(2_000, 'x'));
      expect(await client.rest()).toBe(expected);
      expect(world.host.deliveries).toEqual([]);
      expect(world.host.problems()).toEqual([]);
    });
  });
});
