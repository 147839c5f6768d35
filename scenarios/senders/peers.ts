/** Programs of other mail systems: those that `npm run peers` unpacked, or else those of the machine. */
import { execFile } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { z } from 'zod';

/** Git-ignored, at the top of the project. */
export const PEERS_FOLDER = join(import.meta.dirname, '../../.peers');
export const PEERS_INDEX = join(PEERS_FOLDER, 'peers.json');

const peerEntry = z.object({
  version: z.string(),
  packages: z.array(z.string()).readonly(),
  /** Folders of shared libraries, relative to the peer's folder. */
  libraries: z.array(z.string()).readonly(),
});

export type PeerEntry = Readonly<z.infer<typeof peerEntry>>;

/** What was fetched, by name; empty when nothing was, or the index is not readable as one. */
export async function readPeers(): Promise<Readonly<Record<string, PeerEntry>>> {
  const text = await readFile(PEERS_INDEX, 'utf8').catch(() => '{}');
  try {
    return z.record(z.string(), peerEntry).parse(JSON.parse(text));
  } catch {
    return {};
  }
}

export interface PeerProgram {
  /** Absolute path. */
  readonly path: string;
  /** The root of the unpacked package; undefined when the machine's own installation is used. */
  readonly root: string | undefined;
  /** Of the unpacked package, without the packagers' own; undefined for the machine's: the program is to be asked. */
  readonly version: string | undefined;
  /** What the program's environment must hold: the place of its shared libraries. */
  readonly env: Readonly<Record<string, string>>;
}

/** Looks for a program, `usr/sbin/exim4` for example, in `.peers/PEER/`, then for its name in the system's folders. */
export async function findProgram(peer: string, program: string): Promise<PeerProgram | undefined> {
  const root = join(PEERS_FOLDER, peer);
  const entry = (await readPeers())[peer];
  const unpacked = join(root, program);
  if (entry !== undefined && (await isExecutable(unpacked))) {
    const libraries = entry.libraries.map((folder) => join(root, folder));
    return {
      path: unpacked,
      root,
      version: upstreamVersion(entry.version),
      env: libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(':') },
    };
  }
  const name = program.slice(program.lastIndexOf('/') + 1);
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']) {
    const path = join(folder, name);
    if (folder !== '' && (await isExecutable(path)))
      return { path, root: undefined, version: undefined, env: {} };
  }
  return undefined;
}

/** `1:2.3.19.1+dfsg1-2.1` is `2.3.19.1+dfsg1`: epoch and revision are of the packaging. */
export function upstreamVersion(version: string): string {
  return version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}

const PROBE_LIMIT_MS = 10_000;

/** What a program prints when asked, both streams; undefined when it cannot be run. The exit status does not matter. */
export function askProgram(program: PeerProgram, words: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const options = { timeout: PROBE_LIMIT_MS, env: { ...process.env, ...program.env, LC_ALL: 'C' } };
    execFile(program.path, [...words], options, (error, stdout, stderr) => {
      const ran = error === null || typeof error.code === 'number';
      resolve(ran ? `${stdout}${stderr}` : undefined);
    });
  });
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
