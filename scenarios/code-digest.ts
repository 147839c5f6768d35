/** What tells two states of Nexthop's own code apart where its version does not: while it is worked on. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDERS = ['client', 'simulator', 'scenarios'];
const DIGITS = 16;

/** Of every file that can make a run come out otherwise: 16 hexadecimal digits. `project` is for tests. */
export async function codeDigest(project = PROJECT): Promise<string> {
  const entries = await Promise.all(
    FOLDERS.map((folder) => readdir(join(project, folder), { recursive: true, withFileTypes: true })),
  );
  const files = entries
    .flat()
    .filter((entry) => entry.isFile() && !/\.(?:test|d)\.[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const digest = createHash('sha256');
  for (const content of await Promise.all(files.map((file) => readFile(file)))) {
    digest.update(`${content.length}\n`).update(content);
  }
  return digest.digest('hex').slice(0, DIGITS);
}
