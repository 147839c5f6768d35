/**
 * The main job as its user does it: `nexthop send` in a process of its own, a name server and mail servers that are
 * not ours in others, real sockets on the loopback between them.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import MailComposer from 'nodemailer/lib/mail-composer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readContent } from './fixtures/content.ts';
import type { MailServerOptions, MailServerReport, ReceivedMessage } from './fixtures/mail-server.ts';
import type { NameServerOptions, NameServerReport } from './fixtures/name-server.ts';
import { type Finished, nexthop, type Server, startNexthop, startServer } from './processes.ts';

/** Ctrl-C must not wait for a time limit; the shortest of the client's is in seconds. */
const promptMs = 2_000;

const folder = mkdtempSync(join(tmpdir(), 'nexthop-send-'));
const hasIpv6 = Object.values(networkInterfaces()).some((places) =>
  places?.some(({ address }) => address === '::1'),
);

const mx = { A: '127.0.0.1' };
const zone: NameServerOptions = {
  records: {
    'example.test': { MX: [[10, 'mx.example.test']] },
    'mx.example.test': mx,
    'other.test': { MX: [[10, 'mx.other.test']] },
    'mx.other.test': mx,
    'no-mx.test': mx,
    'null-mx.test': { MX: [[0, '']] },
    // Nobody listens at the first exchanger's address, whether the machine has IPv6 or not.
    'backup.test': {
      MX: [
        [20, 'mx.example.test'],
        [10, 'away.test'],
      ],
    },
    'away.test': { AAAA: '::1' },
    'six.test': { MX: [[10, 'away.test']] },
  },
  silent: ['silent.test'],
};
const refusals: Omit<MailServerOptions, 'listen'> = {
  refuse: {
    'unknown@example.test': '550 5.1.1 no such user',
    'busy@example.test': '451 4.3.0 later',
  },
  stallRecipient: 'slow@example.test',
  stallContent: 'stuck@example.test',
};

let names: Server<NameServerReport>;
let mail: Server<MailServerReport>;

beforeAll(async () => {
  names = await startServer('name-server.ts', zone);
  mail = await startServer('mail-server.ts', {
    ...refusals,
    listen: '127.0.0.1',
  } satisfies MailServerOptions);
});

