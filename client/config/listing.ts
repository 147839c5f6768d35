/** The parameters of a configuration as text, as postconf(1) lists them. */
import { expand } from './expand.ts';
import { clientNames } from './names.ts';
import { type Facts, unexpandedTexts } from './settings.ts';

export interface ListingOptions {
  readonly facts: Facts;
  /** Values with what `$name` stands for put in; as written, otherwise. */
  readonly expanded: boolean;
  /** Which names, in this order; absent: every parameter of the client, by name. */
  readonly names?: readonly string[];
}

/**
 * Lines of `name = value`.
 *
 * @param assigned unexpanded values; others have their defaults.
 * @throws ConfigError when a value cannot be expanded.
 */
export function listParameters(
  assigned: ReadonlyMap<string, string>,
  { facts, expanded, names = clientNames.toSorted() }: ListingOptions,
): string[] {
  const texts = unexpandedTexts(assigned, 'smtp', facts);
  return names.map((name) => {
    const text = texts.get(name) ?? '';
    const value = expanded ? expand(text, (each) => texts.get(each), name) : text;
    return `${name} = ${value}`.trimEnd();
  });
}
