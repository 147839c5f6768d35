/**
 * Tables that pay no heed to the key, or hold none: `static:text`, `randmap:{text, ...}`, `fail:text` and
 * `internal:name`; and the environment of the process, `environ:`.
 */
import type { TableOpener } from './opener.ts';
import { bracedItems, unbraced } from './source.ts';
import { TableError } from './table.ts';

/** The same answer to every key. */
export const openStatic: TableOpener = async (name, label) => {
  const fail = (problem: string): never => {
    throw new TableError(`bad static:name syntax: ${problem}`);
  };
  const text = name.startsWith('{') ? unbraced(name, fail) : name;
  return { name: label, keyed: true, lookup: async () => text };
};

/** One of the texts by chance. */
export const openRandom: TableOpener = async (name, label, { random }) => {
  const texts = bracedItems(name);
  if (texts === undefined) throw new TableError(`bad syntax: "${label}"; need "randmap:{value...}"`);
  return { name: label, lookup: async () => texts[random.integer(texts.length)] };
};

/** Every lookup fails. */
export const openFail: TableOpener = async (_name, label) => ({
  name: label,
  async lookup() {
    throw new TableError(`${label} fails each lookup`);
  },
});

/** What programs fill for themselves: here it stays empty. */
export const openInternal: TableOpener = async (_name, label) => ({
  name: label,
  keyed: true,
  lookup: async () => undefined,
});

/** Names are looked for in lower case where keys are folded. */
export const openEnvironment: TableOpener = async (_name, label, { environment, fold }) => ({
  name: label,
  keyed: true,
  async lookup(key) {
    const variable = fold(key);
    // Objects have more names than those that were put into them, and keys come from anybody.
    return Object.hasOwn(environment, variable) ? environment[variable] : undefined;
  },
});
