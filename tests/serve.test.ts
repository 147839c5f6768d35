/** `nexthop serve` as its user meets it, with `nexthop send` as the client that is pointed at it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { type Finished, nexthop, startNexthop } from './processes.ts';
import { root } from './source-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'nexthop-serve-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const worldFile = (name: string, source: string): string => {
  const path = join(folder, name);
  const language = pathToFileURL(join(root, 'scenarios/scenario.ts')).href;
  writeFileSync(
    path,
    `import { delivered, listening, mailHost, message, scenario, zone } from '${language}';
    const mx = (zones, hosts, more = {}) => ({
      title: 'A message arrives', clauses: ['rfc5321-2.1-01'],
      dns: zones, hosts, send: message({ to: 'user@example.test' }), expect: [delivered('user@example.test')], ...more,
    });
    ${source}`,
  );
  return path;
};

/** Serves the scenario, does the work with the command that is printed, and ends it as Ctrl-C does. */
const serving = async (
  args: readonly string[],
  work: (sendWords: readonly string[], guide: string) => Promise<void>,
): Promise<Finished> => {
  const running = startNexthop(['serve', ...args], { cwd: folder });
  let guide = '';
  running.child.stdout?.on('data', (text: string) => {
    guide += text;
  });
  await running.says('stdout', 'Ctrl-C ends it.\n');
  const [, command = ''] = /^ {2}nexthop (send .*) < message$/m.exec(guide) ?? [];
  await work(
    command.split(' ').map((word) => word.replace(/^'(.*)'$/, '$1')),
    guide,
  );
  running.child.kill('SIGINT');
  return running.finished;
};

const send = (words: readonly string[], ...more: readonly string[]) =>
  nexthop([...words, ...more], { cwd: folder, input: 'Subject: x\n\nx\n' });

