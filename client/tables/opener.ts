/** How a type of tables is opened. */
import type { Settings } from '../config/register.ts';
import type { Files } from '../platform/platform.ts';
import type { Table } from './table.ts';

type RedirectParameter =
  | 'non_bdb_migration_level'
  | 'non_bdb_custom_mapping'
  | 'non_bdb_migration_log_redirect'
  | 'default_database_type'
  | 'default_cache_db_type';

export interface OpenContext {
  readonly files: Files;
  readonly settings: Pick<Settings, RedirectParameter>;
  /** Told of what is wrong with a table that can be used all the same, in one line. */
  readonly warn: (text: string) => void;
  /** Told of a table that cannot be used, in one line. */
  readonly error: (text: string) => void;
  /** Told of what is done that the configuration does not say in so many words. */
  readonly note: (text: string) => void;
}

/**
 * Opens the table of this name, the part behind `type:`. `label` is the whole, `type:name`, for messages; `openOther`
 * opens a table that this one asks. Rejects with TableError when it cannot be used.
 */
export type TableOpener = (
  name: string,
  label: string,
  context: OpenContext,
  openOther: (text: string) => Promise<Table>,
) => Promise<Table>;
