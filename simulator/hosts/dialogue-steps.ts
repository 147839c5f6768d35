/**
 * The steps of a dialogue script, as written and as checked.
 *
 *     'S: 250 Ok'       a line of the server, CRLF added; lines up to the next other step leave as one segment
 *     'C: EHLO *'       a line of the client, exactly, `*` standing for anything
 *     /^MAIL FROM:/     a line of the client that matches
 *     'C: <content>'    message content through CRLF.CRLF; `C: <content, 1234 bytes>` of that size as sent
 *     '{TLS}'           the handshake, as with startTls(); `{TLS sni=NAME}` does the same
 *     startTls({ ... }) the handshake with options or faults; the lines after it are said inside TLS
 *     wait, bytes, flush, close, reset, halfClose, silent, stall, expectClose
 */
import { type Duration, DurationError, durationMs } from '../duration.ts';
import { HostDefinitionError } from './host.ts';
import type { Ending } from './peer.ts';
import { compileTls, type TlsOptions, type TlsPlan } from './tls/options.ts';

export type DialogueStep = string | RegExp | ControlStep;

export type ControlStep =
  | { readonly step: 'wait'; readonly duration: Duration }
  | { readonly step: 'bytes'; readonly bytes: Uint8Array }
  | { readonly step: 'flush' }
  | { readonly step: 'end'; readonly ending: Ending }
  | { readonly step: 'expectClose' }
  | { readonly step: 'startTls'; readonly options: DialogueTlsOptions };

/** What TLS of a host can be, less what a script says itself. */
export type DialogueTlsOptions = Omit<TlsOptions, 'wrapper' | 'extensions'>;

/** Lets time pass; what the client sends meanwhile waits. Queued server lines leave first. */
export const wait = (duration: Duration): ControlStep => ({ step: 'wait', duration });
/** Server bytes as they are, in one segment with the lines around them. Text is UTF-8. */
export const bytes = (value: Uint8Array | string): ControlStep => ({
  step: 'bytes',
  bytes: typeof value === 'string' ? Buffer.from(value) : value,
});
/** Ends the segment. */
export const flush = (): ControlStep => ({ step: 'flush' });
/** Orderly close. Must be the last step, as every other ending. */
export const close = (): ControlStep => ({ step: 'end', ending: 'close' });
/** Abort: what the client has not read is lost. */
export const reset = (): ControlStep => ({ step: 'end', ending: 'reset' });
/** Ends the server's side only and waits for the client to end its own. */
export const halfClose = (): ControlStep => ({ step: 'end', ending: 'halfClose' });
/** Says nothing more; what the client sends is read and ignored. */
export const silent = (): ControlStep => ({ step: 'end', ending: 'silent' });
/** Says nothing more and reads nothing more. */
export const stall = (): ControlStep => ({ step: 'end', ending: 'stall' });
/** The client must end the connection (orderly or not) without another byte. */
export const expectClose = (): ControlStep => ({ step: 'expectClose' });

/**
 * The TLS handshake. Lines before it leave first, in the clear. Where a fault of `handshake` ends the connection, and
 * where the client is to refuse, it must be the last step.
 */
export const startTls = (options: DialogueTlsOptions = {}): ControlStep => ({ step: 'startTls', options });

/** A checked step. `label` is how the script shows it. */
export type Step =
  | { readonly kind: 'send'; readonly bytes: Buffer; readonly label: string }
  | { readonly kind: 'flush'; readonly label: string }
  | { readonly kind: 'line'; readonly pattern: RegExp; readonly label: string }
  | { readonly kind: 'content'; readonly sizeBytes: number | undefined; readonly label: string }
  | { readonly kind: 'wait'; readonly delayMs: number; readonly label: string }
  | { readonly kind: 'end'; readonly ending: Ending; readonly label: string }
  | { readonly kind: 'expectClose'; readonly label: string }
  | { readonly kind: 'tls'; readonly plan: TlsPlan; readonly label: string };

/** Checks a script; `where` begins the messages of `HostDefinitionError`. */
export function compileScript(where: string, script: readonly DialogueStep[]): readonly Step[] {
  if (!Array.isArray(script)) throw new HostDefinitionError(`${where}: a script is a list of steps`);
  return script.map((value: DialogueStep, index) => {
    const step = compileStep(`${where}, step ${index + 1}`, value);
    if (isLast(step) && index < script.length - 1) {
      throw new HostDefinitionError(`${where}, step ${index + 1}: ${step.label} must be the last step`);
    }
    return step;
  });
}

function isLast(step: Step): boolean {
  if (step.kind === 'tls') return step.plan.faults.some(({ ends }) => ends);
  return step.kind === 'end' || step.kind === 'expectClose';
}

function compileStep(where: string, value: DialogueStep): Step {
  if (typeof value === 'string') return compileLine(where, value);
  if (value instanceof RegExp) {
    // A global or sticky expression would remember where it matched last.
    const pattern = new RegExp(value.source, value.flags.replace(/[gy]/g, ''));
    return { kind: 'line', pattern, label: `C: ${String(value)}` };
  }
  switch (value?.step) {
    case 'wait':
      return { kind: 'wait', delayMs: duration(where, value.duration), label: `wait ${value.duration}` };
    case 'bytes':
      if (!(value.bytes instanceof Uint8Array)) throw new HostDefinitionError(`${where}: bytes: not bytes`);
      return { kind: 'send', bytes: Buffer.from(value.bytes), label: `S: <${value.bytes.length} bytes>` };
    case 'flush':
      return { kind: 'flush', label: 'flush' };
    case 'end':
      return { kind: 'end', ending: value.ending, label: value.ending };
    case 'expectClose':
      return { kind: 'expectClose', label: 'expectClose' };
    case 'startTls':
      return { kind: 'tls', plan: compileTls(where, value.options), label: 'startTls' };
    default:
      throw new HostDefinitionError(`${where}: not a step: ${JSON.stringify(value)?.slice(0, 60)}`);
  }
}

function compileLine(where: string, text: string): Step {
  if (/^\{TLS(?: sni=\S+)?\}$/.test(text)) return { kind: 'tls', plan: compileTls(where, {}), label: text };
  const side = text.slice(0, 3);
  const line = text.slice(3);
  if (/[\r\n]/.test(text)) throw new HostDefinitionError(`${where}: one line each, line ends are added`);
  if (side === 'S: ' || text === 'S:')
    return { kind: 'send', bytes: Buffer.from(`${line}\r\n`), label: text };
  if (side !== 'C: ' && text !== 'C:') {
    throw new HostDefinitionError(
      `${where}: must begin with "S: " or "C: ": ${JSON.stringify(text.slice(0, 60))}`,
    );
  }
  const content = /^<content(?:, (\d+) bytes)?>$/.exec(line);
  if (content) {
    return {
      kind: 'content',
      sizeBytes: content[1] === undefined ? undefined : Number(content[1]),
      label: text,
    };
  }
  const pattern = line
    .split(/\*+/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*');
  return { kind: 'line', pattern: new RegExp(`^${pattern}$`, 's'), label: text };
}

function duration(where: string, value: Duration): number {
  try {
    return durationMs(value);
  } catch (error) {
    if (error instanceof DurationError) throw new HostDefinitionError(`${where}: ${error.message}`);
    throw error;
  }
}
