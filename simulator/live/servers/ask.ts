/** What programs say of themselves. */
import { execFile } from 'node:child_process';
import type { ServerProgram } from './server.ts';

const LIMIT_MS = 10_000;

/** Both streams, whatever the exit status; '' when it cannot be run. */
export function ask({ path, env }: ServerProgram, words: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const options = { timeout: LIMIT_MS, env: { ...process.env, ...env, LC_ALL: 'C' } };
    execFile(path, [...words], options, (_error, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
}
