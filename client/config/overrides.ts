/** `-o name=value`, of the command line and of a service's entry in master.cf. */
import { ConfigError, shown } from './config-error.ts';
import { splitAssignment } from './main-cf.ts';
import { namesNotRead, whyNotRead } from './names.ts';

/**
 * Reads the arguments of all `-o` options, `name=value` with or without white space. The last one for a name wins. The
 * result goes over main.cf's assignments, `below`, whose values may refer to it.
 *
 * @throws ConfigError for an argument without `=` and for a name that the client does not read.
 */
export function parseOverrides(
  options: readonly string[],
  below: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const { overrides, problems } = readOverrides(options, below);
  const [problem] = problems;
  if (problem !== undefined) throw new ConfigError(problem);
  return overrides;
}

/**
 * The same without names that the client does not read: a line for each of them instead.
 *
 * @throws ConfigError for an argument without `=`.
 */
export function readOverrides(
  options: readonly string[],
  below: ReadonlyMap<string, string>,
): { readonly overrides: ReadonlyMap<string, string>; readonly problems: readonly string[] } {
  const overrides = new Map<string, string>();
  for (const option of options) {
    const { name, value } = splitAssignment(option, '-o');
    overrides.set(name, value);
  }
  const odd = namesNotRead(new Map([...below, ...overrides])).filter((name) => overrides.delete(name));
  return { overrides, problems: odd.map((name) => `-o ${shown(name)}: ${whyNotRead(name)}`) };
}
