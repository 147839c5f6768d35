/**
 * Lookup tables: from a key to a text, whatever stands behind it (`type:name` in a parameter; tables reference 2).
 */

/** One table that was opened. */
export interface Table {
  /** As written, `type:name`; errors and warnings name it. */
  readonly name: string;
  /** It holds keys, rather than rules about them: then keys that are part of an address or a name make sense too. */
  readonly keyed?: true;
  /** The value found, which may be empty, or undefined. Rejects with TableError, or with the signal's reason. */
  lookup(key: string, signal?: AbortSignal): Promise<string | undefined>;
}

/** The same table, whose lookups reject with the signal's reason from then on where they take time. */
export function tableUntil(table: Table, signal: AbortSignal | undefined): Table {
  if (signal === undefined) return table;
  return { ...table, name: table.name, lookup: (key, own = signal) => table.lookup(key, own) };
}

/** A lookup that failed: whether the key is in the table is not known. One line. */
export class TableError extends Error {
  override readonly name = 'TableError';
}
