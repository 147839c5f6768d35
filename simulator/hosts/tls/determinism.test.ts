import { expect, test } from 'vitest';
import { authority } from '../../certificates/authority.ts';
import { zone } from '../../dns/zone.ts';
import { createWorld } from '../../world.ts';
import { mailHost } from '../declarative.ts';
import { TestClient } from '../testing.ts';
import { secure } from './testing.ts';

const credential = authority('Test CA').issue('a.example.test');

/** A delivery over TLS on a bad network: what an observer gets of it, and when it was over. */
async function run(text: string, maxVersion: 'TLSv1.2' | 'TLSv1.3') {
  const world = createWorld({
    dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
    hosts: { a: mailHost({ tls: { credential } }) },
    network: { a: { latencyMs: 7, jitterMs: 20, segmentBytes: 300, bytesPerSecond: 9_000 } },
  });
  await world.run(async () => {
    const plain = new TestClient(await world.platform.network.connectTcp({ address: '192.0.2.1', port: 25 }));
    await plain.reply();
    await plain.askAll('EHLO client.test', 'STARTTLS');
    const { client } = await secure(plain, { maxVersion });
    await client.askAll('EHLO c', 'MAIL FROM:<>', 'RCPT TO:<b@example.test>', 'DATA');
    await client.ask(`${text}\r\n.`);
    await client.quit();
  });
  expect(world.deliveries).toHaveLength(1);
  const times = world.sessions[0]?.entries.map(({ atMs }) => atMs) ?? expect.fail();
  return `${world.eventHash()} ${times.join(' ')}`;
}

test.each(['TLSv1.2', 'TLSv1.3'] as const)('one seed, one run, whatever the bytes of %s', async (version) => {
  const text = 'x'.repeat(20_000);
  const runs = new Set<string>();
  for (let count = 0; count < 12; count += 1) runs.add(await run(text, version));
  expect(runs.size).toBe(1);
  expect(runs).not.toContain(await run(text.replace(/x$/, 'y'), version));
});
