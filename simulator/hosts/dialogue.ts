/**
 * A mail host that follows a script, with full control of bytes and time.
 *
 *     dialogueHost(
 *       ['S: 220 a ESMTP', 'C: EHLO *', 'S: 250-a', 'S: 250 PIPELINING', 'C: MAIL FROM:<a@sender.test>*', reset()],
 *       ['S: 421 a try again', close()],          // the second connection
 *     )
 *
 * What the client does otherwise is a problem of the run, told with the script's line and what came in its place;
 * the connection then ends, so that nothing hangs.
 */
import type { Connection } from '../../client/platform/platform.ts';
import type { Endpoint } from '../session.ts';
import { commands, visible } from '../session-view.ts';
import { deliveriesOf } from './dialogue-deliveries.ts';
import { compileScript, type DialogueStep, type Step } from './dialogue-steps.ts';
import {
  type Delivery,
  type HostContext,
  HostDefinitionError,
  listeningPort,
  type MailHost,
  type MailHostDefinition,
  type MailProtocol,
} from './host.ts';
import { type ContentInput, type Input, Peer } from './peer.ts';
import type { Tap } from './recorder.ts';
import { secureConnection } from './tls/handshake.ts';
import type { TlsPlan } from './tls/options.ts';

export interface DialogueOptions {
  readonly protocol?: MailProtocol;
  readonly port?: number;
}

/** How long a step waits for the client before the script has failed. */
const STEP_LIMIT_MS = 900_000;
const LINE_LIMIT_BYTES = 64 * 1024;
const CONTENT_LIMIT_BYTES = 256 * 1024 * 1024;
/** Problems kept; a client that loops would fill memory with more. */
const PROBLEMS_LIMIT = 100;

/** One script for each successive connection. Throws `HostDefinitionError` for a step that is none. */
export function dialogueHost(...scripts: readonly (readonly DialogueStep[])[]): MailHostDefinition;
export function dialogueHost(
  options: DialogueOptions,
  ...scripts: readonly (readonly DialogueStep[])[]
): MailHostDefinition;
export function dialogueHost(
  first: DialogueOptions | readonly DialogueStep[] = [],
  ...others: readonly (readonly DialogueStep[])[]
): MailHostDefinition {
  const options: DialogueOptions = isScript(first) ? {} : first;
  const scripts = (isScript(first) ? [first, ...others] : others).map((script, index) =>
    compileScript(`dialogueHost: script ${index + 1}`, script),
  );
  if (scripts.every((script) => script.length === 0))
    throw new HostDefinitionError('dialogueHost: no script');
  const protocol = options.protocol ?? 'smtp';
  return {
    kind: 'dialogue',
    protocol,
    port: listeningPort('dialogueHost', protocol, options.port),
    start: (context) => new DialogueHost(scripts, context),
  };
}

function isScript(value: DialogueOptions | readonly DialogueStep[]): value is readonly DialogueStep[] {
  return Array.isArray(value);
}

class DialogueHost implements MailHost {
  readonly kind = 'dialogue';
  readonly name: string;
  readonly #scripts: readonly (readonly Step[])[];
  readonly #context: HostContext;
  readonly #dialogues: Dialogue[] = [];

  constructor(scripts: readonly (readonly Step[])[], context: HostContext) {
    this.#scripts = scripts;
    this.#context = context;
    this.name = context.name;
  }

  get deliveries(): readonly Delivery[] {
    return this.#dialogues.flatMap(({ tap }, index) => deliveriesOf(commands(tap.session), index + 1));
  }

  serve(connection: Connection, endpoint?: Endpoint): void {
    const tap = this.#context.recorder.tap(this.#context.name, connection, endpoint);
    const connectionNumber = this.#dialogues.length + 1;
    const dialogue = new Dialogue(tap, this.#context, connectionNumber, this.#scripts[connectionNumber - 1]);
    this.#dialogues.push(dialogue);
    void dialogue.run();
  }

  problems(): readonly string[] {
    const served = this.#dialogues.length;
    return [
      ...this.#dialogues.flatMap((dialogue, index) => {
        const problem = dialogue.problem();
        return problem === undefined ? [] : [`connection ${index + 1}: ${problem}`];
      }),
      ...this.#scripts
        .slice(served)
        .map((_, index) => `script ${served + index + 1}: no connection came for it`),
    ].slice(0, PROBLEMS_LIMIT);
  }
}

/** One connection on its way through its script. */
class Dialogue {
  readonly tap: Tap;
  readonly #peer: Peer;
  readonly #context: HostContext;
  readonly #connection: number;
  readonly #script: readonly Step[] | undefined;
  #position = 0;
  #failure: string | undefined;
  #over = false;

