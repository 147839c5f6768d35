/**
 * A server that does anything: what it says to each command, how slowly, and how it leaves, is drawn by fast-check.
 * It keeps its own account of what it took, so that nobody has to believe the client.
 */
import fc from 'fast-check';
import type { MailHost, MailHostDefinition } from '../../simulator/hosts/host.ts';
import { type Ending, Peer } from '../../simulator/hosts/peer.ts';

export const STAGES = ['greeting', 'hello', 'mail', 'rcpt', 'data', 'dot', 'rset', 'quit'] as const;
export type Stage = (typeof STAGES)[number];

/** One thing that the server does where a reply is due. */
export interface Answer {
  /** What is sent; `endless` goes on as long as the client takes it. */
  readonly says:
    | { readonly kind: 'usual' }
    | { readonly kind: 'reply'; readonly lines: readonly string[]; readonly lineEnd: '\r\n' | '\n' }
    | { readonly kind: 'raw'; readonly text: string }
    | { readonly kind: 'endless'; readonly text: string };
  readonly delayMs: number;
  /** Bytes in one write; 0: all at once. */
  readonly trickleBytes: number;
  readonly then: Ending | 'goOn';
}

export interface ServerPlan {
  /** EHLO lines after the first. */
  readonly keywords: readonly string[];
  /** What is said each time, in turn; the last one is repeated. */
  readonly answers: Readonly<Record<Stage, readonly Answer[]>>;
  /** Leaves in the middle of the content, after so many bytes; 0: does not. */
  readonly leavesAfterBytes: number;
  readonly leaves: Ending;
}

/** One transaction as the server saw it. */
export interface Taken {
  readonly recipients: readonly string[];
  readonly content: string;
  /** First digit of the reply to the final dot; for LMTP one for each recipient. */
  readonly replies: readonly string[];
}

export interface HostileHost extends MailHost {
  readonly taken: readonly Taken[];
  readonly connections: number;
  /** Bytes handed to the network. */
  readonly sentBytes: number;
  /** Time spent between the bytes of replies that trickled. */
  readonly trickledMs: number;
  /** Every reply so far had the form of one, and answered a command. */
  readonly wellFormed: boolean;
}

const TRICKLE_MS = 400;
const LINE_LIMIT_BYTES = 8192;
const CONTENT_LIMIT_BYTES = 1_000_000;
const IDLE_MS = 3_600_000;
/** Writes of an endless answer; more than any client should take. */
const ENDLESS_WRITES = 2_000;

const USUAL: Readonly<Record<Stage, string>> = {
  greeting: '220 mx.test ESMTP',
  hello: '250 mx.test',
  mail: '250 2.1.0 Ok',
  rcpt: '250 2.1.5 Ok',
  data: '354 go on',
  dot: '250 2.0.0 queued',
  rset: '250 2.0.0 Ok',
  quit: '221 2.0.0 Bye',
};

/** Makes hosts of the plan; `started` gets each. */
export function hostileHost(
  plan: ServerPlan,
  protocol: 'smtp' | 'lmtp',
  started: (host: HostileHost) => void,
): MailHostDefinition {
  return {
    kind: 'dialogue',
    protocol,
    port: protocol === 'lmtp' ? 24 : 25,
    start({ name, clock, recorder }) {
      const account = { taken: [] as Taken[], connections: 0, sentBytes: 0, trickledMs: 0, wellFormed: true };
      const turns = new Map<Stage, number>();
      const host: HostileHost = {
        kind: 'dialogue',
        name,
        deliveries: [],
        problems: () => [],
        get taken() {
          return account.taken;
        },
        get connections() {
          return account.connections;
        },
        get sentBytes() {
          return account.sentBytes;
        },
        get trickledMs() {
          return account.trickledMs;
        },
        get wellFormed() {
          return account.wellFormed;
        },
        serve(connection, endpoint) {
          account.connections += 1;
          const peer = new Peer(recorder.tap(name, connection, endpoint), clock);
          new HostileSession(plan, protocol, peer, { account, turns }).run().catch((error: unknown) => {
            if (error !== OVER) throw error;
          });
        },
      };
      started(host);
      return host;
    },
  };
}

const OVER = new Error('the connection is over');

interface Shared {
  readonly account: {
    taken: Taken[];
    connections: number;
    sentBytes: number;
    trickledMs: number;
    wellFormed: boolean;
  };
  readonly turns: Map<Stage, number>;
}

