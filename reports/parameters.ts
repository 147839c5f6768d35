/** What the register says of the parameters that a run sets: told to the page once for all results. */
import { entries } from '../client/config/entries.ts';
import type { Result } from '../scenarios/results.ts';
import type { PageParameter } from './model.ts';

/** Names that the client does not know are left out. */
export function pageParameters(results: readonly Result[]): PageParameter[] {
  const used = new Set(results.flatMap(({ config }) => Object.keys(config)));
  return entries
    .filter(({ name }) => used.has(name))
    .map(({ name, default: text, meaning }) => ({ name, default: text, meaning }));
}