  constructor(tap: Tap, context: HostContext, connection: number, script: readonly Step[] | undefined) {
    this.tap = tap;
    this.#context = context;
    this.#connection = connection;
    this.#peer = new Peer(tap, context.clock);
    this.#script = script;
    if (!script) this.#failure = 'there is no script for it';
  }

  /** What went wrong, or what the client has not come to by now. */
  problem(): string | undefined {
    if (this.#failure !== undefined || this.#over) return this.#failure;
    const next = this.#script?.slice(this.#position).find(isClients);
    return next && `the run ended before ${this.#at(next)}`;
  }

  /** Settles when the connection has ended; never rejects. */
  async run(): Promise<void> {
    try {
      this.#failure ??= await this.#follow(this.#script ?? []);
      this.#over = true;
      if (this.#failure !== undefined) await this.#peer.end('close');
    } catch (error) {
      this.#failure = `the host itself failed: ${String(error)}`;
      this.tap.destroy();
    }
  }

  async #follow(script: readonly Step[]): Promise<string | undefined> {
    for (const [position, step] of script.entries()) {
      this.#position = position;
      const failure = await this.#take(step);
      if (failure !== undefined) return failure;
      if (this.#over || step.kind === 'expectClose') return undefined;
    }
    this.#position = script.length;
    return this.#clientCloses('the end of the script');
  }

  /** Takes one step; returns what went wrong. */
  async #take(step: Step): Promise<string | undefined> {
    switch (step.kind) {
      case 'send':
        this.#peer.queue(step.bytes);
        return undefined;
      case 'flush':
        await this.#peer.flush();
        return undefined;
      case 'wait':
        await this.#peer.flush();
        this.tap.fault(`wait ${step.delayMs} ms`);
        await this.#peer.sleep(step.delayMs);
        return undefined;
      case 'end':
        this.#over = true;
        await this.#peer.end(step.ending);
        return undefined;
      case 'tls':
        return this.#startTls(step.plan, this.#at(step));
      case 'expectClose':
        return this.#clientCloses(this.#at(step));
      case 'line': {
        const input = await this.#peer.readLine(LINE_LIMIT_BYTES, STEP_LIMIT_MS);
        if (input.kind === 'line' && input.lineEnd === 'crlf' && step.pattern.test(visible(input.bytes)))
          return undefined;
        return `expected ${this.#at(step)}, got ${describe(input)}`;
      }
      case 'content': {
        const input = await this.#peer.readContent(CONTENT_LIMIT_BYTES, STEP_LIMIT_MS);
        const right = input.kind === 'content' && (step.sizeBytes ?? input.sizeBytes) === input.sizeBytes;
        return right ? undefined : `expected ${this.#at(step)}, got ${describe(input)}`;
      }
    }
  }

  async #startTls(plan: TlsPlan, where: string): Promise<string | undefined> {
    const { clock, name } = this.#context;
    if (this.#position > 0) await this.#peer.flush();
    const ending = await secureConnection({
      peer: this.#peer,
      tap: this.tap,
      clock,
      plan,
      hostName: name,
      connection: this.#connection,
      limitMs: STEP_LIMIT_MS,
    });
    if (ending === undefined) return undefined;
    this.#over = this.#position + 1 === this.#script?.length;
    await this.#peer.end(ending);
    return this.#over ? undefined : `expected ${where}, got no TLS`;
  }

  async #clientCloses(where: string): Promise<string | undefined> {
    const input = await this.#peer.readLine(LINE_LIMIT_BYTES, STEP_LIMIT_MS);
    const closed = input.kind === 'reset' || (input.kind === 'close' && input.rest.length === 0);
    if (!closed) return `expected the client to close at ${where}, got ${describe(input)}`;
    await this.#peer.end('close');
    return undefined;
  }

  #at(step: Step): string {
    return `step ${(this.#script?.indexOf(step) ?? 0) + 1} "${step.label}"`;
  }
}

/** Steps that need something of the client. */
function isClients({ kind }: Step): boolean {
  return kind === 'line' || kind === 'content' || kind === 'tls' || kind === 'expectClose';
}

function describe(input: Input | ContentInput): string {
  switch (input.kind) {
    case 'line':
      return `"C: ${visible(input.bytes.subarray(0, 200))}"${input.lineEnd === 'lf' ? ' ended by a bare newline' : ''}`;
    case 'tooLong':
      return `a line of more than ${LINE_LIMIT_BYTES} bytes`;
    case 'content':
      return `content of ${input.sizeBytes} bytes`;
    case 'close':
      return input.rest.length > 0
        ? `"C: ${visible(input.rest.subarray(0, 200))}" and the close`
        : 'the close';
    case 'reset':
      return 'the end of the connection';
    case 'timeout':
      return `nothing for ${STEP_LIMIT_MS / 1000} s`;
    case 'stopped':
      return 'an early stop';
  }
}