afterAll(async () => {
  await Promise.all([names.stop(), mail.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const sendArgs = (recipients: readonly string[], port = mail.port): string[] => [
  'send',
  '--from',
  'a@sender.test',
  ...recipients.flatMap((recipient) => ['--to', recipient]),
  '--dns',
  `127.0.0.1:${names.port}`,
  '-o',
  `smtp_tcp_port=${port}`,
  '-o',
  'myhostname=client.test',
];

interface Sent extends Finished {
  readonly messages: readonly ReceivedMessage[];
}

/** Sends with the arguments given besides, and brings back what the server took meanwhile. */
async function send(
  recipients: readonly string[],
  input: string | Buffer,
  { args = [], server = mail }: { args?: readonly string[]; server?: Server<MailServerReport> } = {},
): Promise<Sent> {
  const before = (await server.reports()).length;
  const finished = await nexthop([...sendArgs(recipients, server.port), ...args], { input });
  const messages = (await server.reports())
    .slice(before)
    .filter((report) => report.type === 'message')
    .filter(({ to }) => to.some((address) => recipients.includes(address)));
  return { ...finished, messages };
}

const relay = () => `mx.example.test[127.0.0.1]:${mail.port}`;
const crlf = (text: string): string => text.replaceAll(/\r?\n/g, '\r\n');
const note = 'From: a@sender.test\r\nTo: user@example.test\r\nSubject: note\r\n\r\nHello\r\n';

/** Everything that was received, byte by byte, from content as it was given. */
async function transmitted(content: string, recipient: string): Promise<string> {
  const { status, messages } = await send([recipient], content);
  expect(status).toBe(0);
  expect(messages).toHaveLength(1);
  return messages[0]?.raw.toString('latin1') ?? '';
}

describe('a delivery by MX lookup', () => {
  test('hands over a message as it is: headers, bodies, attachments', async () => {
    const composed = await new MailComposer({
      newline: 'windows',
      from: 'Jörg Schröder <a@sender.test>',
      to: [{ name: 'Ünïcode Üser', address: 'user@example.test' }],
      subject:
        'Grüße aus Köln, and a subject so long that its encoded words have to be folded: 日本語のテスト',
      messageId: '<one@sender.test>',
      headers: { 'X-Folded': 'word '.repeat(40) },
      text: 'Schöne Grüße\n.\n..dots\n日本語\n',
      html: '<p>Schöne Grüße <img src="cid:logo"></p>',
      attachments: [
        { filename: 'Übersicht.bin', content: randomBytes(50_000), contentType: 'application/octet-stream' },
        { filename: 'notes.txt', content: '.first\r\n..second\r\n\r\nlast' },
        { filename: 'logo.png', content: randomBytes(700), contentType: 'image/png', cid: 'logo' },
      ],
    })
      .compile()
      .build();
    const { status, stdout, stderr, messages } = await send(['user@example.test'], composed);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(
        String.raw`^[0-9A-F]{10}: to=<user@example\.test>, relay=mx\.example\.test\[127\.0\.0\.1\]:${mail.port}, ` +
          String.raw`delay=[\d.]+, delays=0/[\d.]+/[\d.]+/[\d.]+, tls=none, dsn=2\.\d\.\d, status=sent \(250 .+\)\n$`,
      ),
    );
    const [received] = messages;
    expect(received).toMatchObject({ from: 'a@sender.test', to: ['user@example.test'] });
    expect(received?.envelope.mailFrom).toMatchObject({ args: { SIZE: String(composed.length) } });
    expect(received?.raw.equals(composed)).toBe(true);
    const original = await readContent(composed);
    expect(received?.parsed).toEqual(original);
    expect(original.attachments.map(({ name }) => name)).toEqual(['logo.png', 'Übersicht.bin', 'notes.txt']);
  });

  test('carries 8-bit content as it is', async () => {
    const content = Buffer.from(
      'Subject: eight\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nÄäÖö€\r\n',
    );
    const { messages } = await send(['user@example.test'], content);
    expect(messages).toMatchObject([{ parsed: { text: 'ÄäÖö€\n' }, envelope: { bodyType: '8bitmime' } }]);
    expect(messages[0]?.raw.equals(content)).toBe(true);
  });

  test('takes 8 MB', async () => {
    const content = Buffer.alloc(
      8 * 1024 * 1024,
      '.23456789012345678901234567890123456789012345678901234567890\r\n',
    );
    content.write('Subject: large\r\n\r\n');
    content.write('\r\n', content.length - 2);
    const { status, messages } = await send(['user@example.test'], content);
    expect(status).toBe(0);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.raw.equals(content)).toBe(true);
  });

  test('reads the message from a file', async () => {
    const file = join(folder, 'note.eml');
    writeFileSync(file, note);
    const { status, messages } = await send(['user@example.test'], '', { args: [file] });
    expect({ status, raw: messages.map(({ raw }) => String(raw)) }).toEqual({ status: 0, raw: [note] });
  });

  test('goes to each domain once, whatever the number of its recipients', async () => {
    const recipients = ['one@example.test', 'two@other.test', 'three@example.test', 'four@other.test'];
    const { status, stdout, messages } = await send(recipients, note);
    expect(status).toBe(0);
    expect(messages.map(({ to }) => to).sort()).toEqual([
      ['one@example.test', 'three@example.test'],
      ['two@other.test', 'four@other.test'],
    ]);
    expect(stdout.match(/(?<=to=<).+?(?=>.+status=sent)/g)?.sort()).toEqual(recipients.toSorted());
  });

  test('tries the next exchanger when the first cannot be reached', async () => {
    const { status, stdout, messages } = await send(['user@backup.test'], note);
    expect({ status, to: messages.map(({ to }) => to) }).toEqual({ status: 0, to: [['user@backup.test']] });
    expect(stdout).toContain(`relay=${relay()}`);
  });

  test('goes to the domain itself when it has no MX records', async () => {
    const { status, stdout } = await send(['user@no-mx.test'], note);
    expect(status).toBe(0);
    expect(stdout).toContain(`relay=no-mx.test[127.0.0.1]:${mail.port}`);
  });

  test('says the null sender and addresses as they must be quoted', async () => {
    const args = ['--from', '', '--to', '"two,parts"@example.test'];
    const { status, messages } = await send(['user@example.test'], note, { args });
    expect({ status, from: messages.map(({ from, to }) => [from, ...to]) }).toEqual({
      status: 0,
      from: [['', 'user@example.test', '"two,parts"@example.test']],
    });
  });

  test.runIf(hasIpv6)('speaks IPv6', async () => {
    const server = await startServer<MailServerReport>('mail-server.ts', { listen: '::1' });
    try {
      const { status, stdout, messages } = await send(['user@six.test'], note, { server });
      expect({ status, messages: messages.length }).toEqual({ status: 0, messages: 1 });
      expect(stdout).toContain(`relay=away.test[::1]:${server.port}`);
      const direct = await send(['user@example.test'], note, {
        server,
        args: ['--nexthop', `[::1]:${server.port}`],
      });
      expect({ status: direct.status, messages: direct.messages.length }).toEqual({ status: 0, messages: 1 });
    } finally {
      await server.stop();
    }
  });

  test('follows a main.cf', async () => {
    const file = join(folder, 'main.cf');
    writeFileSync(file, `relayhost =\n  [127.0.0.1]:${mail.port}\nmyhostname = main-cf.test\n`);
    const input = note;
    const { status, stdout, stderr } = await nexthop(
      ['send', '--from', 'a@b', '--to', 'c@unknown.test', '--main-cf', file, '--trace'],
      { input },
    );
    expect(status).toBe(0);
    expect(stdout).toContain(`relay=127.0.0.1[127.0.0.1]:${mail.port}`);
    expect(stderr).toContain('C: EHLO main-cf.test\n');
  });
});

describe('content on the wire', () => {
  const head = 'Subject: bytes\n\n';

  test.concurrent.each([
    ['bare LF', `${head}one\ntwo\r\nthree\n`, crlf(`${head}one\ntwo\nthree\n`)],
    ['leading dots', `${head}.\n..\n...three\n.\r\n`, crlf(`${head}.\n..\n...three\n.\n`)],
    ['no final newline', `${head}.last`, crlf(`${head}.last\n`)],
    ['no final newline after CR', `${head}last\r`, crlf(`${head}last \n`)],
    // A CR that ends no line must not reach the wire (rfc5321-2.3.8-03); Postfix puts a space in its place.
    ['bare CR', `${head}a\rb\r\r\nc\n`, crlf(`${head}a b \nc\n`)],
    ['empty lines at the end', `${head}x\n\n\n`, crlf(`${head}x\n\n\n`)],
    ['no header, no body', '', ''],
    ['NUL and other control characters', `${head}\0\u0001\u001a\n`, crlf(`${head}\0\u0001\u001a\n`)],
    ['998 bytes in a line', `${head}${'x'.repeat(998)}\n`, crlf(`${head}${'x'.repeat(998)}\n`)],
    ['999 bytes in a line', `${head}${'x'.repeat(999)}\n`, crlf(`${head}${'x'.repeat(998)}\n x\n`)],
    [
      '5000 bytes in a line',
      `${head}.${'x'.repeat(4999)}\nend\n`,
      crlf(`${head}.${'x'.repeat(997)}\n${` ${'x'.repeat(997)}\n`.repeat(4)} ${'x'.repeat(14)}\nend\n`),
    ],
  ])('%s', async (name, content, expected) => {
    const recipient = `${name.replaceAll(/\W/g, '-')}@example.test`;
    expect(await transmitted(content, recipient)).toBe(expected);
  });
});

describe('LMTP to a unix socket', () => {
  const path = join(folder, 'lmtp');
  let store: Server<MailServerReport>;

  beforeAll(async () => {
    const options: MailServerOptions = {
      lmtp: true,
      listen: path,
      refuse: { 'unknown@example.test': '550 5.1.1 no such user' },
      refuseContent: {
        'full@example.test': '452 4.2.2 over quota',
        'closed@example.test': '550 5.2.1 closed',
      },
    };
    store = await startServer('mail-server.ts', options);
  });
  afterAll(() => store.stop());

  const lmtp = ['--lmtp', '--nexthop', `unix:${path}`, '-o', 'smtp_tcp_port=1'];

  test('delivers', async () => {
    const { status, stdout, messages } = await send(['user@example.test'], note, {
      server: store,
      args: lmtp,
    });
    expect({ status, raw: messages.map(({ raw }) => String(raw)) }).toEqual({ status: 0, raw: [note] });
    expect(stdout).toContain(`relay=client.test[${path}], `);
    expect(stdout).toMatch(/dsn=2\.1\.5, status=sent \(250 2\.1\.5 taken for user@example\.test\)\n$/);
  });

  test('has a result for each recipient', async () => {
    const recipients = ['one', 'full', 'unknown', 'closed', 'two'].map((name) => `${name}@example.test`);
    const { status, stdout, messages } = await send(recipients, note, {
      server: store,
      args: [...lmtp, '--json'],
    });
    expect(status).toBe(75);
    expect(messages.map(({ to }) => to)).toEqual([recipients.filter((name) => !name.startsWith('unknown'))]);
    const results: readonly { address: string; status: string; dsn: string }[] =
      JSON.parse(stdout).recipients;
    expect(results.map(({ address, status: word, dsn }) => `${address} ${word} ${dsn}`).sort()).toEqual([
      'closed@example.test bounced 5.2.1',
      'full@example.test deferred 4.2.2',
      'one@example.test sent 2.1.5',
      'two@example.test sent 2.1.5',
      'unknown@example.test bounced 5.1.1',
    ]);
  });
});

describe('outcomes', () => {
  const refused = (reply: string, address = '127.0.0.1') =>
    `host mx.example.test[${address}] said: ${reply} (in reply to RCPT TO command)`;

  test('a refused recipient bounces: 69', async () => {
    const { status, stdout, messages } = await send(['unknown@example.test'], note);
    expect({ status, messages }).toEqual({ status: 69, messages: [] });
    expect(stdout).toContain(`dsn=5.1.1, status=bounced (${refused('550 5.1.1 no such user')})\n`);
  });

  test('of refused and delivered ones, the refusal shows: 69', async () => {
    const { status, stdout, messages } = await send(['unknown@example.test', 'user@example.test'], note);
    expect({ status, to: messages.map(({ to }) => to) }).toEqual({ status: 69, to: [['user@example.test']] });
    expect(stdout.match(/status=\w+/g)?.sort()).toEqual(['status=bounced', 'status=sent']);
  });

  test('a refused connection defers: 75', async () => {
    const { status, stdout, stderr } = await nexthop(sendArgs(['user@example.test'], await closedPort()), {
      input: note,
    });
    expect({ status, stderr }).toEqual({ status: 75, stderr: '' });
    expect(stdout).toMatch(
      /to=<user@example\.test>, relay=none, .+dsn=4\.4\.1, status=deferred \(connect to .+refused\)\n$/,
    );
  });

  test('a domain that does not exist, or takes no mail, bounces', async () => {
    const { status, stdout } = await send(['user@nowhere.test', 'user@null-mx.test'], note);
    expect(status).toBe(69);
    expect(stdout).toMatch(/user@nowhere\.test>, relay=none, .+dsn=5\.4\.4, status=bounced/);
    expect(stdout).toMatch(/user@null-mx\.test>, relay=none, .+dsn=5\.1\.0, status=bounced/);
  });

  test('--json, with all of them: the outcomes on standard output, the mail log beside', async () => {
    const recipients = ['user', 'busy', 'unknown'].map((name) => `${name}@example.test`);
    const { status, stdout, stderr } = await send([...recipients, 'user@nowhere.test'], note, {
      args: ['--json'],
    });
    expect(status).toBe(75);
    expect(stdout).toMatch(/^\{.+\}\n$/);
    const { recipients: results, ...others } = JSON.parse(stdout);
    expect(others).toEqual({});
    results.sort((a: { address: string }, b: { address: string }) => (a.address < b.address ? -1 : 1));
    expect(results).toEqual([
      {
        address: 'busy@example.test',
        status: 'deferred',
        dsn: '4.3.0',
        relay: relay(),
        reply: '451 4.3.0 later',
      },
      {
        address: 'unknown@example.test',
        status: 'bounced',
        dsn: '5.1.1',
        relay: relay(),
        reply: '550 5.1.1 no such user',
      },
      {
        address: 'user@example.test',
        status: 'sent',
        dsn: expect.stringMatching(/^2\.\d\.\d$/),
        relay: relay(),
        reply: expect.stringMatching(/^250 /),
      },
      {
        address: 'user@nowhere.test',
        status: 'bounced',
        dsn: '5.4.4',
        relay: 'none',
        reason: expect.stringContaining('name=nowhere.test'),
      },
    ]);
    expect(stderr.trimEnd().split('\n')).toHaveLength(4);
  });

  test('wrong usage: 64', async () => {
    const { status, stdout, stderr } = await nexthop(['send', '--from', 'a@sender.test']);
    expect({ status, stdout, stderr }).toEqual({
      status: 64,
      stdout: '',
      stderr: 'nexthop: --to is missing: name at least one recipient\n',
    });
  });
});

describe('options', () => {
  test('--trace shows questions and dialogue on standard error', async () => {
    const { status, stdout, stderr } = await send(['user@example.test'], note, { args: ['--trace'] });
    expect({ status, lines: stdout.trimEnd().split('\n').length }).toEqual({ status: 0, lines: 1 });
    const milestones = [
      `? example.test MX (127.0.0.1:${names.port}, udp)\n`,
      '! example.test MX: NOERROR; ',
      '= tries mx.example.test[127.0.0.1] for example.test: MX records; preference ',
      `= connecting to ${relay()}\n`,
      'S: 220 server.test ',
      'C: EHLO client.test\nS: 250-server.test',
      '= goes on in the clear: the level is none\n',
      'C: MAIL FROM:<a@sender.test> SIZE=',
      'C: RCPT TO:<user@example.test> ORCPT=rfc822;user@example.test\n',
      'C: DATA\n',
      'S: 354 ',
      `C: <content, ${note.length} bytes>\n`,
      'C: QUIT\n',
      ' closed\n',
    ];
    const places = milestones.map((text) => stderr.indexOf(text));
    expect(milestones.filter((text) => !stderr.includes(text))).toEqual([]);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('debug_peer_list puts the dialogue into the log', async () => {
    const args = ['-o', 'debug_peer_list=127.0.0.0/8'];
    const { status, stdout } = await send(['user@example.test'], note, { args });
    expect(status).toBe(0);
    for (const line of ['< @: 220 server.test ', '> @: EHLO client.test\n', '> @: .\n', '> @: QUIT\n'])
      expect(stdout).toContain(line.replace('@', relay()));
  });

  test('--probe asks for the recipients and sends nothing', async () => {
    const { status, stdout, stderr, messages } = await send(
      ['user@example.test', 'unknown@example.test'],
      note,
      {
        args: ['--probe', '--trace'],
      },
    );
    expect({ status, messages }).toEqual({ status: 69, messages: [] });
    expect(stdout).toMatch(/user@example\.test>.+status=deliverable \(250 /);
    expect(stdout).toMatch(/unknown@example\.test>.+status=undeliverable \(host .+ said: 550 /);
    expect(stderr).not.toContain('C: DATA');
  });

  test('--age counts as time in the queue', async () => {
    const { stdout } = await send(['user@example.test'], note, { args: ['--age', '10m'] });
    expect(stdout).toMatch(/ delay=60\d(\.\d+)?, delays=600\/0/);
  });

  test('--dsn goes into the envelope', async () => {
    const options = 'notify=success,delay,ret=hdrs,envid=QQ+314=159,orcpt=rfc822;first+last@example.test';
    const args = ['--dsn', options, '--trace'];
    const { status, stderr, messages } = await send(['user@example.test'], note, { args });
    expect(status).toBe(0);
    expect(stderr).toMatch(/^C: MAIL FROM:<a@sender\.test> .*ENVID=QQ\+2B314\+3D159 RET=HDRS$/m);
    expect(stderr).toMatch(
      /^C: RCPT TO:<\S+> ORCPT=rfc822;first\+2Blast@example\.test NOTIFY=SUCCESS,DELAY$/m,
    );
    expect(messages).toMatchObject([
      {
        envelope: {
          dsn: { ret: 'HDRS', envid: 'QQ+314=159' },
          rcptTo: [
            {
              dsn: { notify: ['SUCCESS', 'DELAY'], orcpt: 'rfc822;first+last@example.test' },
            },
          ],
        },
      },
    ]);
  });

  test('--smtputf8 with an address that needs it', async () => {
    const { status, messages } = await send(['bärbel@example.test'], note, { args: ['--smtputf8'] });
    expect(status).toBe(0);
    expect(messages).toMatchObject([{ to: ['bärbel@example.test'], envelope: { smtpUtf8: true } }]);
  });
});

describe('Ctrl-C', () => {
  const outcomes = (stdout: string) =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^.+ to=<(.+?)>.+ dsn=(\S+), status=(\w+).+$/, '$1 $3 $2'))
      .sort();
  const aborted = (name: string) => `${name} deferred 4.3.2`;

  test('in a dialogue: one outcome for each recipient, what was delivered stays delivered', async () => {
    const recipients = ['user@other.test', 'early@example.test', 'slow@example.test', 'late@example.test'];
    const stalled = mail.next('stalled');
    const delivered = mail.next('message');
    const running = startNexthop(sendArgs(recipients), { input: note });
    await Promise.all([stalled, delivered]);
    // The reply to the message is still on its way when the server tells that it has it.
    await running.says('stdout', 'status=sent');
    const startedAt = performance.now();
    running.child.kill('SIGINT');
    const { status, stdout, stderr } = await running.finished;
    expect(performance.now() - startedAt).toBeLessThan(promptMs);
    expect({ status, stderr }).toEqual({ status: 75, stderr: '' });
    const [sent, ...others] = outcomes(stdout).reverse();
    expect(sent).toMatch(/^user@other\.test sent 2/);
    expect(others.sort()).toEqual(recipients.slice(1).map(aborted).sort());
  });

  test('while a server does not take the content', async () => {
    const stalled = mail.next('stalled');
    const running = startNexthop([...sendArgs(['stuck@example.test', 'user@example.test']), '--json'], {
      input: Buffer.alloc(8 * 1024 * 1024, 'Subject: large\n'),
    });
    await stalled;
    const startedAt = performance.now();
    running.child.kill('SIGINT');
    const { status, stdout } = await running.finished;
    expect(performance.now() - startedAt).toBeLessThan(promptMs);
    expect(status).toBe(75);
    expect(JSON.parse(stdout)).toMatchObject({
      recipients: [
        { address: 'stuck@example.test', status: 'deferred', dsn: '4.3.2' },
        { address: 'user@example.test', status: 'deferred', dsn: '4.3.2' },
      ],
    });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('while DNS does not answer, as %s', async (signal) => {
    const asked = names.next('question');
    const running = startNexthop(sendArgs(['user@silent.test']), { input: note });
    expect(await asked).toMatchObject({ name: 'silent.test' });
    const startedAt = performance.now();
    running.child.kill(signal);
    const { status, stdout } = await running.finished;
    expect(performance.now() - startedAt).toBeLessThan(promptMs);
    expect({ status, outcomes: outcomes(stdout) }).toEqual({
      status: 75,
      outcomes: [aborted('user@silent.test')],
    });
  });
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const place = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof place !== 'object' || place === null) throw new Error('no port');
  return place.port;
}
