/** `nexthop ui` as its user starts and ends it; what its pages do is in browser/ui.test.ts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readReport } from '../reports/write.ts';
import { mark } from './leftovers.ts';
import { nexthop, startNexthop } from './processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'nexthop-ui-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Page {
  readonly url: string;
  readonly token: string;
}

async function pageOf(output: string): Promise<Page> {
  const url = /^report: (http:\/\/127\.0\.0\.1:\d+\/)$/m.exec(output)?.[1] ?? expect.fail(output);
  const html = await (await fetch(url)).text();
  return { url, token: /name="nexthop-served" content="([^"]+)"/.exec(html)?.[1] ?? '' };
}

test('it runs what is asked for, keeps the report, and Ctrl-C ends it and all it started', async () => {
  const marked = mark(`ui-${process.pid}`);
  const out = join(folder, 'report');
  const running = startNexthop(['ui', 'greeting/450-defers', '--out', out], { env: marked.env });
  await running.says('stdout', '\n');
  marked.note();
  running.child.kill('SIGINT');
  const { status, stdout, stderr } = await running.finished;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^report: http:\/\/127\.0\.0\.1:\d+\/\n$/);
  expect(await marked.leftAfter(5_000)).toEqual([]);
});

// Three processes read all suites, one after another.
test('a scenario file that is changed is read anew', { timeout: 90_000 }, async () => {
  const out = join(folder, 'changed');
  const file = join(folder, 'changed.js');
  const language = join(import.meta.dirname, '../scenarios/scenario.ts');
  const write = (title: string) =>
    writeFileSync(
      file,
      `import { delivered, mailHost, message, scenario, zone } from '${language}';
      export default scenario('changed/one', {
        title: '${title}', clauses: ['rfc5321-2.1-01'],
        dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }), hosts: { a: mailHost() },
        send: message({ to: 'user@example.test' }), expect: [delivered('user@example.test')],
      });`,
    );
  write('As it was');
  const running = startNexthop(['ui', file, '--out', out]);
  let output = '';
  running.child.stdout?.on('data', (text: string) => {
    output += text;
  });
  await running.says('stdout', '\n');
  const { url, token } = await pageOf(output);
  const titles = async () =>
    (await readReport(out).catch(() => undefined))?.results.map(({ title }) => title);
  await expect.poll(titles).toEqual(['As it was']);
  write('As it is now');
  const again = () =>
    fetch(`${url}api/run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-nexthop-token': token },
      body: '{"scenarios":["changed/one"]}',
    }).then(({ status }) => status);
  // The first run may still be storing what it found.
  await expect.poll(again).toBe(202);
  await expect.poll(titles).toEqual(['As it is now']);
  running.child.kill('SIGINT');
  expect((await running.finished).status).toBe(0);
  expect(readFileSync(join(out, 'index.html'), 'utf8')).not.toContain('nexthop-served" content');
});

test.each([
  [['--port', '65536'], '--port: 65536 is not from 0 to 65535'],
  [['--port', 'x'], "--port: 'x' is not a whole number"],
  [['--jobs', '0'], '--jobs: 0 is not from 1 to 64'],
  [['no/such'], /^no scenario matches 'no\/such'/],
  [['--sender', 'nobody'], /^unknown sender 'nobody'/],
  [['--expectations', '/dev/null/x'], /dev\/null\/x/],
  [['--out', '/proc/x'], /^cannot write report folder \/proc\/x/],
])('%j is a mistake of use, in one line', async (args, line) => {
  const { status, stderr, stdout } = await nexthop(['ui', ...args], { cwd: folder });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^nexthop: [^\n]+\n$/);
  expect(stderr.replace(/^nexthop: /, '').trim()).toMatch(line);
});

test('a port that is taken, and results that are none, are mistakes of use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const address = other.address();
  const port = String(typeof address === 'object' ? address?.port : '');
  const out = mkdtempSync(join(folder, 'other-'));
  expect(await nexthop(['ui', 'greeting', '--port', port, '--out', out])).toMatchObject({
    status: 2,
    stderr: `nexthop: --port: something else listens on ${port}\n`,
  });
  other.close();
  writeFileSync(join(out, 'results.json'), '{');
  expect(await nexthop(['ui', 'greeting', '--out', out])).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^nexthop: \S+results\.json: [^\n]+\n$/),
  });
});
