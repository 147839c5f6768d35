/** `nexthop agent` under a whole Postfix: what becomes of mail from sendmail(1) to the report about it. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AgentProcess } from '../bench/agent/agent-process.ts';
import { type MailServer, startMailServer, type Taken } from '../bench/agent/mail-server.ts';
import { findMailSystem, MailSystem } from '../bench/agent/mail-system.ts';
import { siege } from '../bench/agent/siege.ts';

const found = await findMailSystem();
const obstacle = typeof found === 'string' ? found : undefined;
if (obstacle !== undefined) process.stderr.write(`skipped: tests of the agent: ${obstacle}\n`);

const SENDER = 'sender@client.test';
const MESSAGE = 'Subject: hello\n\nworld\n.dot\n';

let server: MailServer;
let system: MailSystem;
let agent: AgentProcess | undefined;

/** The first message for a recipient, there already or to come. */
function taken(recipient: string): Promise<Taken> {
  const there = server.taken.find((each) => each.recipient === recipient);
  if (there !== undefined) return Promise.resolve(there);
  return new Promise((resolve) => {
    server.onTaken = (each) => {
      if (each.recipient === recipient) resolve(each);
    };
  });
}

const send = (to: string, words: readonly string[] = [], content = MESSAGE) =>
  system.run('sendmail', ['-f', SENDER, ...words, `${to}@example.test`], content);

/** The last line about a recipient that has this status. */
async function outcome(to: string, status: string): Promise<string> {
  const found = await system.logged(new RegExp(`: to=<${to}@example.test>.* status=${status} `));
  return found.at(-1)?.input ?? '';
}

async function start(
  parameters: Record<string, string> = {},
  services: readonly string[] = [],
): Promise<void> {
  if (typeof found === 'string') return;
  const transport = `nexthop:[127.0.0.1]:${server.port}`;
  system = new MailSystem({ installation: found, transport, parameters, services });
  await system.start();
}

beforeAll(async () => {
  server = await startMailServer();
});
afterAll(() => server.close());

