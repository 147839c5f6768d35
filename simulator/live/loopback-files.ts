/** Files of a scenario, where a client of this machine can read them. */
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nodePlatform } from '../../client/platform/node.ts';
import { asAgedFile, type FileContent } from '../file-content.ts';

/** Those of the system: a client looks for them where they are, and nobody may replace them. */
export const SYSTEM_FILES: ReadonlySet<string> = new Set(['/etc/hosts', '/etc/resolv.conf']);

/** Writes them into the folder, but for those of the system; returns the path that stands in place of each. */
export async function placeFiles(
  files: Readonly<Record<string, FileContent>>,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const placed = new Map<string, string>();
  for (const [path, file] of Object.entries(files)) {
    if (SYSTEM_FILES.has(path)) continue;
    const { content, ageMs } = asAgedFile(file);
    const own = join(folder, 'files', path);
    await mkdir(dirname(own), { recursive: true });
    await writeFile(own, content);
    const changedAt = new Date(nodePlatform().clock.now() - ageMs);
    await utimes(own, changedAt, changedAt);
    placed.set(path, own);
  }
  return placed;
}
