/**
 * `proxy:type:name`: the table `type:name`. In Postfix proxymap(8) opens it once for many processes; here all deliveries
 * share what the process has opened.
 */
import type { TableOpener } from './opener.ts';

export const openProxy: TableOpener = async (name, label, _context, openOther) => {
  const table = await openOther(name);
  return {
    name: label,
    ...(table.keyed && { keyed: table.keyed }),
    lookup: (key, signal) => table.lookup(key, signal),
  };
};
