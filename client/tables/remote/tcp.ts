/**
 * `tcp:host:port`: a server that is asked `get KEY` in a line and answers a line with a code (tcp_table(5)).
 *
 * In both, bytes that are not printable, spaces and `%` are written `%XX`.
 */
import { onAbort } from '../../platform/on-abort.ts';
import type { Clock } from '../../platform/platform.ts';
import type { OpenContext, TableOpener } from '../opener.ts';
import { type Table, TableError } from '../table.ts';
import { answerText, printable } from './answer-text.ts';
import { connectTo, type Endpoint, inetEndpoint } from './endpoint.ts';
import { type Link, LinkError } from './link.ts';

/** For a connection, and again for a question and its answer. */
const LIMIT_MS = 100_000;
const ATTEMPTS_LIMIT = 10;
const PAUSE_MS = 1_000;
/** Of an answer, its line end included. */
const REPLY_LIMIT_BYTES = 4_096;
/** A Postfix process keeps its connection for as long as it has work: it ends when it has had none for so long. */
const IDLE_LIMIT_MS = 100_000;
const SHOWN_BYTES = 100;
const LINE_FEED = 0x0a;

export const openTcp: TableOpener = async (name, label, context) =>
  new TcpTable(name, label, context, inetEndpoint(name));

class TcpTable implements Table {
  readonly name: string;
  readonly #server: string;
  readonly #context: OpenContext;
  readonly #endpoint: Endpoint;

  constructor(server: string, label: string, context: OpenContext, endpoint: Endpoint) {
    this.name = label;
    this.#server = server;
    this.#context = context;
    this.#endpoint = endpoint;
  }

  async lookup(key: string, signal?: AbortSignal): Promise<string | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const link =
        (attempt === 1 ? this.#context.links.take(this.name) : undefined) ?? (await this.#connect(signal));
      const line = link && (await this.#ask(link, key, signal));
      if (link !== undefined && line !== undefined) return this.#read(line, key, link);
      if (attempt === ATTEMPTS_LIMIT) throw new TableError(`${this.name}: no answer`);
      await pause(PAUSE_MS, this.#context.clock, signal);
    }
  }

  /** Undefined, after a warning, when there is no connection to be had. */
  async #connect(signal: AbortSignal | undefined): Promise<Link | undefined> {
    try {
      return await connectTo(this.#endpoint, this.#context, { limitMs: LIMIT_MS, signal });
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.#context.warn(`connect to TCP map ${this.#server}: ${error.message}`);
      return undefined;
    }
  }

  /** The line that it answers; undefined, after a warning, when there is none. */
  async #ask(link: Link, key: string, signal: AbortSignal | undefined): Promise<Buffer | undefined> {
    try {
      const question = Buffer.from(`get ${quoted(key)}\n`);
      return await link.exchange(question, () => readLine(link), { limitMs: LIMIT_MS, signal });
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      const reason = error.kind === 'oversized' ? error.message : `unexpected EOF (${error.message})`;
      this.#context.warn(`read TCP map reply from ${this.#server}: ${reason}`);
      return undefined;
    }
  }

  #read(line: Buffer, key: string, link: Link): string | undefined {
    const [, code = ''] = /^(\d)\d\d\s/.exec(line.toString('latin1')) ?? [];
    const value = unquoted(line.subarray(4));
    if (code === '2' && value !== undefined) {
      this.#context.links.keep(this.name, link, IDLE_LIMIT_MS);
      return answerText(value, key, this.name, this.#context);
    }
    if (code === '5' && value !== undefined) {
      this.#context.links.keep(this.name, link, IDLE_LIMIT_MS);
      return undefined;
    }
    link.close();
    const shown = printable(line, '_', SHOWN_BYTES);
    if (code !== '4' || value === undefined) {
      const problem = code === '' || value === undefined ? 'malformed reply' : 'bad status code';
      this.#context.warn(`read TCP map reply from ${this.#server}: ${problem}: ${shown}`);
    }
    throw new TableError(`${this.name}: ${shown}`);
  }
}

async function readLine(link: Link): Promise<Buffer> {
  const bytes: number[] = [];
  while (bytes.length < REPLY_LIMIT_BYTES) {
    const [byte = LINE_FEED] = await link.take(1);
    if (byte === LINE_FEED) return Buffer.from(bytes);
    bytes.push(byte);
  }
  throw new LinkError('oversized', `text longer than ${REPLY_LIMIT_BYTES}`);
}

function quoted(key: string): string {
  return Buffer.from(key)
    .toString('latin1')
    .replace(/[^!-~]|%/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** Undefined where two hexadecimal digits are missing after a `%`. */
function unquoted(bytes: Buffer): Buffer | undefined {
  const text = bytes.toString('latin1');
  if (/%(?![\da-f]{2})/i.test(text)) return undefined;
  const raw = text.replace(/%(..)/gs, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(raw, 'latin1');
}

/** Rejects with the signal's reason. */
async function pause(milliseconds: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.schedule(milliseconds, resolve);
  const ignoreAbort = onAbort(signal, resolve);
  await promise;
  ignoreAbort();
  timer.cancel();
  signal?.throwIfAborted();
}