class HostileSession {
  readonly #plan: ServerPlan;
  readonly #protocol: 'smtp' | 'lmtp';
  readonly #peer: Peer;
  readonly #shared: Shared;
  #recipients: string[] = [];

  constructor(plan: ServerPlan, protocol: 'smtp' | 'lmtp', peer: Peer, shared: Shared) {
    this.#plan = plan;
    this.#protocol = protocol;
    this.#peer = peer;
    this.#shared = shared;
  }

  async run(): Promise<void> {
    await this.#answer('greeting');
    for (;;) {
      const input = await this.#peer.readLine(LINE_LIMIT_BYTES, IDLE_MS);
      if (input.kind === 'tooLong') continue;
      if (input.kind !== 'line') return this.#leave('close');
      await this.#command(input.bytes.toString());
    }
  }

  async #command(line: string): Promise<void> {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'EHLO' || verb === 'LHLO' || verb === 'HELO') await this.#answer('hello', verb !== 'HELO');
    else if (verb === 'MAIL') {
      this.#recipients = [];
      await this.#answer('mail');
    } else if (verb === 'RCPT') {
      if ((await this.#answer('rcpt')) === '2') this.#recipients.push(/<(.*)>/.exec(line)?.[1] ?? '');
    } else if (verb === 'DATA') {
      if ((await this.#answer('data')) === '3') await this.#content();
    } else if (verb === 'RSET') await this.#answer('rset');
    else if (verb === 'QUIT') {
      await this.#answer('quit');
      await this.#leave('close');
    } else await this.#send(Buffer.from('500 5.5.1 what?\r\n'));
  }

  async #content(): Promise<void> {
    const { leavesAfterBytes, leaves } = this.#plan;
    const input = await this.#peer.readContent(
      CONTENT_LIMIT_BYTES,
      IDLE_MS,
      leavesAfterBytes === 0 ? undefined : leavesAfterBytes,
    );
    if (input.kind === 'stopped') return this.#leave(leaves);
    if (input.kind !== 'content') return this.#leave('close');
    const recipients = this.#recipients;
    const replies: string[] = [];
    // Noted at once: an answer may end the connection.
    this.#shared.account.taken.push({ recipients, content: input.sent.toString('latin1'), replies });
    const count = this.#protocol === 'lmtp' ? Math.max(1, recipients.length) : 1;
    for (let index = 0; index < count; index += 1)
      await this.#answer('dot', false, (code) => replies.push(code));
    this.#recipients = [];
  }

  /** The first digit of what was said, '' when it was no reply; throws when the connection is over. */
  async #answer(stage: Stage, extended = false, note?: (code: string) => void): Promise<string> {
    const { account, turns } = this.#shared;
    const turn = turns.get(stage) ?? 0;
    turns.set(stage, turn + 1);
    const answers = this.#plan.answers[stage];
    const answer = answers[Math.min(turn, answers.length - 1)];
    if (answer === undefined) throw new Error(`no answer for ${stage}`);
    if (answer.delayMs > 0) {
      await this.#peer.flush();
      await this.#peer.sleep(answer.delayMs);
    }
    const { says } = answer;
    if (says.kind === 'raw' || says.kind === 'endless') account.wellFormed = false;
    const bytes = Buffer.from(this.#textOf(stage, says, extended), 'latin1');
    const code =
      says.kind === 'raw' || says.kind === 'endless'
        ? ''
        : String.fromCharCode(bytes.at(lastLine(bytes)) ?? 0);
    note?.(code);
    if (says.kind === 'endless') {
      for (let writes = 0; writes < ENDLESS_WRITES && !this.#peer.gone; writes += 1) await this.#write(bytes);
    } else if (answer.trickleBytes > 0) {
      for (let at = 0; at < bytes.length && !this.#peer.gone; at += answer.trickleBytes) {
        await this.#write(bytes.subarray(at, at + answer.trickleBytes));
        account.trickledMs += TRICKLE_MS;
        await this.#peer.sleep(TRICKLE_MS);
      }
    } else await this.#send(bytes);
    if (answer.then !== 'goOn') await this.#leave(answer.then);
    return code;
  }

  #textOf(stage: Stage, says: Answer['says'], extended: boolean): string {
    switch (says.kind) {
      case 'reply':
        return says.lines.map((line) => `${line}${says.lineEnd}`).join('');
      case 'raw':
      case 'endless':
        return says.text;
      case 'usual': {
        if (!extended) return `${USUAL[stage]}\r\n`;
        const lines = ['mx.test', ...this.#plan.keywords];
        return lines.map((line, index) => `250${index === lines.length - 1 ? ' ' : '-'}${line}\r\n`).join('');
      }
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#shared.account.sentBytes += bytes.length;
    // What was queued comes first.
    await this.#peer.flush();
    await this.#peer.write(bytes);
  }

  /** Replies to a pipelined group leave together. */
  async #send(bytes: Buffer): Promise<void> {
    this.#shared.account.sentBytes += bytes.length;
    this.#peer.queue(bytes);
  }

  async #leave(how: Ending): Promise<never> {
    await this.#peer.end(how);
    throw OVER;
  }
}

/** Where the last line begins. */
function lastLine(bytes: Buffer): number {
  return bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
}

const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('Ok', '2.0.0 Ok', '4.7.1 later', '5.1.1 no', '5.1.1', '') },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 40 }).map((s) => s.replace(/[\r\n]/g, '')),
  },
  { weight: 1, arbitrary: fc.constant('x'.repeat(3000)) },
);
const code = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('250', '354', '450', '550', '421', '503') },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 999 }).map((n) => String(n).padStart(3, '0')) },
);
const reply = fc
  .tuple(
    fc.array(fc.tuple(code, text), { maxLength: 3 }),
    code,
    text,
    fc.constantFrom('\r\n' as const, '\n' as const),
  )
  .map(([earlier, last, words, lineEnd]) => ({
    kind: 'reply' as const,
    lines: [...earlier.map(([c, t]) => `${c}-${t}`), words === '' ? last : `${last} ${words}`],
    lineEnd,
  }));
