/**
 * The browser that tests and benchmarks of the report run in: the one that NEXTHOP_BROWSER names, a Chromium of this machine, or the one that an
 * npm package carries, so that npm alone is enough.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import chromium, { inflate } from '@sparticuz/chromium';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface FoundBrowser {
  readonly executablePath: string;
  /** Over those of this process. */
  readonly env: Readonly<Record<string, string>>;
}

const installed = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'].map(
  (name) => `/usr/bin/${name}`,
);

export async function findBrowser(): Promise<FoundBrowser> {
  const found = process.env.NEXTHOP_BROWSER ?? installed.find((path) => existsSync(path));
  return found === undefined ? await carriedBrowser() : { executablePath: found, env: {} };
}

/** Unpacked once, into a folder that appears whole or not at all: test files run side by side. */
export async function carriedBrowser(): Promise<FoundBrowser> {
  const entry = fileURLToPath(import.meta.resolve('@sparticuz/chromium'));
  const { version } = JSON.parse(await readFile(join(dirname(entry), '..', 'package.json'), 'utf8'));
  const folder = join(root, 'node_modules', '.cache', 'nexthop', `chromium-${version}`);
  if (!existsSync(folder)) {
    await mkdir(dirname(folder), { recursive: true });
    const part = await mkdtemp(`${folder}-`);
    await unpackInto(part, join(dirname(entry), '..', 'bin'));
    await chmod(part, 0o755);
    await rename(part, folder).catch(() => rm(part, { recursive: true }));
  }
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      // What a bare machine lacks: libraries for certificates, and a font.
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_PATH: join(folder, 'fonts'),
    },
  };
}

/** The package knows one place only: the folder for what is temporary. */
async function unpackInto(folder: string, packed: string): Promise<void> {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    await Promise.all([chromium.executablePath(), inflate(join(packed, 'al2023.tar.br'))]);
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}
