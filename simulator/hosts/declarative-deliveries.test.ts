import { describe, expect, test } from 'vitest';
import { mailHost } from './declarative.ts';
import { ENVELOPE, withHost } from './testing.ts';

const [EHLO, MAIL, RCPT, DATA] = ENVELOPE;

describe('a message that was taken stays taken', () => {
  test.each(['close', 'reset'] as const)('when the connection ends (%s) after the reply', async (then) => {
    await withHost(mailHost({ faults: [{ at: 'endOfData', then }] }), async (world) => {
      const client = await world.connect();
      await client.reply();
      await client.askAll(EHLO, MAIL, RCPT, DATA);
      client.send('x\r\n.\r\n');
      await client.rest();
      expect(world.host.deliveries).toMatchObject([{ recipients: ['user@example.test'] }]);
    });
  });

  test('for the LMTP recipients that were answered', async () => {
    const lmtp = mailHost({ protocol: 'lmtp', endOfData: { 'b@example.test': { then: 'close' } } });
    await withHost(lmtp, async (world) => {
      const client = await world.connect();
      await client.reply();
      await client.askAll('LHLO c', MAIL, RCPT, 'RCPT TO:<b@example.test>', DATA);
      client.send('x\r\n.\r\n');
      expect(await client.rest()).toBe('250 2.0.0 Ok: queued as 1\r\n<close>');
      expect(world.host.deliveries).toMatchObject([{ recipients: ['user@example.test'] }]);
    });
  });
});
