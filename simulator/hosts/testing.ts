/** What the tests of the mail hosts share: a host in the virtual world and a client of a few lines. */
import type { Connection } from '../../client/platform/platform.ts';
import type { Session } from '../session.ts';
import { runInVirtualTime } from '../virtual/global-timers.ts';
import { VirtualRandom } from '../virtual/random.ts';
import { CLIENT, SERVER, type TestWorld, testWorld } from '../virtual/testing.ts';
import type { MailHost, MailHostDefinition } from './host.ts';
import { sessionRecorder } from './recorder.ts';

export interface HostWorld extends TestWorld {
  readonly host: MailHost;
  readonly sessions: readonly Session[];
  connect(): Promise<TestClient>;
  /** A connection that nobody reads yet. */
  open(): Promise<Connection>;
}

export { CLIENT, SERVER };

/** Runs `work` against a fresh run of the definition, in virtual time. */
export async function withHost<T>(
  definition: MailHostDefinition,
  work: (world: HostWorld) => Promise<T>,
): Promise<T> {
  const world = testWorld();
  const recorder = sessionRecorder(world.clock);
  const host = definition.start({ name: 'a', clock: world.clock, random: new VirtualRandom(1), recorder });
  world.network.listenTcp(SERVER, definition.port, (connection) => host.serve(connection));
  const open = () => world.client.connectTcp({ address: SERVER, port: definition.port });
  const connect = async () => new TestClient(await open());
  return await runInVirtualTime(world.clock, () =>
    work({ ...world, host, sessions: recorder.sessions, open, connect }),
  );
}

/** Reads replies, sends what it is told. */
export class TestClient {
  readonly connection: Connection;
  /** Segments as they came. */
  readonly segments: string[] = [];
  /** How the connection ended for the client, once it has. */
  ended: 'close' | string | undefined;
  #text = '';
  #wake: (() => void) | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
    connection.on('data', (chunk: Buffer) => {
      this.segments.push(String(chunk));
      this.#text += String(chunk);
      this.#wake?.();
    });
    connection.on('error', (error: NodeJS.ErrnoException) => {
      this.ended ??= error.code ?? error.message;
      this.#wake?.();
    });
    connection.on('end', () => {
      this.ended ??= 'close';
      this.#wake?.();
    });
    connection.on('close', () => {
      this.ended ??= 'close';
      this.#wake?.();
    });
  }

  /** Sends bytes as they are, in one write. */
  send(data: string | Uint8Array): void {
    this.connection.write(data);
  }

  /** The next complete reply with newlines for line ends; what there is, with how it ended, when it ends first. */
  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:\d{3}-.*\r?\n)*.*\r?\n/.exec(this.#text);
      const complete = match && !/^\d{3}-.*$/.test(match[0].trimEnd().split('\n').at(-1) ?? '');
      if (complete) {
        this.#text = this.#text.slice(match[0].length);
        return match[0].replace(/\r?\n/g, '\n').trimEnd();
      }
      if (this.ended !== undefined) return `${this.#text}<${this.ended}>`;
      await this.#more();
    }
  }

  /** Sends a line and returns its reply. */
  async ask(line: string): Promise<string> {
    this.send(`${line}\r\n`);
    return this.reply();
  }

  async askAll(...lines: string[]): Promise<string[]> {
    const replies: string[] = [];
    for (const line of lines) replies.push(await this.ask(line));
    return replies;
  }

  /** Everything until the connection ends, and how. */
  async rest(): Promise<string> {
    while (this.ended === undefined) await this.#more();
    return `${this.#text}<${this.ended}>`;
  }

  /** QUIT and an orderly close. */
  async quit(): Promise<string> {
    const reply = await this.ask('QUIT');
    this.connection.end();
    await this.rest();
    return reply;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
}

/** A transaction's commands up to DATA. */
export const ENVELOPE = [
  'EHLO client.test',
  'MAIL FROM:<a@sender.test>',
  'RCPT TO:<user@example.test>',
  'DATA',
] as const;
