/** The groups of a PCRE pattern, by number and by name, and what refers to them. */
import type { Node } from '../nodes.ts';
import { mistake } from './mistake.ts';
import type { GroupWord } from './opening.ts';

export class Groups {
  /** How many were opened; in `(?|...|...)` each alternative counts anew. */
  count = 0;
  #highest = 0;
  readonly #names = new Map<string, Set<number>>();
  /** Groups may be referred to before they are there: this is done at the end. */
  readonly #references: (() => void)[] = [];

  get highest(): number {
    return this.#highest;
  }

  /** The number of a group that is opened at a place. Throws RuleError when its name is another's. */
  open(name: string | undefined, at: number, sameNames: boolean): number {
    this.count += 1;
    this.#highest = Math.max(this.#highest, this.count);
    if (name === undefined) return this.count;
    const numbers = this.#names.get(name) ?? new Set();
    if (numbers.size > 0 && !numbers.has(this.count) && !sameNames)
      throw mistake(at, 'two named subpatterns have the same name (PCRE2_DUPNAMES not set)');
    this.#names.set(name, numbers.add(this.count));
    return this.count;
  }

  /** A node for each group that is meant, whichever fits first; `at` is behind the reference. */
  refer({ sign, word }: GroupWord, at: number, nodeOf: (group: number) => Node, lowest = 1): Node {
    const before = this.count;
    const options: Node[] = [];
    this.#references.push(() => {
      const relative = sign === '-' ? before + 1 - Number(word) : before + Number(word);
      const numbers = /^\d/.test(word) ? [sign === '' ? Number(word) : relative] : this.#names.get(word);
      if (numbers === undefined) throw mistake(at - 1 - word.length, NO_GROUP);
      for (const number of numbers) {
        if (number < lowest || number > this.#highest) throw mistake(at - 1, NO_GROUP);
        options.push(nodeOf(number));
      }
    });
    return { kind: 'choice', options };
  }

  /** Throws RuleError for a reference to a group that is not there. */
  resolve(): void {
    for (const reference of this.#references) reference();
  }
}

const NO_GROUP = 'reference to non-existent subpattern';
