/** postconf(1) itself, asked case by case. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, type PeerProgram } from '../../scenarios/senders/peers.ts';
import { kindsOf, type Listed, type Reader } from './answers.ts';
import { COMMON } from './cases.ts';

const LIMIT_MS = 20_000;
const LONG_AGO = new Date(0);

/** Undefined where there is none. */
export async function realPostconf(): Promise<Reader | undefined> {
  const program = await findProgram('postfix', 'usr/sbin/postconf');
  if (program === undefined) return undefined;
  return {
    async expansion(text) {
      const answer = await ask(program, `${COMMON}relayhost = ${text}\n`, '', ['-hx', 'relayhost']);
      return answer?.settings[0] ?? null;
    },
    reading: ({ mainCf, expanded }) => ask(program, mainCf, '', [expanded ? '-nx' : '-n']),
    services: async (masterCf) => {
      const answer = await ask(program, '', masterCf, ['-P']);
      return answer && { settings: answer.settings.toSorted(), warnings: answer.warnings };
    },
  };
}

/** Null when it refuses. */
async function ask(
  program: PeerProgram,
  mainCf: string,
  masterCf: string,
  options: readonly string[],
): Promise<Listed | null> {
  const folder = await mkdtemp(join(tmpdir(), 'nexthop-postconf-'));
  try {
    for (const [name, text] of Object.entries({ 'main.cf': mainCf, 'master.cf': masterCf })) {
      await writeFile(join(folder, name), text);
      // A file that may still be written to is read again and again, 0.3 s apart.
      await utimes(join(folder, name), LONG_AGO, LONG_AGO);
    }
    return await new Promise((resolve) => {
      const environment = { timeout: LIMIT_MS, env: { ...process.env, ...program.env, LC_ALL: 'C' } };
      execFile(program.path, ['-c', folder, ...options], environment, (error, stdout, stderr) => {
        const lines = stdout.replace(/\n$/, '').split('\n');
        const settings = lines.filter((line) => !line.startsWith('config_directory ='));
        const listed = stdout === '' ? [] : settings;
        resolve(error === null ? { settings: listed, warnings: kindsOf(stderr.split('\n')) } : null);
      });
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
