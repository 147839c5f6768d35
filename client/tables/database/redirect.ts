/**
 * Tables of the types hash and btree on systems that have no Berkeley DB: a table of another type takes their place
 * (`non_bdb_migration_level`).
 */
import type { OpenContext, OtherOpener, TableOpener } from '../opener.ts';
import { TableError } from '../table.ts';

const LEGACY_TYPE = /^(hash|btree)(?::|$)/;

/** Opens tables as `open` does, unless they are redirected. */
export function redirectable(open: TableOpener): TableOpener {
  return async (name, label, context, openOther) => {
    const { settings, warn, note } = context;
    if (settings.non_bdb_migration_level === 'disable') return open(name, label, context, openOther);
    const type = await typeInstead(label, context, openOther).catch((error: unknown) => {
      if (!(error instanceof TableError)) throw error;
      warn(`non-Berkeley-DB type mapping lookup error for '${label}': ${error.message}`);
      throw new TableError(`Berkeley DB type mapping lookup error for '${label}': ${error.message}`);
    });
    if (settings.non_bdb_migration_log_redirect) note(`redirecting ${label} to ${type}:${name}`);
    return openOther(`${type}:${name}`);
  };
}

async function typeInstead(
  label: string,
  { settings }: OpenContext,
  openOther: OtherOpener,
): Promise<string> {
  const [, type = ''] = LEGACY_TYPE.exec(label) ?? [];
  const custom = await customType([label, type], settings.non_bdb_custom_mapping, openOther);
  const found = custom ?? (type === 'hash' ? settings.default_database_type : settings.default_cache_db_type);
  if (!/^[A-Za-z0-9]+$/.test(found)) throw new TableError(`bad non-legacy database type syntax: '${found}'`);
  if (LEGACY_TYPE.test(found)) throw new TableError(`mapping from '${type}' to legacy type '${found}'`);
  return found;
}

async function customType(
  keys: readonly string[],
  mapping: string,
  openOther: OtherOpener,
): Promise<string | undefined> {
  if (mapping === '') return undefined;
  const [, legacy] = LEGACY_TYPE.exec(mapping) ?? [];
  if (legacy !== undefined)
    throw new TableError(`non_bdb_custom_mapping must not use legacy type: '${legacy}'`);
  const table = await openOther(mapping);
  for (const key of keys) {
    const value = await table.lookup(key).catch(() => {
      throw new TableError(`${mapping} lookup error for '${key}'`);
    });
    if (value !== undefined) return value;
  }
  return undefined;
}
