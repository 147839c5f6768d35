/** Debian packages unpacked into a folder, side by side with whatever is installed: no scripts run, no root needed. */
import { execFile } from 'node:child_process';
import { access, glob, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const UPDATE_LIMIT_MS = 180_000;
const DOWNLOAD_LIMIT_MS = 300_000;
const PROGRAM_LIMIT_MS = 60_000;
/** A dependency closure that grows beyond this is not one of libraries alone. */
const PACKAGES_LIMIT = 100;

export interface PackageSource {
  /** The candidate version, or undefined when the package is not to be had. */
  versionOf(name: string): Promise<string | undefined>;
  /** Downloads and unpacks all of them over each other. */
  unpack(names: readonly string[], folder: string): Promise<void>;
  /** Packages of shared libraries that these depend on, at any depth, and the machine lacks. */
  absentLibrariesOf(names: readonly string[]): Promise<string[]>;
}

/**
 * Uses the package lists of the machine, or fetches lists of its own into `stateFolder` when there are none.
 * Resolves to undefined where apt or dpkg-deb is missing; rejects when no lists can be had.
 */
export async function debianPackages(stateFolder: string, probe: string): Promise<PackageSource | undefined> {
  for (const program of ['apt-get', 'dpkg-deb']) {
    if (!(await works(program, ['--version']))) return undefined;
  }
  const machine = source([], stateFolder);
  if ((await machine.versionOf(probe)) !== undefined) return machine;
  const options = [`Dir::State=${stateFolder}/state`, `Dir::Cache=${stateFolder}/cache`].flatMap((item) => [
    '-o',
    item,
  ]);
  await mkdir(join(stateFolder, 'state/lists/partial'), { recursive: true });
  await mkdir(join(stateFolder, 'cache/archives/partial'), { recursive: true });
  await run('apt-get', [...OPTIONS, ...options, 'update'], { timeout: UPDATE_LIMIT_MS });
  return source(options, stateFolder);
}

/** Downloads happen as the caller: the user that root's apt would switch to may not write into our folders. */
const OPTIONS = ['-qq', '-o', 'APT::Sandbox::User=root'];

function source(options: readonly string[], stateFolder: string): PackageSource {
  const cache = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await run('apt-cache', [...options, ...words], {
      timeout: PROGRAM_LIMIT_MS,
      env: english(),
    });
    return stdout;
  };
  return {
    async versionOf(name) {
      const version = /^\s*Candidate: (\S+)/m.exec(await cache('policy', name))?.[1];
      return version === '(none)' ? undefined : version;
    },
    async unpack(names, folder) {
      await mkdir(stateFolder, { recursive: true });
      const downloads = await mkdtemp(join(stateFolder, 'download-'));
      try {
        const words = [...OPTIONS, ...options, 'download', ...names];
        await run('apt-get', words, { cwd: downloads, timeout: DOWNLOAD_LIMIT_MS });
        await mkdir(folder, { recursive: true });
        for (const file of await readdir(downloads)) {
          await run('dpkg-deb', ['-x', join(downloads, file), folder], { timeout: PROGRAM_LIMIT_MS });
        }
        // No set-uid programs lie about in a project's folder; they would not look at LD_LIBRARY_PATH either.
        await run('chmod', ['-R', 'a-s', folder], { timeout: PROGRAM_LIMIT_MS });
      } finally {
        await rm(downloads, { recursive: true, force: true });
      }
    },
    async absentLibrariesOf(names) {
      const absent = new Set<string>();
      const queue = [...names];
      const seen = new Set(queue);
      for (let name = queue.shift(); name !== undefined && seen.size < PACKAGES_LIMIT; name = queue.shift()) {
        for (const library of dependenciesIn(await cache('depends', '--important', name))) {
          if (!library.startsWith('lib') || seen.has(library) || (await isInstalled(library))) continue;
          seen.add(library);
          absent.add(library);
          queue.push(library);
        }
      }
      return [...absent];
    },
  };
}

/** The packages that `apt-cache depends` names as needed; alternatives count as needed too. */
export function dependenciesIn(text: string): string[] {
  return [...text.matchAll(/^\s*\|?(?:Pre)?Depends: ([a-z0-9][a-z0-9.+-]*)/gm)].flatMap(
    ([, name]) => name ?? [],
  );
}

async function isInstalled(name: string): Promise<boolean> {
  const query = run('dpkg-query', ['-W', '-f', '${db:Status-Status}\n', name], { timeout: PROGRAM_LIMIT_MS });
  return query.then(
    ({ stdout }) => stdout.includes('installed') && !stdout.includes('not-installed'),
    () => false,
  );
}

/** Shared libraries that a program asks for and would not find with these folders. */
export async function missingLibraries(program: string, folders: readonly string[]): Promise<string[]> {
  const env = { ...english(), LD_LIBRARY_PATH: folders.join(':') };
  const { stdout } = await run('ldd', [program], { timeout: PROGRAM_LIMIT_MS, env });
  return [...stdout.matchAll(/^\s*(\S+) => not found/gm)].flatMap(([, name]) => name ?? []);
}

/** Folders below `root` that hold shared libraries, relative to it. */
export async function libraryFolders(root: string): Promise<string[]> {
  const folders = new Set<string>();
  for await (const file of glob('{usr/,}lib/**/lib*.so{,.*}', { cwd: root })) folders.add(dirname(file));
  return [...folders].sort();
}

function english(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C' };
}

function works(program: string, words: readonly string[]): Promise<boolean> {
  return run(program, [...words], { timeout: PROGRAM_LIMIT_MS }).then(
    () => true,
    () => false,
  );
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
