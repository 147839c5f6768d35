/** Stands in for a table that cannot be used: nobody may take it for an empty one. */
import type { OpenContext } from './opener.ts';
import { type Table, TableError } from './table.ts';

export function unavailable(label: string, problem: string, { warn }: Pick<OpenContext, 'warn'>): Table {
  const text = `${label} is unavailable. ${problem}`;
  return {
    name: label,
    async lookup() {
      warn(text);
      throw new TableError(text);
    },
  };
}
