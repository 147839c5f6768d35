import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeAttributes, protocolGreeting } from '../../../client/postfix/attributes.ts';
import { askAgent } from './agent.ts';

let folder: string;
let server: Server | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-'));
});
afterEach(async () => {
  server?.close();
  server = undefined;
  await rm(folder, { recursive: true });
});

function agent(serve: (socket: Socket) => void): Promise<string> {
  const path = join(folder, 'socket');
  server = createServer(serve);
  return new Promise((resolve) => server?.listen(path, () => resolve(path)));
}

const never = new AbortController().signal;
const request = encodeAttributes([['flags', 0]]);

describe('a delivery agent', () => {
  test('greets, is told the request, and answers', async () => {
    const told: Buffer[] = [];
    const path = await agent((socket) => {
      socket.write(protocolGreeting('delivery_request_protocol'));
      socket.on('data', (chunk) => {
        told.push(chunk);
        socket.write(
          encodeAttributes([
            ['status', ''],
            ['reason', ''],
            ['status', 0],
          ]),
        );
      });
    });
    expect(await askAgent(path, request, never)).toEqual({ is: 'done' });
    expect(Buffer.concat(told)).toEqual(request);
  });

  test('dies when it goes away without an answer, before or after the request', async () => {
    const path = await agent((socket) => socket.end(protocolGreeting('delivery_request_protocol')));
    expect(await askAgent(path, request, never)).toEqual({ is: 'died' });
    expect(await askAgent(join(folder, 'nobody'), request, never)).toEqual({ is: 'died' });
  });

  test('dies when it speaks another protocol', async () => {
    const path = await agent((socket) => socket.write(protocolGreeting('cleanup_protocol')));
    expect(await askAgent(path, request, never)).toEqual({ is: 'died' });
  });

  test('is left alone when the signal comes', async () => {
    const stop = new AbortController();
    const path = await agent(() => stop.abort());
    expect(await askAgent(path, request, stop.signal)).toEqual({ is: 'aborted' });
    expect(await askAgent(path, request, stop.signal)).toEqual({ is: 'aborted' });
  });
});
