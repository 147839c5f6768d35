/** What postmap is asked. */
export interface Sample {
  readonly table: string;
  /** None is `-`, which has postmap read standard input. */
  readonly keys: readonly string[];
  /** What tables read, by name. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Databases that `postmap TYPE:NAME` makes of these files first. */
  readonly databases?: readonly string[];
}

/** One table whose rules or entries are in a file. */
export const file = (type: string, content: string | Uint8Array, ...keys: string[]): Sample => ({
  table: `${type}:map`,
  keys,
  files: { map: content },
});
