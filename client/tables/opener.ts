/** How a type of tables is opened. */
import type { Settings } from '../config/register.ts';
import type { Platform } from '../platform/platform.ts';
import type { Links } from './remote/links.ts';
import type { Table } from './table.ts';

type TablesParameter =
  | 'non_bdb_migration_level'
  | 'non_bdb_custom_mapping'
  | 'non_bdb_migration_log_redirect'
  | 'default_database_type'
  | 'default_cache_db_type'
  | 'socketmap_max_query_size'
  | 'socketmap_max_reply_size'
  | 'queue_directory';

export interface OpenContext extends Platform {
  readonly settings: Pick<Settings, TablesParameter>;
  /** What a table of keys makes of a key: many parameters want keys in one case (`foldCase`), the others as they are. */
  readonly fold: (key: string) => string;
  /** Connections to servers of tables, which tables share. */
  readonly links: Links;
  /** Numeric addresses of a host, as the system finds them; empty when nobody knows it. */
  readonly addressesOf: (host: string, signal?: AbortSignal) => Promise<readonly string[]>;
  /** Told of what is wrong with a table that can be used all the same, in one line. */
  readonly warn: (text: string) => void;
  /** Told of a table that cannot be used, in one line. */
  readonly error: (text: string) => void;
  /** Told of what is neither: what a table was asked, or what is done that the configuration does not say. */
  readonly note: (text: string) => void;
}

/**
 * Opens the table of this name, the part behind `type:`. `label` is the whole, `type:name`, for messages. Rejects with
 * TableError when it cannot be used.
 */
export type TableOpener = (
  name: string,
  label: string,
  context: OpenContext,
  openOther: OtherOpener,
) => Promise<Table>;

/** Opens a table that another one asks, in the same context but for what is given. Does not reject. */
export type OtherOpener = (text: string, given?: Pick<OpenContext, 'fold'>) => Promise<Table>;
