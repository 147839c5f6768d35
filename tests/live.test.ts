/** Bad days of the live world: whatever happens to a sender, a sandbox or the run, the rest goes on and nothing is left. */
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { type LiveRunOptions, runLive } from '../scenarios/live/run.ts';
import { loadFile } from '../scenarios/load.ts';
import type { Result } from '../scenarios/results.ts';
import { readResults } from '../scenarios/results-file.ts';
import { nexthopSender } from '../scenarios/senders/nexthop.ts';
import { planSandbox, SandboxError } from '../simulator/live/sandbox.ts';
import { boastfulSender, errandSender, lameSender } from './fixtures/misbehaving-senders.ts';
import { mark } from './leftovers.ts';
import { type CommandOptions, nexthop, startNexthop } from './processes.ts';
import { root } from './source-tree.ts';

const obstacle = await planSandbox().then(
  () => undefined,
  (error: unknown) => {
    if (error instanceof SandboxError) return error.message;
    throw error;
  },
);
if (obstacle !== undefined) process.stderr.write(`skipped: tests of the live world: ${obstacle}\n`);

const folder = mkdtempSync(join(tmpdir(), 'nexthop-live-'));
// Other users run some of the commands.
chmodSync(folder, 0o777);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Scenarios `NAME/0`, `NAME/1`, ...: each message carries its errand; the fields are source. */
const scenarioFile = (
  name: string,
  items: readonly { errand?: string; host?: string; fails?: true; config?: string }[],
) => {
  const path = join(folder, `${name}.js`);
  const scenarios = items.map(
    ({ errand = 'none', host = '', fails, config = '' }, index) => `scenario('${name}/${index}', {
      title: 'A message arrives',
      clauses: ['rfc5321-2.1-01'],
      dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
      hosts: { a: mailHost({ ${host} }) },
      config: { ${config} },
      send: message({ to, headers: { 'X-Errand': '${errand}' } }),
      expect: [${fails === true ? 'deferred(to)' : "delivered(to, { via: 'a' })"}],
    })`,
  );
  const language = pathToFileURL(join(root, 'scenarios/scenario.ts')).href;
  writeFileSync(
    path,
    `import { deferred, delivered, mailHost, message, scenario, zone } from '${language}';
    const to = 'user@example.test';
    export default [${scenarios.join(', ')}];`,
  );
  return path;
};

const slow = "greeting: { delay: '250ms' }";
const storedIn = (out: string) => readResults(readFileSync(join(folder, out, 'results.json'), 'utf8'), out);
const live = (file: string, out: string, ...words: readonly string[]) => [
  ...['run', file, '--world', 'live', '--jobs', '2', '--out', out],
  ...words,
];
const inFolder = (args: readonly string[], options: CommandOptions = {}) =>
  nexthop(args, { cwd: folder, ...options });

describe.skipIf(obstacle !== undefined)('a sender', { timeout: 30_000 }, () => {
  const runAll = async (file: string, options: Omit<LiveRunOptions, 'seed' | 'jobs' | 'version'>) => {
    const scenarios = (await loadFile(file)).map(({ scenario }) => scenario);
    const run = await runLive(scenarios, { seed: 1, jobs: 1, version: '1', ...options });
    const results: Result[] = [];
    for await (const result of run.results) results.push(result);
    expect(results.map(({ scenario }) => scenario)).toEqual(scenarios.map(({ id }) => id));
    return results;
  };
  const worker = join(root, 'tests/fixtures/misbehaving-worker.ts');

  test('that claims more than it can do loses the claim, and what depends on it is not held against it', async () => {
    const file = scenarioFile('boasts', [{}, { config: "smtp_helo_name: 'other.test'" }, {}]);
    const results = await runAll(file, { senders: [boastfulSender], worker });
    expect(results.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['passed', ''],
      ['unsupported', 'boaster has no Postfix parameters'],
      ['passed', ''],
    ]);
  });

  test('that hangs, throws, crashes, dies, loops or forks costs its scenario and nothing else', async () => {
    const marked = mark(randomUUID());
    Object.assign(process.env, marked.env);
    let networks = 0;
    const bad = ['hangs', 'throws', 'crashes', 'exits', 'dies', 'forks'];
    const errands = bad.flatMap((errand) => [{}, { errand }, {}]);
    const options = {
      senders: [errandSender],
      worker,
      scenarioLimitMs: 500,
      onResult: () => {
        networks += marked.note();
      },
    };
    const [results, [loops, after]] = await Promise.all([
      runAll(scenarioFile('errands', errands), options),
      runAll(scenarioFile('loops', [{ errand: 'loops' }, {}]), options),
    ]);
    expect(
      results.filter((_, index) => index % 3 === 1).map(({ verdict, reason }) => [verdict, reason]),
    ).toEqual([
      ['inconclusive', 'took more than 500 ms'],
      ['inconclusive', 'out of stamps'],
      ['inconclusive', 'the postman fell'],
      ['inconclusive', 'the sandbox ended (exit status 3)'],
      ['inconclusive', 'the sandbox ended (exit status 137): Killed'],
      ['passed', expect.anything()],
    ]);
    expect(loops).toMatchObject({
      verdict: 'inconclusive',
      reason: 'the sandbox did not answer within 8500 ms',
    });
    expect(after).toMatchObject({ verdict: 'passed' });
    const others = results.filter((_, index) => index % 3 !== 1);
    expect(others.map(({ verdict }) => verdict)).toEqual(others.map(() => 'passed'));
    // A sandbox of its own after each mishap, the same one as long as there was none.
    const sandboxes = others.map(({ log }) => log[0]);
    expect(new Set(sandboxes).size).toBe(6);
    expect(sandboxes[1]).toBe(sandboxes[2]);
    expect(sandboxes[10]).toBe(sandboxes[11]);
    expect(networks).toBeGreaterThan(0);
    expect(await marked.leftAfter(1_000)).toEqual([]);
  });

  test('that cannot be started is given up after a few sandboxes, and the next one has its turn', async () => {
    const file = scenarioFile('lame', [{}, {}, {}, {}, {}, {}]);
    const scenarios = (await loadFile(file)).map(({ scenario }) => scenario);
    const senders = [lameSender, errandSender];
    const run = await runLive(scenarios, { seed: 1, jobs: 1, version: '1', senders, worker });
    const results: Result[] = [];
    for await (const result of run.results) results.push(result);
    const of = (name: string) => results.filter(({ sender }) => sender === name);
    expect(of('lame').map(({ verdict, reason }) => [verdict, reason])).toEqual(
      scenarios.map(() => ['inconclusive', 'no shoes']),
    );
    expect(of('errands').map(({ verdict }) => verdict)).toEqual(scenarios.map(() => 'passed'));
  });

  test('whose name server has no port is not asked', async () => {
    const results = await runAll(scenarioFile('taken', [{}, {}]), {
      senders: [nexthopSender('1')],
      worker: join(root, 'tests/fixtures/taken-port-worker.ts'),
    });
    expect(results.map(({ verdict, reason }) => [verdict, reason])).toEqual(
      results.map(() => [
        'inconclusive',
        'no sandbox can be started: cannot listen on 127.0.0.1:53: EADDRINUSE',
      ]),
    );
  });
});