describe('a world on loopback addresses', () => {
  test.each([
    ['tables/tcp', /^server +127\.0\.2\.9:\d+ +tables tables\.example\.test 192\.0\.2\.9:7001$/m],
    ['tables/socketmap-unix', /^server +\/\S+\/run\/\S+ +tables \/run\/\S+$/m],
  ])('has the table servers of %s', async (scenario, row) => {
    const { stdout } = await serving([scenario], async (words) => {
      expect((await send(words)).status).toBe(0);
    });
    expect(stdout).toMatch(row);
    expect(stdout).toMatch(/ server {2}= asked ".+"$/m);
  });

  test('is found by mail exchangers, and shows what is said', async () => {
    const { status, stdout, stderr } = await serving(['greeting/421-tries-next-host'], async (words) => {
      const { status: sent, stdout: log } = await send(words);
      expect(sent).toBe(0);
      expect(log).toMatch(/relay=b\.example\.test\[127\.0\.2\.2\]:\d+, .* status=sent/);
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^name server +127\.0\.0\.1:\d+ +UDP and TCP$/m);
    expect(stdout).toMatch(/^b +127\.0\.2\.2:\d+ +SMTP b\.example\.test 192\.0\.2\.2$/m);
    const time = /\d\d:\d\d:\d\d\.\d{3}/.source;
    for (const line of [
      'DNS  example\\.test MX \\(udp\\): NOERROR; .*10 a\\.example\\.test.*',
      '#1 a  = connection to 127\\.0\\.2\\.1:\\d+',
      '#1 a  S: 421 .*',
      '#2 b  C: RCPT TO:<user@example\\.test>.*',
      '#2 b  C: <content, \\d+ bytes>',
      '#2 b  S: 250 2\\.0\\.0 .*',
    ])
      expect(stdout).toMatch(new RegExp(`^${time} ${line}$`, 'm'));
  });

  test('has IPv6 hosts, ports other than 25, and hosts that nobody can reach', async () => {
    const file = worldFile(
      'odd.js',
      `export default scenario('odd/all', mx(
        zone('example.test', { MX: ['5 shut', '10 six', '20 other'], shut: '192.0.2.1', six: '2001:db8::6', other: '192.0.2.2', none: '192.0.2.3' }),
        { shut: mailHost(), six: mailHost({ mail: '450 4.2.1 later' }), other: mailHost({ port: 587 }) },
        { network: { shut: 'silent' }, config: { relayhost: '' } },
      ));`,
    );
    const { stdout } = await serving([file], async (words, guide) => {
      const mail = await send(words);
      expect(mail.status).toBe(75);
      expect(mail.stdout).toContain('host six.example.test[::ffff:7f00:601] said: 450 4.2.1 later');
      const [, place = ''] = /^other +(\S+) /m.exec(guide) ?? [];
      const [address, port] = place.split(':');
      expect((await send(words, '--nexthop', `[${address}]:${port}`)).status).toBe(0);
    });
    expect(stdout).toMatch(/^shut +nobody can reach it +SMTP shut\.example\.test 192\.0\.2\.1$/m);
    expect(stdout).toMatch(/^nobody +127\.0\.2\.3 +none\.example\.test 192\.0\.2\.3$/m);
    expect(stdout).toContain(
      'note: the path to shut: it is silent; connections are refused in place of that\n',
    );
    expect(stdout).toMatch(/ six {2}S: 450 4\.2\.1 later$/m);
  });

  test('has unix sockets, gone when it ends', async () => {
    const file = worldFile(
      'local.js',
      `export default scenario('local/lmtp', mx([], { store: listening({ unix: '/run/lmtp' }, mailHost({ protocol: 'lmtp' })) },
        { send: message({ to: 'user@example.test', service: 'lmtp', nexthop: 'unix:/run/lmtp' }) }));`,
    );
    let path = '';
    const { stdout } = await serving([file], async (words) => {
      path = words.find((word) => word.startsWith('unix:'))?.slice('unix:'.length) ?? '';
      expect(existsSync(path)).toBe(true);
      expect((await send(words)).status).toBe(0);
    });
    expect(stdout).toMatch(/ store {2}C: LHLO /);
    expect(existsSync(dirname(dirname(path)))).toBe(false);
  });

  test('has the ports that were asked for', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const place = taken.address();
    const port = typeof place === 'object' && place !== null ? place.port : 0;
    const refused = await nexthop(['serve', 'greeting/421-tries-next-host', '--port-base', `${port - 53}`]);
    expect(refused).toEqual({
      status: 2,
      stdout: '',
      stderr: `nexthop: cannot listen on 127.0.0.1:${port}: EADDRINUSE\n`,
    });
    taken.close();
    const { stdout } = await serving(
      ['greeting/421-tries-next-host', '--port-base', `${port - 53}`],
      async () => {},
    );
    expect(stdout).toMatch(new RegExp(`^name server +127\\.0\\.0\\.1:${port} `, 'm'));
    expect(stdout).toMatch(new RegExp(`^a +127\\.0\\.2\\.1:${port - 28} `, 'm'));
  });
});

test.each([
  [
    'greeting/421-tries-next-hots',
    "no scenario matches 'greeting/421-tries-next-hots', did you mean 'greeting/421-tries-next-host'?",
  ],
  ['greeting', /^'greeting' are \d+ scenarios, such as greeting\/\S+; name one$/],
])('%s cannot be served', async (selector, told) => {
  const { status, stdout, stderr } = await nexthop(['serve', selector]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr.replace(/^nexthop: |\n$/g, '')).toEqual(
    typeof told === 'string' ? told : expect.stringMatching(told),
  );
});

test('a bad port base is a mistake', async () => {
  expect(await nexthop(['serve', 'greeting/421-tries-next-host', '--port-base', '60000'])).toMatchObject({
    status: 2,
    stderr: "nexthop: --port-base: '60000' is not a number from 0 to 50000\n",
  });
});
