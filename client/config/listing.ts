/** The parameters of a configuration as text, as postconf(1) lists them. */
import { ConfigError } from './config-error.ts';
import { expand } from './expand.ts';
import { clientNames, namesNotRead } from './names.ts';
import { type Facts, unexpandedTexts } from './settings.ts';
import { trimSpace } from './text.ts';

export interface ListingOptions {
  readonly facts: Facts;
  /** Values with what `$name` stands for put in; as written, otherwise. */
  readonly expanded: boolean;
  /** Which names, in this order. */
  readonly names: readonly string[];
}

export interface Setting {
  readonly name: string;
  /** Each run of white space is one space, and there is none at the ends. */
  readonly value: string;
}

export interface Listing {
  readonly settings: readonly Setting[];
  /** One line for each value that cannot be expanded; it is listed as written. */
  readonly problems: readonly string[];
}

/** @param assigned unexpanded values; others have their defaults. */
export function listParameters(
  assigned: ReadonlyMap<string, string>,
  { facts, expanded, names }: ListingOptions,
): Listing {
  const lookup = unexpandedTexts(assigned, 'smtp', facts);
  const problems: string[] = [];
  const textOf = (name: string): string => {
    const text = lookup(name) ?? '';
    try {
      return expanded ? expand(text, lookup, name) : text;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(error.message);
      return text;
    }
  };
  const settings = names.map((name) => ({ name, value: withSingleSpaces(textOf(name)) }));
  return { settings, problems };
}

function withSingleSpaces(text: string): string {
  return trimSpace(text.replace(/[ \t\r\n]+/g, ' '));
}

/** The client's parameters, or those set, and names of the configuration's own that its values mention; sorted. */
export function namesToList(assigned: ReadonlyMap<string, string>, onlySet: boolean): string[] {
  const notRead = new Set(namesNotRead(assigned));
  const set = [...assigned.keys()].filter((name) => !notRead.has(name));
  return [...new Set([...(onlySet ? [] : clientNames), ...set])].sort();
}
