import { describe, expect, test } from 'vitest';
import { authority } from '../../certificates/authority.ts';
import { dialogueHost } from '../dialogue.ts';
import { bytes, expectClose, startTls } from '../dialogue-steps.ts';
import type { MailHostDefinition } from '../host.ts';
import { type HostWorld, withHost } from '../testing.ts';
import { secure } from './testing.ts';

const ca = authority('Test CA');
const credential = ca.issue('a.example.test');

describe('scripts', () => {
  const run = (definition: MailHostDefinition, work: (world: HostWorld) => Promise<void>) =>
    withHost(definition, async (world) => {
      await work(world);
      await new Promise((resolve) => world.clock.schedule(5_000, () => resolve(undefined)));
    });

  test('the lines after the handshake are said inside', async () => {
    const script = ['S: 220 a', 'C: EHLO c', 'S: 250-a', 'S: 250 STARTTLS', 'C: STARTTLS', 'S: 220 go'];
    const host = dialogueHost([
      ...script,
      startTls({ credential }),
      'C: EHLO c',
      'S: 250 a',
      'C: QUIT',
      expectClose(),
    ]);
    await run(host, async (world) => {
      const client = await world.connect();
      await client.reply();
      await client.askAll('EHLO c', 'STARTTLS');
      const inside = await secure(client, { servername: 'a.example.test', ca: ca.pem });
      expect(inside.socket.authorized).toBe(true);
      await inside.client.ask('EHLO c');
      inside.client.send('QUIT\r\n');
      inside.socket.end();
      await inside.client.rest();
    });
    await run(dialogueHost([...script, bytes('250 injected\r\n'), '{TLS}', 'C: QUIT']), async (world) => {
      const client = await world.connect();
      await client.reply();
      await client.askAll('EHLO c', 'STARTTLS');
      expect(client.segments.at(-1)).toBe('220 go\r\n250 injected\r\n');
      (await secure(client)).client.send('QUIT\r\n');
    });
  });

  test('a handshake that fails is a problem unless the script ends with it', async () => {
    const script = ['S: 220 a', 'C: STARTTLS', 'S: 220 go'];
    const refuse = async (world: HostWorld) => {
      const client = await world.connect();
      await client.reply();
      await client.ask('STARTTLS');
      await expect(
        secure(client, { rejectUnauthorized: true, maxVersion: 'TLSv1.2', ciphers: 'aNULL:@SECLEVEL=0' }),
      ).rejects.toThrow();
      await new Promise((resolve) => world.clock.schedule(5_000, () => resolve(undefined)));
    };
    for (const [more, problems] of [
      [[], []],
      [['C: QUIT'], ['connection 1: expected step 4 "{TLS}", got no TLS']],
    ] as const)
      await run(dialogueHost([...script, '{TLS}', ...more]), async (world) => {
        await refuse(world);
        expect(world.host.problems()).toEqual(problems);
      });
  });

  test('a fault of the handshake is the last step', async () => {
    const fault = startTls({ handshake: { alert: 40 } });
    expect(() => dialogueHost([fault, 'C: QUIT'])).toThrow('must be the last step');
  });
});
