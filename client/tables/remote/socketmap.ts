/**
 * `socketmap:inet:host:port:map` and `socketmap:unix:path:map`: a server that is asked `map key` and answers a word and
 * a text, both in netstrings (socketmap_table(5)). All maps of a server share its connections.
 */
import type { OpenContext, TableOpener } from '../opener.ts';
import { type Table, TableError } from '../table.ts';
import { answerText, printable } from './answer-text.ts';
import { connectTo, type Endpoint, inetEndpoint } from './endpoint.ts';
import { type Link, LinkError } from './link.ts';

/** For a connection, and again for a question and its answer. */
const LIMIT_MS = 100_000;
const IDLE_LIMIT_MS = 10_000;
/** However much it is used. */
const AGE_LIMIT_MS = 100_000;
const KEY_SHOWN_BYTES = 100;
const TEXT_SHOWN_BYTES = 200;
const [COLON, COMMA, ZERO, NINE] = [0x3a, 0x2c, 0x30, 0x39] as const;

/** Words of a server that is in trouble; another word is unknown. */
const TROUBLES: ReadonlyMap<string, string> = new Map([
  ['TEMP', 'temporary'],
  ['TIMEOUT', 'timeout'],
  ['PERM', 'permanent'],
]);

export const openSocketmap: TableOpener = async (name, label, context) => {
  const end = name.lastIndexOf(':');
  if (end < 0) throw new TableError('socketmap requires server:socketmap argument');
  const server = name.slice(0, end);
  return new Socketmap(name.slice(end + 1), label, context, { server, endpoint: endpointOf(server) });
};

function endpointOf(server: string): Endpoint {
  const [, transport = '', text = ''] = /^([^:]*):(.*)$/s.exec(server) ?? [];
  if (transport === '' || text === '')
    throw new TableError(`need service transport:endpoint instead of "${server}"`);
  if (transport === 'inet') return inetEndpoint(text);
  if (transport === 'unix' || transport === 'local') return { text, path: text };
  throw new TableError(`invalid transport name: ${transport} in service: ${server}`);
}

class Socketmap implements Table {
  readonly name: string;
  readonly #map: string;
  readonly #context: OpenContext;
  readonly #server: string;
  readonly #endpoint: Endpoint;

  constructor(
    map: string,
    label: string,
    context: OpenContext,
    { server, endpoint }: { readonly server: string; readonly endpoint: Endpoint },
  ) {
    this.name = label;
    this.#map = map;
    this.#context = context;
    this.#server = server;
    this.#endpoint = endpoint;
  }

  /** A key that is too long cannot be in the table (`socketmap_max_query_size`). */
  async lookup(key: string, signal?: AbortSignal): Promise<string | undefined> {
    const { settings, warn } = this.#context;
    if (Buffer.byteLength(key) > settings.socketmap_max_query_size) {
      const shown = printable(Buffer.from(key), '?', KEY_SHOWN_BYTES);
      warn(`table ${this.name} query too large: '${shown}', returning 'not found'`);
      return undefined;
    }
    return this.#read(await this.#ask(key, signal), key);
  }

  /** A connection that the server closed is opened anew once, so that it may be started anew unnoticed. */
  async #ask(key: string, signal: AbortSignal | undefined, again = true): Promise<Buffer> {
    const { clock, links } = this.#context;
    let link: Link | undefined;
    try {
      link = (again ? links.take(this.#links) : undefined) ?? (await this.#connect(signal));
      const opened = link;
      const answer = await opened.exchange(
        netstring(`${this.#map} ${key}`),
        () => this.#readNetstring(opened),
        {
          limitMs: LIMIT_MS,
          signal,
        },
      );
      const leftMs = opened.openedAtMs + AGE_LIMIT_MS - clock.now();
      links.keep(this.#links, opened, Math.min(IDLE_LIMIT_MS, leftMs));
      return answer;
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      if (link !== undefined && error.kind === 'closed' && again) return this.#ask(key, signal, false);
      return this.#fail(
        `table ${this.name} lookup error: ${link === undefined ? error.message : TEXTS[error.kind]}`,
      );
    }
  }

  get #links(): string {
    return `socketmap:${this.#server}`;
  }

  async #connect(signal: AbortSignal | undefined): Promise<Link> {
    try {
      return await connectTo(this.#endpoint, this.#context, { limitMs: LIMIT_MS, signal });
    } catch (error) {
      if (error instanceof LinkError)
        this.#context.warn(`connect to ${this.#endpoint.text}: ${error.message}`);
      throw error;
    }
  }

  async #readNetstring(link: Link): Promise<Buffer> {
    const length = await readLength(link);
    if (length > this.#context.settings.socketmap_max_reply_size) throw new LinkError('oversized', 'answer');
    const content = await link.take(length);
    await readEnd(link);
    return content;
  }

  #read(answer: Buffer, key: string): string | undefined {
    const [, word = '', rest = ''] = /^([^ \0]*) ?(.*)$/s.exec(answer.toString('latin1')) ?? [];
    const text = Buffer.from(rest, 'latin1');
    if (word === 'OK') return answerText(text, key, this.name, this.#context);
    if (word === 'NOTFOUND') return undefined;
    const shown = printable(text, '?', TEXT_SHOWN_BYTES).trimStart();
    const trouble = TROUBLES.get(word) ?? 'unknown';
    return this.#fail(`${this.name} socketmap server ${trouble} error${shown === '' ? '' : `: ${shown}`}`);
  }

  #fail(text: string): never {
    this.#context.warn(text);
    throw new TableError(text);
  }
}

const TEXTS: Readonly<Record<LinkError['kind'], string>> = {
  closed: 'unexpected disconnect',
  late: 'time limit exceeded',
  malformed: 'input format error',
  oversized: 'input exceeds size limit',
};

function netstring(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text)}:${text},`);
}

/** What keeps it from coming is not told apart, and so not tried again. */
async function readEnd(link: Link): Promise<void> {
  const [byte] = await link.take(1).catch((error: unknown) => {
    if (error instanceof LinkError) return [];
    throw error;
  });
  if (byte !== COMMA) throw new LinkError('malformed', 'answer');
}

async function readLength(link: Link): Promise<number> {
  let length = 0;
  for (;;) {
    const [byte = COMMA] = await link.take(1);
    if (byte === COLON) return length;
    if (byte < ZERO || byte > NINE) throw new LinkError('malformed', 'length');
    length = 10 * length + (byte - ZERO);
    if (!Number.isSafeInteger(length)) throw new LinkError('oversized', 'length');
  }
}