describe.skipIf(obstacle !== undefined)('an agent beside Postfix', { timeout: 90_000 }, () => {
  beforeAll(async () => {
    await start();
    agent = await AgentProcess.start(system);
  }, 60_000);
  afterAll(async () => {
    await agent?.end('SIGKILL');
    await system.stop();
  });
  afterEach(() => server.replies.clear());

  test('delivers, and the queue is empty', async () => {
    await send('plain');
    const { content } = await taken('plain@example.test');
    expect(content).toMatch(/\n\nworld\n\.dot$/);
    expect(await outcome('plain', 'sent')).toMatch(/ postfix\/nexthop\[\d+\]: \w+: to=.* dsn=2\.0\.0, /);
    await system.logged(/: removed$/);
    expect(await system.run('postqueue', ['-p'])).toBe('Mail queue is empty\n');
  });

  test('has long lines and long messages arrive whole', async () => {
    const long = 'x'.repeat(5000);
    await send('long', [], `Subject: long\n\n${`${long}\n`.repeat(100)}end\n`);
    const { content } = await taken('long@example.test');
    expect(content.split('\n').at(-1)).toBe('end');
    expect(content.replaceAll(/\n ?/g, '').match(/x{9,}/)?.[0]).toHaveLength(500_000);
  });

  test('has what is refused for now wait, and try again when asked', async () => {
    server.replies.set('wait', '450 4.2.1 try later');
    await send('wait');
    await outcome('wait', 'deferred');
    const reason = 'host 127.0.0.1[127.0.0.1] said: 450 4.2.1 try later (in reply to RCPT TO command)';
    await system.logged(/to=<wait@.*status=deferred/);
    expect((await system.run('postqueue', ['-p'])).replaceAll(/\s+/g, ' ')).toContain(reason);
    server.replies.clear();
    await system.run('postqueue', ['-f']);
    await taken('wait@example.test');
    await outcome('wait', 'sent');
  });

  test('delivers to some recipients, and later to those alone that had to wait', async () => {
    server.replies.set('later', '450 4.2.1 try later');
    await system.run('sendmail', ['-f', SENDER, 'now@example.test', 'later@example.test'], MESSAGE);
    await outcome('now', 'sent');
    await outcome('later', 'deferred');
    server.replies.clear();
    await outcome('later', 'sent');
    expect(server.taken.filter(({ recipient }) => recipient === 'now@example.test')).toHaveLength(1);
  });

  test('has mail that is refused for good returned', async () => {
    server.replies.set('nobody', '550 5.1.1 no such user');
    await send('nobody');
    await system.logged(/sender non-delivery notification: /);
    const { content } = await taken(SENDER);
    expect(content).toMatch(/^Content-Type: multipart\/report; report-type=delivery-status;/m);
    expect(content).toMatch(
      /^Final-Recipient: rfc822; nobody@example\.test\nOriginal-Recipient: rfc822;nobody@example\.test\nAction: failed\nStatus: 5\.1\.1\nRemote-MTA: dns; 127\.0\.0\.1\nDiagnostic-Code: smtp; 550 5\.1\.1 no such user$/m,
    );
  });

  test('has success reported where the sender asks for it', async () => {
    await system.run('sendmail', ['-f', 'asks@client.test', '-N', 'success', 'good@example.test'], MESSAGE);
    const { content } = await taken('asks@client.test');
    expect(content).toMatch(/^Action: relayed\nStatus: 2\.0\.0$/m);
  });

  test('has an address probe of a user answered, and delivers nothing', async () => {
    server.replies.set('missing', '550 5.1.1 no such user');
    await system.run('sendmail', [
      '-f',
      'curious@client.test',
      '-bv',
      'there@example.test',
      'missing@example.test',
    ]);
    const { content } = await taken('curious@client.test');
    expect(content).toMatch(/^Final-Recipient: rfc822; there@example\.test\n(?:.*\n)*?Action: deliverable$/m);
    expect(content).toMatch(
      /^Final-Recipient: rfc822; missing@example\.test\n(?:.*\n)*?Action: undeliverable$/m,
    );
    expect(server.taken.map(({ recipient }) => recipient)).not.toContain('there@example.test');
  });

  test('takes a change of main.cf up', async () => {
    server.replies.set('soft', '550 5.1.1 no such user');
    system.configure({ soft_bounce: 'yes' }, 0);
    try {
      await send('soft');
      expect(await outcome('soft', 'SOFTBOUNCE')).toContain('dsn=4.1.1');
      expect(await system.run('postqueue', ['-p'])).toContain('said: 550 5.1.1 no such user');
    } finally {
      system.configure();
    }
  });

  test('tells the postmaster of a server that breaks the protocol', async () => {
    server.replies.set('odd', '503 5.5.1 out of order');
    system.configure({ notify_classes: 'protocol', error_notice_recipient: 'postmaster@client.test' }, 0);
    try {
      await send('odd');
      const { content } = await taken('postmaster@client.test');
      expect(content).toMatch(
        /^Subject: Postfix SMTP client: errors from 127\.0\.0\.1\[127\.0\.0\.1\]:\d+$/m,
      );
      expect(content).toMatch(/^Received: by mx\.client\.test \(Postfix\)\n\tid /m);
    } finally {
      system.configure();
    }
  });

  test('sets a file aside that cannot be read', async () => {
    server.replies.set('corrupt', '450 4.2.1 try later');
    await send('corrupt');
    const [line] = await system.logged(/(\w+): to=<corrupt@.*status=deferred/);
    const id = line?.[1] ?? '';
    await system.run('postsuper', ['-h', id]);
    const path = join(system.queue, 'hold', id);
    const bytes = readFileSync(path);
    bytes[bytes.indexOf('N\x05world')] = 'Z'.charCodeAt(0);
    writeFileSync(path, bytes);
    server.replies.clear();
    await system.run('postsuper', ['-H', id]);
    await system.run('postqueue', ['-f']);
    expect(await outcome('corrupt', 'bounced')).toContain(
      'dsn=5.3.0, status=bounced (unreadable mail queue entry)',
    );
    await system.logged(/saving corrupt file/);
    expect(readdirSync(join(system.queue, 'corrupt'))).toEqual([id]);
  });

  test('finishes what it has begun when it is to end', async () => {
    let reply = () => {};
    const begun = new Promise<void>((resolve) => {
      server.beforeReply = () => {
        resolve();
        return new Promise((release) => {
          reply = release;
        });
      };
    });
    await send('last');
    await begun;
    const ended = agent?.end();
    reply();
    expect(await ended).toBe(0);
    server.beforeReply = async () => {};
    expect(await outcome('last', 'sent')).toContain('dsn=2.0.0');
    await system.run('postqueue', ['-f']);
    expect(server.taken.filter(({ recipient }) => recipient === 'last@example.test')).toHaveLength(1);
  });
});

