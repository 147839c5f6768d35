/** What may be told of tables that hold credentials, some of which are written out in the configuration itself. */

/** A table that is named by where it is, and not by what is in it. */
const PLACE = /^(?:proxy:)?(?:[\w-]+:[/$]|fail:|socketmap:|tcp:)[^{}]*$/;

/** A key that a table was asked for. */
const ASKED = / lookup error for "[^"{}]*"$/;

/** A line about tables, less what they hold: what stands in quotes or braces, and the names of `tables` that say it. */
export function withoutContents(line: string, tables: readonly string[]): string {
  const [asked = ''] = ASKED.exec(line) ?? [];
  let told = line.slice(0, line.length - asked.length);
  for (const table of tables) if (!PLACE.test(table)) told = told.replaceAll(table, named(table));
  return (
    told
      .replace(/(["']).*\1/s, '"<hidden>"')
      .replace(/\{.*\}/s, '{<hidden>}')
      .replace(/\b(inline|static):[^{\s]\S*/g, '$1:<hidden>') + asked
  );
}

function named(table: string): string {
  const [type] = /^(?:inline|static|unionmap|pipemap|randmap|debug):/.exec(table) ?? [];
  return `${type ?? ''}<hidden>`;
}
