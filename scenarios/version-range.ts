/** Versions of mail systems, as far as expectations name them: numbers with dots, and whatever follows them. */

type Comparator = '>=' | '<=' | '>' | '<';

interface Bound {
  readonly comparator: Comparator;
  readonly version: string;
}

const holds: Readonly<Record<Comparator, (order: number) => boolean>> = {
  '>=': (order) => order >= 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '<': (order) => order < 0,
};

export class VersionRange {
  readonly #bounds: readonly Bound[];
  readonly #prefix: string | undefined;

  private constructor(bounds: readonly Bound[], prefix: string | undefined) {
    this.#bounds = bounds;
    this.#prefix = prefix;
  }

  /** `3.7` contains 3.7 and 3.7.11, but not 3.70; `>=3.7 <3.9` is a range. Undefined for anything else. */
  static parse(text: string): VersionRange | undefined {
    if (/^\d+(?:\.\w+)*$/.test(text)) return new VersionRange([], text);
    const bounds = text.split(/\s+/).map((part) => /^(>=|<=|>|<)(\d+(?:\.\d+)*)$/.exec(part));
    const parsed = bounds.flatMap((match) =>
      match === null ? [] : [{ comparator: match[1] as Comparator, version: match[2] ?? '' }],
    );
    return parsed.length === bounds.length ? new VersionRange(parsed, undefined) : undefined;
  }

  contains(version: string): boolean {
    if (this.#prefix !== undefined)
      return version === this.#prefix || /^[.~+-]/.test(after(version, this.#prefix));
    return this.#bounds.every((bound) => holds[bound.comparator](compareVersions(version, bound.version)));
  }
}

/** What follows the prefix; '' where the text does not begin with it. */
function after(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : '';
}

/** By number; missing parts count as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => (/^\d+(?:\.\d+)*/.exec(text)?.[0] ?? '').split('.').map(Number));
  const length = Math.max(left?.length ?? 0, right?.length ?? 0);
  for (let index = 0; index < length; index += 1) {
    const order = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}