const raw = fc
  .constantFrom(
    '',
    '\r\n',
    '2500 four digits\r\n',
    '550no-space\r\n',
    'garbage\r\n250 Ok\r\n',
    '250 Ok\r\n250 once more\r\n',
    '250',
    '250-never ended\r\n',
    '\0\0\0',
    '250 \xff\xfe\0hidden\r\n',
    `250 ${'y'.repeat(5000)}\r\n`,
  )
  .map((value) => ({ kind: 'raw' as const, text: value }));
const endless = fc
  .constantFrom(
    'x'.repeat(8192),
    '250-more\r\n'.repeat(500),
    '250-KEYWORD\r\n'.repeat(500),
    '\r\n'.repeat(3000),
    '250 Ok\r\n'.repeat(800),
  )
  .map((value) => ({ kind: 'endless' as const, text: value }));

/** A thing that happens once in a while: a session has many stages, and most runs are to get beyond the first. */
function rarely<T>(usually: T, otherwise: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: oneIn - 1, arbitrary: fc.constant(usually) },
    { weight: 1, arbitrary: otherwise },
  );
}

/** `strict` servers only send replies that are some, one for each command. */
function answerOf(strict: boolean): fc.Arbitrary<Answer> {
  const odd = fc.oneof<fc.Arbitrary<Answer['says']>[]>(reply, reply, ...(strict ? [] : [raw, endless]));
  return fc.record({
    says: rarely<Answer['says']>({ kind: 'usual' }, odd, 8),
    delayMs: rarely(0, fc.constantFrom(500, 9_999, 10_001, 700_000), 20),
    trickleBytes: rarely(0, fc.constantFrom(1, 7), 20),
    then: rarely<Answer['then']>(
      'goOn',
      fc.constantFrom('close', 'reset', 'halfClose', 'silent', 'stall'),
      30,
    ),
  });
}

const keywords = fc.oneof(
  fc.subarray([
    'PIPELINING',
    '8BITMIME',
    'SIZE',
    'SIZE 100',
    'DSN',
    'SMTPUTF8',
    'XFORWARD NAME ADDR',
    'size=9',
    '',
    'AUTH PLAIN',
  ]),
  fc.constant(['PIPELINING', '8BITMIME', 'SIZE 10000000', 'DSN']),
  fc.constant(Array.from({ length: 300 }, (_, index) => `KEYWORD${index}`)),
);

export const serverPlan: fc.Arbitrary<ServerPlan> = fc.boolean().chain((strict) => {
  const answers = fc.array(answerOf(strict), { minLength: 1, maxLength: 4 });
  return fc.record({
    keywords,
    answers: fc.record(
      Object.fromEntries(STAGES.map((stage) => [stage, answers])) as Record<Stage, typeof answers>,
    ),
    leavesAfterBytes: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 3000 }) },
    ),
    leaves: fc.constantFrom('close', 'reset', 'stall', 'silent'),
  });
});