describe.skipIf(obstacle !== undefined)('a run', { timeout: 30_000 }, () => {
  const long = scenarioFile('long', [{ fails: true }, ...Array.from({ length: 60 }, () => ({ host: slow }))]);

  test.each(['root', 'nobody'])('killed by %s leaves nothing, and the next one works', async (user) => {
    const privileged = process.getuid?.() === 0;
    const as = user === 'nobody' && privileged ? { uid: 65_534, gid: 65_534 } : {};
    const marked = mark(randomUUID());
    const out = `killed-by-${user}`;
    const running = startNexthop(live(long, out), { cwd: folder, env: marked.env, ...as });
    await running.says('stderr', 'failed: long/0');
    expect(marked.note()).toBeGreaterThan(0);
    running.child.kill('SIGKILL');
    await running.finished;
    expect(await marked.leftAfter(1_000)).toEqual([]);
    const next = await inFolder(live(scenarioFile(`next-${user}`, [{}, {}]), out), as);
    expect(next).toMatchObject({ status: 0, stderr: '' });
    expect(storedIn(out).results.map(({ verdict }) => verdict)).toEqual(['passed', 'passed']);
  });

  test('that is interrupted keeps what is finished', async () => {
    const marked = mark(randomUUID());
    const running = startNexthop(live(long, 'interrupted'), { cwd: folder, env: marked.env });
    await running.says('stderr', 'failed: long/0');
    expect(marked.note()).toBeGreaterThan(0);
    running.child.kill('SIGINT');
    const { status, stdout } = await running.finished;
    expect(status).toBe(130);
    expect(stdout).toMatch(/\ninterrupted: \d+ of 61 finished\n/);
    const { run, results } = storedIn('interrupted');
    expect(run).toMatchObject({ interrupted: true, selected: 61, world: 'live' });
    expect(results.map(({ verdict }) => verdict)).toContain('failed');
    expect(results.map(({ verdict }) => verdict)).not.toContain('inconclusive');
    expect(results.length).toBeLessThan(61);
    expect(await marked.leftAfter(1_000)).toEqual([]);
  });

  test('without Postfix skips it, says how to install it, and is a success', async () => {
    const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
      .map((place) => join(place, 'postconf'))
      .filter((path) => existsSync(path));
    const peers = join(root, '.peers');
    const hide = [
      ...[...new Set(places)].map((path) => `mount --bind /dev/null ${path}`),
      ...(existsSync(peers) ? [`mount -t tmpfs none ${peers}`] : []),
      'exec "$@"',
    ].join('\n');
    const unshare =
      process.getuid?.() === 0 ? ['unshare', '--mount'] : ['unshare', '--map-root-user', '--mount'];
    const { status, stdout, stderr } = await inFolder(
      live(scenarioFile('without', [{}]), 'without', '--sender', 'postfix', '--sender', 'nexthop'),
      { before: [...unshare, 'sh', '-c', hide, 'sh'] },
    );
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: 'nexthop: skipped: postfix is not installed here; install it with: npm run peers\n',
    });
    expect(stdout).toContain('1 result');
  });
});

describe('where no namespace can be had', () => {
  const path = (name: string, unshare: string | undefined) => {
    const place = join(folder, name);
    mkdirSync(place);
    if (unshare !== undefined) writeFileSync(join(place, 'unshare'), unshare, { mode: 0o755 });
    return place;
  };

  test.each([
    [
      'for lack of permission',
      `${path('denied', '#!/bin/sh\necho "unshare: unshare failed: Operation not permitted" >&2\nexit 1\n')}${delimiter}${process.env.PATH}`,
      /^nexthop: no network namespace can be had here \(unshare: unshare failed: Operation not permitted\); run as root, or [^\n]+\n$/,
    ],
    [
      'for lack of the program',
      path('empty', undefined),
      /^nexthop: the live world needs the program \w+; install the packages util-linux and iproute2\n$/,
    ],
  ])('%s, one line says how', async (_, PATH, told) => {
    const args = live(scenarioFile(`nowhere-${PATH.length}`, [{}]), 'nowhere');
    const { status, stdout, stderr } = await inFolder(args, { env: { PATH } });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(told);
  });
});
