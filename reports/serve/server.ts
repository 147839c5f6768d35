/**
 * The server of a live report, on this machine alone.
 *
 *     GET  /             the page
 *     GET  /api/events   server-sent events: `status` (a Status) at once and whenever it changes, `growing` (a Result
 *                        as far as it has come) while a scenario of the live world runs
 *     POST /api/run      {"scenarios": [ID, ...]}, of the report that is shown, or {} for all that the command line
 *                        named: 202; 409 while a run is at work
 *     POST /api/cancel   202; 409 when nothing is at work
 *
 * Answers other than the page and the events are JSON, {"error": LINE} when something is wrong. Who wants something
 * done shows the token of the page in the header `x-nexthop-token`: a page of another site cannot read it. The header
 * `Host` must name this server, so that no name of another site can be made to lead here.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bench } from './bench.ts';
import { EventStreams } from './event-stream.ts';
import { tokenHeader } from './protocol.ts';
import { RequestError, readSelection } from './request.ts';
import { servedPage } from './served-page.ts';

export interface ReportServer {
  /** `http://127.0.0.1:PORT/`. */
  readonly url: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly bench: Bench;
  /** The built page, without results. */
  readonly template: string;
  /** 0 for any that is free. */
  readonly port: number;
}

const address = '127.0.0.1';
const connectionsLimit = 64;
const requestLimitMs = 10_000;

/** Rejects as `listen` does, with a code such as EADDRINUSE. */
export async function serveReport({ bench, template, port }: ServeOptions): Promise<ReportServer> {
  const token = randomBytes(24).toString('base64url');
  const page = servedPage(template, token);
  const streams = new EventStreams(bench);
  const known = new Set<string>();
  const headers = {
    'cache-control': 'no-store',
    'content-security-policy': page.policy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    known.add(`${address}:${portOf()}`).add(`localhost:${portOf()}`);
    if (!known.has(request.headers.host ?? '')) throw new RequestError(421, 'this is another host');
    const { method = '', url = '' } = request;
    const route = routes[url];
    if (route === undefined) throw new RequestError(404, 'there is nothing of that name');
    if (method !== route.method) {
      response.setHeader('allow', route.method);
      throw new RequestError(405, `only ${route.method} is possible here`);
    }
    if (method === 'POST' && !isToken(request.headers[tokenHeader], token))
      throw new RequestError(403, 'the page is of another server; load it again');
    await route.answer(request, response);
  };

  const routes: Readonly<Record<string, Route>> = Object.assign(Object.create(null), {
    '/': {
      method: 'GET',
      answer: (_, response) => {
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(page.render(bench.results, bench.status.version));
      },
    },
    '/api/events': {
      method: 'GET',
      answer: (request, response) => {
        if (streams.isFull) throw new RequestError(503, 'too many pages listen');
        streams.add(request, response);
      },
    },
    '/api/run': {
      method: 'POST',
      answer: async (request, response) => {
        const selection = await readSelection(request, bench.results);
        if (!bench.run(selection)) throw new RequestError(409, 'a run is at work; cancel it first');
        reply(response, 202, {});
      },
    },
    '/api/cancel': {
      method: 'POST',
      answer: (request, response) => {
        request.resume();
        if (!bench.cancel()) throw new RequestError(409, 'nothing is at work');
        reply(response, 202, {});
      },
    },
  } satisfies Record<string, Route>);

  const server = createServer(
    { requestTimeout: requestLimitMs, headersTimeout: requestLimitMs },
    (request, response) => {
      answer(request, response).catch((error: unknown) => {
        const { status, message } =
          error instanceof RequestError ? error : { status: 500, message: 'the server made a mistake' };
        // What is left of a body that nobody reads would be taken for the next request.
        if (!request.complete) response.setHeader('connection', 'close');
        if (!response.headersSent) reply(response, status, { error: message });
        else response.destroy();
      });
    },
  );
  server.maxConnections = connectionsLimit;
  const portOf = () => (server.address() as AddressInfo).port;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return {
    url: `http://${address}:${portOf()}/`,
    close: async () => {
      await streams.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Route {
  readonly method: 'GET' | 'POST';
  /** Throws or rejects with a RequestError. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}

function isToken(shown: string | string[] | undefined, token: string): boolean {
  const [a, b] = [Buffer.from(String(shown)), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
