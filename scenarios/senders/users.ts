/** Users that a mail system's package would have created: added to the account files as the sandbox sees them. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MOUNT_LIMIT_MS = 5_000;

export interface SystemUser {
  /** Also the name of its group. */
  readonly name: string;
  readonly id: number;
  readonly home?: string;
}

/**
 * Only inside a sandbox, as its root: copies of the account files, in `folder`, are mounted over the originals.
 * A user of that name that is there already is replaced.
 */
export async function addUsers(folder: string, users: readonly SystemUser[]): Promise<void> {
  const passwd = withEntries(
    await readFile('/etc/passwd', 'utf8'),
    users.map(({ name, id, home = '/nonexistent' }) => `${name}:x:${id}:${id}::${home}:/usr/sbin/nologin`),
  );
  const group = withEntries(
    await readFile('/etc/group', 'utf8'),
    users.map(({ name, id }) => `${name}:x:${id}:`),
  );
  await bind(`${folder}/passwd`, '/etc/passwd', passwd);
  await bind(`${folder}/group`, '/etc/group', group);
}

/** Lines of an account file, with these in place of those of the same name. */
export function withEntries(text: string, entries: readonly string[]): string {
  const names = new Set(entries.map((entry) => entry.slice(0, entry.indexOf(':'))));
  const kept = text.split('\n').filter((line) => line !== '' && !names.has(line.slice(0, line.indexOf(':'))));
  return `${[...kept, ...entries].join('\n')}\n`;
}

async function bind(copy: string, original: string, text: string): Promise<void> {
  await writeFile(copy, text);
  await run('mount', ['--bind', copy, original], { timeout: MOUNT_LIMIT_MS });
}
