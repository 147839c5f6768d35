/** Tables that know but one thing to say: `static:text` and `fail:text`. */
import type { TableOpener } from './opener.ts';
import { unbraced } from './source.ts';
import { TableError } from './table.ts';

/** The same answer to every key. */
export const openStatic: TableOpener = async (name, label) => {
  const text = name.startsWith('{') ? unbraced(name) : name;
  return { name: label, keyed: true, lookup: async () => text };
};

/** Every lookup fails. */
export const openFail: TableOpener = async (_name, label) => ({
  name: label,
  async lookup() {
    throw new TableError(`${label} fails each lookup`);
  },
});
