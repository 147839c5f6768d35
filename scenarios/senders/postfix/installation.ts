/** Postfix as it is installed here: which version, where its programs are, which parameters it knows. */
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { askProgram, findProgram } from '../peers.ts';

export interface Installation {
  readonly version: string;
  readonly release: readonly [major: number, minor: number];
  /** The folder of master(8), smtp(8) and the rest. */
  readonly programs: string;
  /** What their environment must hold. */
  readonly env: Readonly<Record<string, string>>;
  readonly parameters: ReadonlySet<string>;
  /** Types of lookup tables that are loaded when they are used, and the file of each. */
  readonly plugIns: ReadonlyMap<string, string>;
}

/** From here on programs talk to each other as `attributes.ts` knows it, and log without syslog. */
const OLDEST = [3, 6] as const;

/** Undefined when there is none, or one that is too old. */
export async function findInstallation(): Promise<Installation | undefined> {
  const postconf = await findProgram('postfix', 'usr/sbin/postconf');
  if (postconf === undefined) return undefined;
  const defaults = readDefaults((await askProgram(postconf, ['-d'])) ?? '');
  const version = defaults.get('mail_version') ?? '';
  const folder = defaults.get('daemon_directory');
  const [, major, minor] = (/^(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  if (major === undefined || minor === undefined || folder === undefined) return undefined;
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) return undefined;
  return {
    version,
    release: [major, minor],
    programs: `${postconf.root ?? ''}${folder}`,
    env: { ...postconf.env, ...(postconf.root !== undefined && (await saslPath(postconf.root))) },
    parameters: new Set([...defaults.keys(), ...namesIn(defaults.values())]),
    plugIns: await findPlugIns(`${postconf.root ?? ''}${defaults.get('shlib_directory') ?? ''}`),
  };
}

/** Where Cyrus SASL finds its mechanisms, unless it is to look among those of the machine. */
async function saslPath(root: string): Promise<Readonly<Record<string, string>>> {
  const [folder] = await Array.fromAsync(glob('usr/lib/*/sasl2', { cwd: root }));
  return folder === undefined ? {} : { SASL_PATH: join(root, folder) };
}

/** All of them are named after the type: `postfix-pcre.so`. */
async function findPlugIns(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = await Array.fromAsync(glob('postfix-*.so', { cwd: folder }));
  return new Map(files.map((file) => [file.slice('postfix-'.length, -'.so'.length), join(folder, file)]));
}

/** Older names that defaults stand for, such as `$fallback_relay`, are understood though they are not listed. */
function namesIn(values: Iterable<string>): string[] {
  return [...values].flatMap((value) =>
    Array.from(value.matchAll(/\$(?:\{)?(\w+)/g), (found) => found[1] ?? ''),
  );
}

/** `name = value` in each line. */
function readDefaults(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').map((line) => /^(\w+) = ?(.*)$/.exec(line));
  return new Map(
    lines.flatMap((parts) => (parts === null ? [] : [[parts[1] ?? '', parts[2] ?? ''] as const])),
  );
}
