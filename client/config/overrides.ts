/** The command line's `-o name=value`. */
import { ConfigError, shown } from './config-error.ts';
import { splitAssignment } from './main-cf.ts';
import { parameters } from './register.ts';
import { trimSpace } from './text.ts';

/** How much of a name is compared when looking for the one that was meant. */
const NAME_LIMIT_CHARACTERS = 100;

/**
 * Reads the arguments of all `-o` options: `name=value`, `name = value` or, as in master.cf, `{ name = value }`.
 * The last one for a name wins. The result goes over main.cf's assignments.
 *
 * @throws ConfigError for an argument without `=` and for a name the client does not read.
 */
export function parseOverrides(options: readonly string[]): Map<string, string> {
  const overrides = new Map<string, string>();
  for (const option of options) {
    const braced = /^\{(.*)\}$/s.exec(trimSpace(option))?.[1];
    const { name, value } = splitAssignment(braced ?? option, '-o');
    if (!knownNames.has(name)) {
      const nearest = nearestName(name.slice(0, NAME_LIMIT_CHARACTERS));
      throw new ConfigError(`-o ${shown(name)}: no such parameter; the nearest known name is ${nearest}`);
    }
    overrides.set(name, value);
  }
  return overrides;
}

/** Every name that has an effect: registered ones, their lmtp twins, and old names that defaults refer to. */
const knownNames: ReadonlySet<string> = new Set(
  parameters.flatMap(([name, { default: text = '', lmtp }]) => {
    const twin = lmtp === undefined || lmtp === false ? undefined : lmtp;
    const mentioned = `${text} ${twin?.default ?? ''}`.matchAll(/\$\{?(\w+)/g);
    return [
      name,
      ...(twin === undefined ? [] : [twin.name]),
      ...Array.from(mentioned, ([, old = '']) => old),
    ];
  }),
);

function nearestName(name: string): string {
  let nearest = '';
  let least = Number.POSITIVE_INFINITY;
  for (const known of knownNames) {
    const distance = editDistance(name, known);
    if (distance < least) [nearest, least] = [known, distance];
  }
  return nearest;
}

/** Levenshtein's: how many characters to insert, delete or replace. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [line, character] of Array.from(left).entries()) {
    const next = [line + 1];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (character === right[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
