/** An agent against a queue manager and services of our own: what a real Postfix does rarely, or never. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { messageFromBytes } from '../client/content/message.ts';
import { Deliverer } from '../client/deliverer.ts';
import type { ClientEvent } from '../client/events.ts';
import { mailLogLine } from '../client/outcome/mail-log.ts';
import { type Listener, listenUnix } from '../client/platform/daemon.ts';
import { nodePlatform } from '../client/platform/node.ts';
import { Agent } from '../client/postfix/agent.ts';
import { AttributeReader } from '../client/postfix/attributes.ts';
import { DELIVERY_PROTOCOL } from '../client/postfix/delivery-protocol.ts';
import { encodeDeliveryRequest } from '../client/postfix/delivery-request.ts';
import { askAgent } from '../scenarios/senders/postfix/agent.ts';
import { serveOtherTransports } from '../scenarios/senders/postfix/other-transports.ts';
import { queueFile } from '../scenarios/senders/postfix/queue-file.ts';
import type { ServiceSocket } from '../scenarios/senders/postfix/service-sockets.ts';
import { serveStatusServices } from '../scenarios/senders/postfix/status-services.ts';
import type { KeptRecord } from '../scenarios/senders/sender.ts';

const QUEUE_ID = '715E2240272';
const content = Buffer.from('Subject: x\n\nHello\n');
const never = new AbortController().signal;

let folder: string;
let listener: Listener | undefined;
let services: ServiceSocket[];
let server: Server | undefined;
let records: KeptRecord[];
let log: string[];
let agent: Agent;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-'));
  for (const name of ['active', 'private', 'public']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'active', QUEUE_ID), queueFile(content).bytes);
  records = [];
  log = [];
});
afterEach(async () => {
  listener?.close();
  for (const service of services) service.close();
  server?.close();
  await agent.idle();
  rmSync(folder, { recursive: true });
});

/** Services keep records unless they are `down`. */
async function start(parameters: Record<string, string> = {}, down = false): Promise<string> {
  const platform = nodePlatform();
  const emit = (event: ClientEvent) => {
    const line = mailLogLine(event, deliverer.settings);
    if (line !== undefined) log.push(line);
  };
  const deliverer = await Deliverer.create({
    parameters: new Map(Object.entries({ queue_directory: folder, fast_flush_domains: '', ...parameters })),
    service: 'smtp',
    serviceName: 'smtp',
    flags: '',
    hostname: 'mx.client.test',
    platform,
    emit,
  });
  agent = new Agent({
    service: 'smtp',
    platform,
    emit,
    current: { use: (work) => work(deliverer) },
    signal: never,
  });
  services = await serveStatusServices(join(folder, 'private'), (record) => {
    if (!down) records.push(record);
    return !down;
  });
  const path = join(folder, 'private', 'agent');
  listener = await listenUnix(path, (connection) => agent.accept(connection));
  return path;
}

function requestTo(nexthop: string): Buffer {
  return encodeDeliveryRequest(
    {
      queueId: QUEUE_ID,
      service: 'smtp',
      nexthop,
      sender: 'sender@client.test',
      recipients: [{ address: 'a@example.test' }],
      message: messageFromBytes(content),
      arrivedAtMs: 1_000_000,
    },
    { queueId: QUEUE_ID, offset: queueFile(content).offset },
    [3, 7],
  );
}

/** A port of this machine at which nobody listens. */
async function closedPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('a server that is away suspends the destination, in the words of the record', async () => {
  const path = await start();
  const reason = `connect to 127.0.0.1[127.0.0.1]:${await closedPort()}: Connection refused`;
  const nexthop = reason.replace(/.*\]:(\d+):.*/, '[127.0.0.1]:$1');
  expect(await askAgent(path, requestTo(nexthop), never)).toEqual({ is: 'done', suspension: reason });
  expect(records).toMatchObject([{ service: 'defer', dsn: '4.4.1', action: 'delayed', reason }]);
});

test('a file that another process has locked is left alone, and says so in the queue', async () => {
  const path = await start();
  const file = join(folder, 'active', QUEUE_ID);
  const locker = spawn('flock', ['-x', file, 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(locker.stdout, 'data');
  try {
    expect(await askAgent(path, requestTo('[127.0.0.1]:9'), never)).toEqual({ is: 'done' });
    expect(records).toMatchObject([
      {
        service: 'defer',
        dsn: '4.3.0',
        reason: expect.stringMatching(/^cannot read the message: open active\//),
      },
    ]);
    expect(readFileSync(file)).toEqual(Buffer.from(queueFile(content).bytes));
  } finally {
    locker.stdin.end();
    await once(locker, 'exit');
  }
});

test('a message that is not there is nothing to answer about', async () => {
  const path = await start();
  rmSync(join(folder, 'active', QUEUE_ID));
  expect(await askAgent(path, requestTo('[127.0.0.1]:9'), never)).toEqual({ is: 'died' });
  expect(log).toEqual([`warning: open active/${QUEUE_ID}: No such file or directory`]);
  expect(records).toEqual([]);
});

test('a record that nobody keeps is told of, and the recipient waits all the same', async () => {
  const path = await start({}, true);
  const answer = await askAgent(path, requestTo(`[127.0.0.1]:${await closedPort()}`), never);
  expect(answer).toMatchObject({ is: 'done' });
  expect(log).toContain(`warning: ${QUEUE_ID}: defer service failure`);
});

/** We are the exchanger: mail loops back. */
const LOOP = { inet_interfaces: '127.0.0.1', mydestination: '', best_mx_transport: 'elsewhere:next' };

test('mail that loops back is handed to another transport, with the request as it was', async () => {
  const path = await start(LOOP);
  const passed: unknown[] = [];
  services.push(
    ...(await serveOtherTransports(join(folder, 'private'), [LOOP], (each) => void passed.push(each))),
  );
  expect(await askAgent(path, requestTo('127.0.0.1'), never)).toEqual({ is: 'done' });
  expect(passed).toEqual([
    { queueId: QUEUE_ID, recipient: 'a@example.test', passedTo: { transport: 'elsewhere', nexthop: 'next' } },
  ]);
});

test('a transport that is not there has the recipient wait', async () => {
  const path = await start(LOOP);
  expect(await askAgent(path, requestTo('127.0.0.1'), never)).toEqual({ is: 'done' });
  expect(records).toMatchObject([{ service: 'defer', dsn: '4.3.0', reason: 'mail transport unavailable' }]);
});

test.each([
  ['nothing', Buffer.alloc(0), []],
  [
    'half a list',
    requestTo('x').subarray(0, 400),
    ['warning: delivery request: a list of attributes that ends in the middle'],
  ],
  [
    'no recipients',
    requestTo('x').subarray(0, requestTo('x').indexOf('original_recipient')),
    ['warning: delivery request: a request that ends in the middle'],
  ],
  [
    'another list',
    Buffer.from('flags\x001\0\0'),
    ['warning: delivery request: a request without recipient_count'],
  ],
  [
    'no list',
    Buffer.alloc(3_000_000, 'x'),
    [expect.stringMatching(/^warning: delivery request: a list of attributes is longer/)],
  ],
])('who sends %s is not answered', async (_, bytes, expected) => {
  const path = await start();
  const socket = new Socket();
  socket.on('error', () => {});
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.connect(path);
  socket.end(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  const lists = new AttributeReader().push(Buffer.concat(chunks));
  expect(lists.map((list) => [...list])).toEqual([[['protocol', DELIVERY_PROTOCOL]]]);
  await agent.idle();
  expect(log).toEqual(expected);
});
