/** What the tests of the virtual world share. */
import type { Connection, Network } from '../../client/platform/platform.ts';
import { VirtualClock } from './clock.ts';
import type { VirtualConnection } from './connection.ts';
import { VirtualNetwork, type VirtualNetworkOptions } from './network.ts';
import { VirtualRandom } from './random.ts';

export const CLIENT = '198.51.100.7';
export const SERVER = '192.0.2.1';

export interface TestWorld {
  readonly clock: VirtualClock;
  readonly network: VirtualNetwork;
  readonly client: Network;
  /** Virtual milliseconds since the start. */
  elapsed(): number;
}

export function testWorld(options: Partial<VirtualNetworkOptions> = {}): TestWorld {
  const clock = new VirtualClock();
  const network = new VirtualNetwork({ clock, random: new VirtualRandom('test'), ...options });
  return { clock, network, client: network.host([CLIENT]), elapsed: () => clock.now() - clock.startMs };
}

/** Both ends of a new connection to `SERVER`, port 25. */
export async function connectedPair(
  world: TestWorld,
): Promise<{ client: Connection; server: VirtualConnection }> {
  const { promise, resolve } = Promise.withResolvers<VirtualConnection>();
  const listener = world.network.listenTcp(SERVER, 25, resolve);
  const client = await world.client.connectTcp({ address: SERVER, port: 25 });
  const server = await promise;
  listener.close();
  return { client, server };
}

/** Everything until the end, as text; rejects with the stream's error. */
export async function readAll(stream: AsyncIterable<unknown>): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

/** The error the stream ends with, undefined when it closes without one. */
export function closed(stream: Connection): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    let failure: NodeJS.ErrnoException | undefined;
    stream.once('error', (error: NodeJS.ErrnoException) => {
      failure = error;
    });
    stream.once('close', () => resolve(failure));
  });
}

export function wait(world: TestWorld, delayMs: number): Promise<void> {
  return new Promise((resolve) => world.clock.schedule(delayMs, resolve));
}
