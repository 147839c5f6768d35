/** The configuration of an agent: main.cf of the Postfix that it serves, below the options that it was started with. */
import { ConfigError } from '../config/config-error.ts';
import { MAIN_CF_LIMIT_CHARACTERS, parseMainCf } from '../config/main-cf.ts';
import { readOverrides } from '../config/overrides.ts';
import { parameters, type Settings } from '../config/register.ts';
import type { Platform } from '../platform/platform.ts';
import { systemText } from '../platform/system-text.ts';

export interface Configuration {
  /** Not expanded yet. */
  readonly assigned: ReadonlyMap<string, string>;
  /** One line each. */
  readonly warnings: readonly string[];
}

/** Of characters in UTF-8. */
const MAIN_CF_LIMIT_BYTES = 4 * MAIN_CF_LIMIT_CHARACTERS;

export const mainCfOf = (directory: string): string => `${directory}/main.cf`;

/** Rejects with ConfigError. `options` are the arguments of `-o`. */
export async function readConfiguration(
  directory: string,
  options: readonly string[],
  { files }: Pick<Platform, 'files'>,
): Promise<Configuration> {
  const path = mainCfOf(directory);
  const bytes = await files.read(path, MAIN_CF_LIMIT_BYTES).catch((error: unknown) => {
    throw new ConfigError(`open ${path}: ${systemText(error)}`);
  });
  const { assigned, warnings } = parseMainCf(Buffer.from(bytes).toString('utf8'), path);
  assigned.set('config_directory', directory);
  const { overrides, problems } = readOverrides(options, assigned);
  return { assigned: new Map([...assigned, ...overrides]), warnings: [...warnings, ...problems] };
}

/** Files of databases have names of their own. */
const TABLE_SUFFIXES = ['', '.db', '.cdb', '.lmdb'];
/** Parameters whose value, or part of it, is the name of a file that is read once. */
const NAMES_FILE = /_(?:file|files|CAfile)$/;

/** Tables and other files that settings name, whose content counts as theirs. */
export function filesOf(settings: Settings): string[] {
  const texts = parameters
    .filter(([name, { type, noEffect }]) => {
      const isTable = type === 'tables' || type === 'table' || type === 'match-list';
      return noEffect === undefined && (isTable || NAMES_FILE.test(name));
    })
    .flatMap(([name]) => settings[name])
    .map(String);
  const named = texts.flatMap((text) =>
    Array.from(text.matchAll(/(?:^|[\s,:!{=])(\/[^\s,{}]+)/g), ([, path = '']) => path),
  );
  return [...new Set(named)].flatMap((path) => TABLE_SUFFIXES.map((suffix) => path + suffix));
}

/** When each file was changed last; not at all where there is none. */
export type FileTimes = ReadonlyMap<string, number | undefined>;

/** The clock goes on between a look at it and one at a file. */
const TOLERANCE_MS = 50;

export async function timesOf(
  paths: readonly string[],
  { files, clock }: Pick<Platform, 'files' | 'clock'>,
): Promise<FileTimes> {
  const times = paths.map(async (path) => {
    const ageMs = await files.ageMs(path).catch(() => undefined);
    return [path, ageMs === undefined ? undefined : clock.now() - ageMs] as const;
  });
  return new Map(await Promise.all(times));
}

/** Also where a file of another time has taken the place of one, or there is none any more. */
export function haveChanged(before: FileTimes, now: FileTimes): boolean {
  return [...now].some(([path, atMs]) => {
    const wasAtMs = before.get(path);
    if (atMs === undefined || wasAtMs === undefined) return atMs !== wasAtMs;
    return Math.abs(atMs - wasAtMs) > TOLERANCE_MS;
  });
}
