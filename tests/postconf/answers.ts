/** What is answered to the cases, in a form that our client and postconf(1) share. */
import type { Reading } from './cases.ts';

export interface Answers {
  /** The values of `relayhost` by what was written; null: refused. */
  readonly expansions: Readonly<Record<string, string | null>>;
  readonly readings: Readonly<Record<string, Listed | null>>;
  readonly services: Readonly<Record<string, Listed | null>>;
}

export interface Listed {
  /** `name = value`, or `service/type/name = value`; of services in any order. */
  readonly settings: readonly string[];
  /** What was complained about, without the words it was told in; sorted. */
  readonly warnings: readonly string[];
}

/** One who answers. */
export interface Reader {
  expansion(text: string): Promise<string | null>;
  reading(reading: Reading): Promise<Listed | null>;
  services(masterCf: string): Promise<Listed | null>;
}

/** Warnings that both readers have, by a word of either. */
const KINDS: readonly (readonly [kind: string, form: RegExp])[] = [
  ['not the first', /this (\S+) replaces the earlier one|overriding earlier entry: ([^=]+)=/],
  ['continues nothing', /continues no line|must not start with whitespace/],
  ['unused', /^main\.cf: (.+): no such parameter|unused parameter: ([^=]+)=/s],
  ['undefined', /: \$(\w+) stands for nothing|undefined parameter: (\w+)/],
];

export function kindsOf(warnings: readonly string[]): string[] {
  const kinds = warnings.flatMap((warning) =>
    KINDS.flatMap(([kind, form]) => {
      const [whole, ours, theirs] = form.exec(warning) ?? [];
      // What is not ASCII is told byte by byte, or not at all.
      const name = (ours ?? theirs ?? '').replace(/[^!-~]+|\?+/g, '?');
      return whole === undefined ? [] : [`${kind} ${name}`.trimEnd()];
    }),
  );
  return [...new Set(kinds)].sort();
}

/** The name under which the answer to a reading is kept. */
export function keyOf({ mainCf, expanded }: Reading): string {
  return expanded ? `-x ${mainCf}` : mainCf;
}
