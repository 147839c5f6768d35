/** Files with certificates and keys. */
import { X509Certificate } from 'node:crypto';
import type { Files } from '../../platform/platform.ts';
import { systemText } from '../../platform/system-text.ts';
import { libraryProblem } from './connect.ts';

/** TLS cannot be set up; the lines are for the log, warnings all but perhaps the first. */
export class CredentialsError extends Error {
  readonly lines: readonly string[];
  readonly level: 'info' | 'warning';

  constructor(lines: readonly string[], level: 'info' | 'warning' = 'warning') {
    super(lines.join('; '));
    this.name = 'CredentialsError';
    this.lines = lines;
    this.level = level;
  }
}

const FILE_LIMIT_BYTES = 16 * 1024 * 1024;

/** Rejects as `Files.read` does. */
export async function readText(path: string, files: Pick<Files, 'read'>): Promise<string> {
  return Buffer.from(await files.read(path, FILE_LIMIT_BYTES)).toString('latin1');
}

/** What OpenSSL says of a file, or of the system that does not have it; Node tells the first of its lines only. */
export function libraryLines(fault: unknown): string[] {
  if (!(fault instanceof Error)) return [];
  const { errno } = fault as NodeJS.ErrnoException;
  const system =
    errno && `error:${(0x80000000 - errno).toString(16).toUpperCase()}:system library::${systemText(fault)}`;
  const problem = libraryProblem(fault) ?? system;
  return problem === undefined ? [] : [`TLS library problem: ${problem}:`];
}

/** What OpenSSL has against it; undefined for a good one. */
export function certificateFault(pem: string): unknown {
  try {
    new X509Certificate(pem);
    return undefined;
  } catch (error) {
    return error;
  }
}