describe.skipIf(obstacle !== undefined)('an agent of master(8)', { timeout: 90_000 }, () => {
  beforeAll(async () => {
    const transport = `managed:[127.0.0.1]:${server.port}`;
    const queueIds = {
      enable_long_queue_ids: 'yes',
      hash_queue_names: 'active, deferred',
      hash_queue_depth: '2',
    };
    await start({ default_transport: transport, relay_transport: transport, ...queueIds }, [
      'managed unix - - n - 1 nexthop -o { smtp_helo_name = managed.client.test } flags=DRO',
    ]);
  }, 60_000);
  afterAll(() => system.stop());

  test('is started with the first mail, as mail_owner, with options and flags of its line', async () => {
    await send('managed');
    const { content } = await taken('managed@example.test');
    expect(content).toMatch(
      /^Return-Path: <sender@client\.test>\nX-Original-To: managed@example\.test\nDelivered-To: managed@example\.test\n/,
    );
    expect(await outcome('managed', 'sent')).toContain('postfix/managed[');
    const [id] = system.agentsOf('managed');
    expect(statSync(`/proc/${id}`).uid).toBe(statSync(join(system.queue, 'private')).uid);
    expect(server.greetings).toContain('managed.client.test');
  });

  test('ends after a reload, with what it had begun, and another one takes over', async () => {
    const before = system.agentsOf('managed');
    const names = Array.from({ length: 20 }, (_, index) => `reload-${index}`);
    await send(names[0] ?? '');
    for (const [index, name] of names.slice(1).entries()) {
      if (index === 9) system.reload();
      await send(name);
    }
    await system.logged(/reload -- version/);
    await send('reloaded');
    await outcome('reloaded', 'sent');
    expect(system.agentsOf('managed')).not.toEqual(before);
    await Promise.all(names.map((name) => outcome(name, 'sent')));
    const arrived = server.taken.map(({ recipient }) => recipient);
    for (const name of names)
      expect(arrived.filter((recipient) => recipient === `${name}@example.test`)).toHaveLength(1);
    expect(system.log.lines.join('\n')).not.toMatch(/malformed response|bad command startup|fatal:|panic:/);
  });
});

describe.skipIf(obstacle !== undefined)(
  'an agent that is killed again and again',
  { timeout: 240_000 },
  () => {
    test('loses no mail, and repeats only what nobody knew to be delivered', async () => {
      if (typeof found === 'string') return;
      const { kills, lost, duplicates } = await siege({
        installation: found,
        messages: 200,
        lifeMs: 4000,
        oneIn: 40,
      });
      expect(kills).toBeGreaterThan(0);
      expect(lost).toEqual([]);
      expect(duplicates.filter(({ cause }) => cause === 'none')).toEqual([]);
    });
  },
);
