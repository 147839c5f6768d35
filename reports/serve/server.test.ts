import { hash } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Results } from '../../scenarios/results.ts';
import { sampleResult, sampleResults } from '../../tests/sample-results.ts';
import { Bench } from './bench.ts';
import { listenersLimit } from './event-stream.ts';
import type { Status } from './protocol.ts';
import { type ReportServer, serveReport } from './server.ts';

const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";
const template = `<head><meta http-equiv="Content-Security-Policy" content="${policy}" /></head>
<!-- results --><script type="module" crossorigin>start()</script>`;
const runner = join(import.meta.dirname, '../../tests/fixtures/serve/runner.ts');
const id = sampleResult().scenario;

interface Reply {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

class Served {
  readonly server: ReportServer;
  readonly bench: Bench;
  readonly kept: Results[];
  token = '';

  static async open(
    behaviour: string,
    { results }: { results?: Results } = { results: sampleResults(3) },
  ): Promise<Served> {
    const kept: Results[] = [];
    const bench = new Bench({
      order: {
        selectors: [behaviour],
        senders: ['nexthop'],
        world: 'virtual',
        seed: 1,
        jobs: 1,
        version: '0',
      },
      results,
      keep: async (fresh) => {
        kept.push(fresh);
        return fresh;
      },
      nowMs: () => 0,
      runner,
    });
    const server = await serveReport({ bench, template, port: 0 });
    const served = new Served(server, bench, kept);
    onTestFinished(async () => {
      await server.close();
      await bench.close();
    });
    const page = await served.ask('/');
    served.token = /content="([\w-]+)" data-version/.exec(page.body)?.[1] ?? '';
    return served;
  }

  private constructor(server: ReportServer, bench: Bench, kept: Results[]) {
    this.server = server;
    this.bench = bench;
    this.kept = kept;
  }

  ask(path: string, { method = 'GET', headers = {}, body = '' }: Ask = {}): Promise<Reply> {
    const { port } = new URL(this.server.url);
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  run(body = '{}', headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.ask('/api/run', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-nexthop-token': this.token, ...headers },
      body,
    });
  }

  cancel(): Promise<Reply> {
    return this.ask('/api/cancel', { method: 'POST', headers: { 'x-nexthop-token': this.token } });
  }

  /** The first status that is as it should be. */
  until(test: (status: Status) => boolean): Promise<Status> {
    return new Promise((resolve) => {
      if (test(this.bench.status)) resolve(this.bench.status);
      const stop = this.bench.listen({
        growing: () => {},
        status(status) {
          if (!test(status)) return;
          stop();
          resolve(status);
        },
      });
    });
  }
}

const isIdle = ({ progress }: Status) => progress === undefined;

test('the page may run its own script and talk to its own server, and nothing else', async () => {
  const { headers, body } = await (await Served.open('finishes')).ask('/');
  expect(headers['content-security-policy']).toBe(
    `default-src 'none'; script-src 'sha256-${hash('sha256', 'start()', 'base64')}'; style-src 'unsafe-inline'; ` +
      "img-src data:; connect-src 'self'; frame-ancestors 'none'",
  );
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  expect(body).not.toContain('http-equiv');
});

test('nothing outside this machine can connect', async () => {
  const { server } = await Served.open('finishes');
  const socket = connect({ host: '127.0.0.2', port: Number(new URL(server.url).port) });
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    socket.on('error', resolve).on('connect', () => resolve(undefined));
  });
  socket.destroy();
  expect(error?.code).toBe('ECONNREFUSED');
});

test.each(['evil.test', 'evil.test:80', '127.0.0.1', '127.0.0.1.evil.test', 'localhost:1'])(
  'a name that leads here is refused: %j',
  async (host) => {
    const served = await Served.open('finishes');
    const port = new URL(served.server.url).port;
    const { status, body } = await served.ask('/', { headers: { host: host.replace(':80', `:${port}`) } });
    expect(status).toBe(421);
    expect(body).not.toContain(served.token);
  },
);

test.each([
  '/../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/..%5c..%5cetc',
  '/index.html',
  '//',
  '/?',
  '/api',
  '/api/run/',
  '/__proto__',
  '/constructor',
  'http://evil.test/',
])('there is nothing at %s', async (path) => {
  expect(await (await Served.open('finishes')).ask(path)).toMatchObject({
    status: 404,
    body: '{"error":"there is nothing of that name"}\n',
  });
});

test.each([
  ['/', 'POST', 'GET'],
  ['/api/events', 'POST', 'GET'],
  ['/api/run', 'GET', 'POST'],
  ['/api/cancel', 'DELETE', 'POST'],
])('%s cannot be asked with %s', async (path, method, allow) => {
  expect(await (await Served.open('finishes')).ask(path, { method })).toMatchObject({
    status: 405,
    headers: { allow },
  });
});

