/**
 * A server that lookup tables ask over the network, honest or hostile.
 *
 *     tableServer('tcp', { address: '192.0.2.9', port: 7000 }, { 'a@b.test': 'c@d.test' })
 *     tableServer('socketmap', { unix: '/run/map' }, { 'users a@b.test': { error: 'busy' } }, { bytes: 'what?' })
 *
 * Questions are keys, for socketmap with the name of the map in front. An array holds answers one after another, the
 * last of which stays. What has no answer gets the last argument, or is not found.
 */
import ipaddr from 'ipaddr.js';
import type { Clock, Connection } from '../../client/platform/platform.ts';
import { type Duration, durationMs } from '../duration.ts';
import { HostDefinitionError } from '../hosts/host.ts';
import { type TableProtocol, WORDINGS } from './protocols.ts';

export type TableAnswer =
  /** Found. */
  | string
  | { readonly notFound: string }
  /** The server is in trouble; `word` is what socketmap calls it, `TEMP` when absent. */
  | { readonly error: string; readonly word?: 'TEMP' | 'TIMEOUT' | 'PERM' }
  /** These bytes as they are, each character being one; then the connection stays or is closed. */
  | { readonly bytes: string; readonly then?: 'close' }
  /** These bytes again and again until the client goes away. */
  | { readonly endless: string }
  | { readonly after: Duration; readonly answer: TableAnswer };

export type TablePlace =
  | { readonly address: string; readonly port: number }
  /** Path of a local stream socket. */
  | { readonly unix: string };

export interface TableServerDefinition {
  readonly place: TablePlace;
  start(context: TableServerContext): TableServer;
}

export interface TableServerContext {
  readonly clock: Clock;
  /** Told of each question, and over which connection of this run it came, from 1. */
  readonly asked: (text: string, connection: number) => void;
}

/** The server of one run. */
export interface TableServer {
  serve(connection: Connection): void;
}

type Answers = Readonly<Record<string, TableAnswer | readonly TableAnswer[]>>;

/** Beyond it a question is no question: the client is dropped. */
const QUESTION_LIMIT_BYTES = 1_000_000;
const ENDLESS_WRITE_BYTES = 16_384;

/** Throws HostDefinitionError. */
export function tableServer(
  protocol: TableProtocol,
  place: TablePlace,
  answers: Answers,
  otherwise: TableAnswer = { notFound: 'nothing here' },
): TableServerDefinition {
  if (WORDINGS[protocol] === undefined)
    throw new HostDefinitionError(`tableServer: '${protocol}' is neither 'tcp' nor 'socketmap'`);
  checkPlace(place);
  return {
    place,
    start(context) {
      let connections = 0;
      const given = new Map<string, number>();
      const choose = (question: string): TableAnswer => {
        const list = [(Object.hasOwn(answers, question) ? answers[question] : undefined) ?? otherwise].flat();
        const count = given.get(question) ?? 0;
        given.set(question, count + 1);
        return list[Math.min(count, list.length - 1)] ?? otherwise;
      };
      return {
        serve(connection) {
          connections += 1;
          void new Conversation(connection, protocol, choose, { ...context, number: connections }).run();
        },
      };
    },
  };
}

function checkPlace(place: TablePlace): void {
  const isUsable =
    'unix' in place
      ? place.unix.startsWith('/')
      : ipaddr.isValid(place.address) && place.port > 0 && place.port <= 65_535;
  if (!isUsable)
    throw new HostDefinitionError(
      `tableServer: ${JSON.stringify(place)} is no place; give { address, port } or { unix: '/path' }`,
    );
}

class Conversation {
  readonly #connection: Connection;
  readonly #protocol: TableProtocol;
  readonly #choose: (question: string) => TableAnswer;
  readonly #context: TableServerContext & { readonly number: number };
  #input: Buffer = Buffer.alloc(0);

  constructor(
    connection: Connection,
    protocol: TableProtocol,
    choose: (question: string) => TableAnswer,
    context: TableServerContext & { readonly number: number },
  ) {
    this.#connection = connection;
    this.#protocol = protocol;
    this.#choose = choose;
    this.#context = context;
  }

  async run(): Promise<void> {
    const connection = this.#connection;
    connection.on('error', () => connection.destroy());
    try {
      for await (const chunk of connection) {
        this.#input = Buffer.concat([this.#input, chunk]);
        await this.#answerAll();
        if (this.#connection.writableEnded) this.#input = Buffer.alloc(0);
        if (this.#input.length > QUESTION_LIMIT_BYTES) break;
      }
    } catch {
      // The client dropped the connection, or asked what is no question.
    }
    connection.destroy();
  }

  async #answerAll(): Promise<void> {
    const wording = WORDINGS[this.#protocol];
    for (;;) {
      const question = wording.question(this.#input);
      if (question === undefined || this.#connection.writableEnded || this.#connection.destroyed) return;
      this.#input = this.#input.subarray(question.length);
      this.#context.asked(question.text, this.#context.number);
      await this.#answer(this.#choose(question.text));
    }
  }

  async #answer(answer: TableAnswer): Promise<void> {
    const wording = WORDINGS[this.#protocol];
    const connection = this.#connection;
    if (typeof answer === 'string') await this.#write(wording.found(answer));
    else if ('notFound' in answer) await this.#write(wording.notFound(answer.notFound));
    else if ('error' in answer) await this.#write(wording.error(answer.error, answer.word ?? 'TEMP'));
    else if ('after' in answer) {
      await this.#pause(durationMs(answer.after));
      await this.#answer(answer.answer);
    } else if ('endless' in answer) {
      const bytes = Buffer.from(answer.endless, 'latin1');
      const many = Buffer.concat(Array(Math.ceil(ENDLESS_WRITE_BYTES / bytes.length)).fill(bytes));
      while (!connection.destroyed) await this.#write(many);
    } else {
      await this.#write(Buffer.from(answer.bytes, 'latin1'));
      if (answer.then === 'close') connection.end();
    }
  }

  /** Waits while the client does not read. */
  async #write(bytes: Buffer): Promise<void> {
    const connection = this.#connection;
    if (connection.destroyed || connection.write(bytes)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    connection.once('drain', resolve);
    connection.once('close', resolve);
    await promise;
    connection.off('drain', resolve);
    connection.off('close', resolve);
  }

  /** Ends early when the client goes away. */
  async #pause(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#context.clock.schedule(milliseconds, resolve);
    this.#connection.once('close', resolve);
    await promise;
    timer.cancel();
    this.#connection.off('close', resolve);
  }
}
