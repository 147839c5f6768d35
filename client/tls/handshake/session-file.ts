/**
 * Sessions in a file, so that the next program goes on with them: `btree:/path/name` and its like are kept in
 * `/path/name.sessions`, for Postfix's own database is not ours to write. Sessions are secrets; the file is its
 * owner's alone, and what it says of servers is believed as Postfix believes its database.
 */
import type { Files } from '../../platform/platform.ts';
import type { Verification } from '../verify/verification.ts';
import { verificationCode } from '../verify/verification.ts';
import type { StoredSession } from './session-cache.ts';

const FILE_LIMIT_BYTES = 16 * 1024 * 1024;

/** Where the sessions of a database are; undefined for types that have no file of their own. */
export function sessionFile(database: string): string | undefined {
  const name = /^(?:btree|hash|lmdb|sdbm|dbm):(.+)$/.exec(database)?.[1];
  return name === undefined ? undefined : `${name}.sessions`;
}

/** Those that can be read; a file that is missing, or is something else, has none. */
export async function readSessions(path: string, files: Pick<Files, 'read'>): Promise<StoredSession[]> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(await files.read(path, FILE_LIMIT_BYTES)).toString());
    return Array.isArray(parsed) ? parsed.map(read).filter((session) => session !== undefined) : [];
  } catch {
    return [];
  }
}

/** Rejects as the system does when the file cannot be written. */
export async function writeSessions(
  path: string,
  files: Pick<Files, 'replace'>,
  sessions: readonly StoredSession[],
): Promise<void> {
  await files.replace(path, Buffer.from(`${JSON.stringify(sessions.map(written))}\n`));
}

function written({ key, storedAtMs, session, certificate, verification }: StoredSession): object {
  const { matched, trusted, failure } = verification;
  return {
    key,
    storedAtMs,
    session: Buffer.from(session).toString('base64'),
    ...(certificate && { certificate: Buffer.from(certificate).toString('base64') }),
    matched,
    trusted,
    ...(failure && { failure: { code: failure.code, depth: failure.depth } }),
  };
}

function read(value: unknown): StoredSession | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { key, storedAtMs, session, certificate, ...rest } = value as Record<string, unknown>;
  if (typeof key !== 'string' || typeof storedAtMs !== 'number' || typeof session !== 'string')
    return undefined;
  return {
    key,
    storedAtMs,
    session: Buffer.from(session, 'base64'),
    certificate: typeof certificate === 'string' ? Buffer.from(certificate, 'base64') : undefined,
    verification: readVerification(rest),
  };
}

/** What is not understood does not count as verified. */
function readVerification({ matched, trusted, failure }: Record<string, unknown>): Verification {
  const { code, depth } = (failure ?? {}) as Record<string, unknown>;
  if (matched === true && failure === undefined) return { matched: true, trusted: true };
  return {
    matched: false,
    trusted: trusted === true,
    failure: {
      code: verificationCode(String(code)),
      depth: typeof depth === 'number' ? depth : 0,
    },
  };
}
