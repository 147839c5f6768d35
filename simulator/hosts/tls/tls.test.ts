import { describe, expect, test } from 'vitest';
import { authority } from '../../certificates/authority.ts';
import { dialogueOf } from '../../session-view.ts';
import { mailHost } from '../declarative.ts';
import { withHost } from '../testing.ts';
import { askForTls, secure } from './testing.ts';

const ca = authority('Test CA');
const credential = ca.issue('a.example.test');

describe('STARTTLS', () => {
  test('a whole delivery inside TLS is recorded as plaintext, with the mark where TLS began', async () => {
    await withHost(mailHost({ tls: { credential } }), async (world) => {
      const plain = await askForTls(world);
      const { client, socket } = await secure(plain, {
        servername: 'a.example.test',
        ca: ca.pem,
        rejectUnauthorized: true,
      });
      expect(socket.authorized).toBe(true);
      await client.askAll(
        'EHLO client.test',
        'MAIL FROM:<a@sender.test>',
        'RCPT TO:<b@example.test>',
        'DATA',
      );
      expect(await client.ask('Hello\r\n.')).toBe('250 2.0.0 Ok: queued as 1');
      expect(await client.quit()).toBe('221 2.0.0 Bye');
      const lines = dialogueOf(world.sessions[0] ?? expect.fail()).timeline.map((item) =>
        'line' in item ? item.line : item.event,
      );
      expect(lines.slice(9, 15)).toEqual([
        '250 STARTTLS',
        'STARTTLS',
        '220 2.0.0 Ready to start TLS',
        '{TLS sni=a.example.test}',
        'EHLO client.test',
        '250-a',
      ]);
      expect(lines).toContain('<content, 10 bytes>');
      expect(world.host.deliveries).toHaveLength(1);
      expect(world.host.problems()).toEqual([]);
    });
  });
});