test.each([[{ 'x-nexthop-token': '' }], [{ 'x-nexthop-token': 'A'.repeat(32) }]])(
  'who does not know the token of the page has nothing done: %j',
  async (headers) => {
    const served = await Served.open('finishes');
    expect((await served.run('{}', headers)).status).toBe(403);
    expect((await served.ask('/api/cancel', { method: 'POST' })).status).toBe(403);
    expect(served.bench.status.progress).toBeUndefined();
  },
);

test.each([
  ['{', {}, 400, 'not JSON'],
  ['[]', {}, 400, 'not a selection of scenarios'],
  ['{"scenarios":[]}', {}, 400, 'not a selection of scenarios'],
  ['{"scenarios":"greeting"}', {}, 400, 'not a selection of scenarios'],
  ['{"selectors":["greeting"]}', {}, 400, 'not a selection of scenarios'],
  ['{"scenarios":["./evil.ts"]}', {}, 400, 'a scenario is not in the report; load it again'],
  [`{"scenarios":["${id}","greeting"]}`, {}, 400, 'a scenario is not in the report; load it again'],
  ['{}', { 'content-type': 'text/plain' }, 415, 'not JSON'],
  [' '.repeat(8 * 1024 * 1024 + 1), {}, 413, 'more than 8388608 bytes'],
])('%.40s is refused', async (body, headers, status, error) => {
  const served = await Served.open('finishes');
  const reply = await served.run(body, headers);
  expect(reply).toMatchObject({ status, body: `${JSON.stringify({ error })}\n` });
  expect(served.bench.status.progress).toBeUndefined();
});

test('a run replaces the results of what it ran, and the page shows them under another version', async () => {
  const served = await Served.open('finishes');
  const { version } = served.bench.status;
  expect(await served.run(`{"scenarios":["${id}"]}`)).toMatchObject({ status: 202 });
  const status = await served.until(isIdle);
  expect(status).toEqual({ version: expect.not.stringMatching(version) });
  expect(served.kept).toHaveLength(1);
  expect(served.kept[0]?.results.map(({ title }) => title)).toContain(id);
  expect(served.kept[0]?.results).toHaveLength(3);
  expect((await served.ask('/')).body).toContain(`data-version="${status.version}"`);
});

test('a second run is refused while one is at work, which can be cancelled', async () => {
  const served = await Served.open('waits');
  expect(await served.cancel()).toMatchObject({ status: 409, body: '{"error":"nothing is at work"}\n' });
  await served.run();
  expect(await served.run()).toMatchObject({
    status: 409,
    body: '{"error":"a run is at work; cancel it first"}\n',
  });
  expect(await served.until(({ progress }) => progress?.done === 1)).toMatchObject({
    progress: { selected: 2, last: id, cancelled: false },
  });
  expect((await served.cancel()).status).toBe(202);
  await served.until(isIdle);
  expect(served.kept[0]?.results.map(({ title }) => title)).toContain('of all');
  expect(served.bench.status.trouble).toBeUndefined();
});

test.each([
  ['refuses', 'no scenario of that name'],
  ['dies', 'the run broke off (exit status 3): Error: the scenario file is broken'],
])('a run that %s leaves the results as they were, and a line', async (behaviour, trouble) => {
  const served = await Served.open(behaviour);
  const { version } = served.bench.status;
  await served.run();
  expect(await served.until(isIdle)).toEqual({ version, trouble });
  expect(served.kept).toEqual([]);
});

test('without results there is a page too, and everything can be run', async () => {
  const served = await Served.open('finishes', {});
  expect(await served.ask('/')).toMatchObject({ status: 200 });
  await served.run();
  await served.until(isIdle);
  expect(served.bench.results).toMatchObject({ run: { selected: 2 }, results: [{}] });
});

interface Listener {
  readonly status: number | undefined;
  readonly events: string;
}

/** Listens until something of the kind was heard. */
function listen(served: Served, heard: string): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const asked = request(`${served.server.url}api/events`, { agent: false }, (response) => {
      let events = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        events += chunk;
        if (events.includes(heard)) resolve({ status: response.statusCode, events });
      });
      response.on('error', () => {});
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('who listens is told how it stands at once, and what grows', async () => {
  const served = await Served.open('waits');
  const first = await listen(served, '\n\n');
  expect(first).toEqual({
    status: 200,
    events: `event: status\ndata: ${JSON.stringify(served.bench.status)}\n\n`,
  });
  const growing = listen(served, 'event: growing');
  await served.run();
  expect((await growing).events).toContain('"title":"growing"');
});

test('no more pages listen than there is room for', async () => {
  const served = await Served.open('waits');
  for (let page = 0; page < listenersLimit; page += 1) await listen(served, 'event: status');
  expect(await served.ask('/api/events')).toMatchObject({
    status: 503,
    body: '{"error":"too many pages listen"}\n',
  });
});
