/** The types of lookup tables. What a type is made of is loaded with its first table: most deliveries have none. */
import type { TableOpener } from './opener.ts';

const types: ReadonlyMap<string, () => Promise<TableOpener>> = new Map([
  ['inline', async () => (await import('./keyed.ts')).openInline],
  ['texthash', async () => (await import('./keyed.ts')).openTexthash],
  ['static', async () => (await import('./constant.ts')).openStatic],
  ['fail', async () => (await import('./constant.ts')).openFail],
  ['randmap', async () => (await import('./constant.ts')).openRandom],
  ['internal', async () => (await import('./constant.ts')).openInternal],
  ['environ', async () => (await import('./constant.ts')).openEnvironment],
  ['hash', async () => (await import('./database/types.ts')).openHash],
  ['btree', async () => (await import('./database/types.ts')).openBtree],
  ['cdb', async () => (await import('./database/types.ts')).openCdb],
  ['lmdb', async () => (await import('./database/types.ts')).openLmdb],
  ['regexp', async () => (await import('./pattern.ts')).openRegexp],
  ['pcre', async () => (await import('./pattern.ts')).openPcre],
  ['cidr', async () => (await import('./cidr.ts')).openCidr],
  ['unionmap', async () => (await import('./combined.ts')).openUnion],
  ['pipemap', async () => (await import('./combined.ts')).openPipe],
  ['debug', async () => (await import('./combined.ts')).openDebug],
  ['tcp', async () => (await import('./remote/tcp.ts')).openTcp],
  ['socketmap', async () => (await import('./remote/socketmap.ts')).openSocketmap],
  ['sqlite', async () => (await import('./sqlite/open.ts')).openSqlite],
  ['unix', async () => (await import('./system.ts')).openUnix],
  ['proxy', async () => (await import('./proxy.ts')).openProxy],
]);

/** How a table of this type is opened; undefined when there is no such type. */
export async function openerOf(type: string): Promise<TableOpener | undefined> {
  return types.get(type)?.();
}

/** Loads every type, for a world whose time stands still while something is loaded. */
export async function loadTypes(): Promise<void> {
  loaded ??= Promise.all([...types.values()].map((load) => load()));
  await loaded;
}

let loaded: Promise<unknown> | undefined;
