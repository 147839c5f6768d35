/** Runs a program to its end, with everything it starts: none of it outlives the call. */
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { UnsupportedError } from './sender.ts';

export interface ProgramRun {
  /** Exit status; undefined when a signal ended it. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  /** What it reads; or a conversation, whose end ends nothing: the program's own end counts. */
  readonly input?: Uint8Array | ((stdout: Readable, stdin: Writable) => Promise<void>);
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly uid?: number;
  readonly gid?: number;
}

/** The conversation with a program failed; one line, with what the program said of it. */
class ProgramError extends Error {
  override readonly name = 'ProgramError';

  constructor(cause: unknown, program: string, stderr: string) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const [said = ''] = stderr.trim().split('\n');
    super(`${program.slice(program.lastIndexOf('/') + 1)}: ${reason}${said === '' ? '' : ` (${said})`}`, {
      cause,
    });
  }
}

const OUTPUT_LIMIT_CHARACTERS = 1_000_000;
const LAST_WORDS_MS = 200;

/** Rejects when the program cannot be started or a conversation with it fails; ends it, and its children, when `signal` aborts. */
export function runProgram(command: readonly string[], options: ProgramOptions): Promise<ProgramRun> {
  const { input = new Uint8Array(), env = {}, signal, uid, gid } = options;
  const [program = '', ...words] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      // A process group of its own, so that it can be ended as a whole.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, ...env },
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    let stdout = '';
    let stderr = '';
    let failure: unknown;
    child.stdout.setEncoding('latin1');
    child.stderr.setEncoding('latin1').on('data', (chunk: string) => {
      if (stderr.length < OUTPUT_LIMIT_CHARACTERS) stderr += chunk;
    });
    // It may end before it has read everything.
    child.stdin.on('error', () => {});
    const end = () => killGroup(child.pid);
    if (typeof input === 'function') {
      input(child.stdout, child.stdin).catch((error: unknown) => {
        failure = error;
        // Its last words may be on their way.
        setTimeout(end, LAST_WORDS_MS).unref();
      });
    } else {
      child.stdin.end(input);
      child.stdout.on('data', (chunk: string) => {
        if (stdout.length < OUTPUT_LIMIT_CHARACTERS) stdout += chunk;
      });
    }
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    child.on('error', (error) => {
      signal.removeEventListener('abort', end);
      reject(error);
    });
    // Children that keep the streams open do not keep the caller waiting.
    child.on('exit', (code) => {
      signal.removeEventListener('abort', end);
      setImmediate(() => {
        killGroup(child.pid);
        child.stdout.destroy();
        child.stderr.destroy();
        if (failure instanceof UnsupportedError) reject(failure);
        else if (failure !== undefined) reject(new ProgramError(failure, program, stderr));
        else resolve({ status: code ?? undefined, stdout, stderr });
      });
    });
  });
}

/** Of a process that was started `detached`. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}
