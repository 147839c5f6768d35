/** Which characters a bracket expression holds, however many items it has: a look-up takes few steps. */
import { RuleError } from '../rule-error.ts';
import type { CharacterTest } from './nodes.ts';

/** Classes and escapes in one pair of brackets, each asked in turn. */
const CLASSES_LIMIT = 30;

type Range = readonly [from: number, to: number];

/** Of code points. Only ranges grow in number; of classes there are few. */
export class CharacterSet {
  readonly #ranges: Range[] = [];
  readonly #classes = new Set<CharacterTest>();

  add(item: string | CharacterTest): void {
    if (typeof item === 'string') this.addRange(item, item);
    else this.#classes.add(item);
    if (this.#classes.size > CLASSES_LIMIT) throw new RuleError('Regular expression too big');
  }

  /** Throws RuleError when `to` is before `from`. */
  addRange(from: string, to: string): void {
    const range: Range = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
    if (range[0] > range[1]) throw new RuleError('Invalid range end');
    this.#ranges.push(range);
  }

  test(): CharacterTest {
    const ranges = merged(this.#ranges);
    const classes = [...this.#classes];
    return (character) =>
      holds(ranges, character.codePointAt(0) ?? -1) || classes.some((has) => has(character));
  }
}

/** In ascending order, with gaps between them. */
function merged(ranges: readonly Range[]): readonly Range[] {
  const result: [from: number, to: number][] = [];
  for (const [from, to] of ranges.toSorted((left, right) => left[0] - right[0])) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

function holds(ranges: readonly Range[], code: number): boolean {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const [from, to] = ranges[middle] ?? [0, -1];
    if (code < from) high = middle;
    else if (code > to) low = middle + 1;
    else return true;
  }
  return false;
}
