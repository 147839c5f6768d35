/** The way that was taken through an expression: what the matcher goes back on, and what has to be undone then. */
import { TableError } from '../table.ts';
import type { Hopeless } from './hopeless.ts';
import { CHOICES_LIMIT } from './limits.ts';

export const EXHAUSTED = 'backtracking limit exceeded';

/** What is taken up again when the way that was tried first comes to nothing. */
type Choice =
  | { readonly kind: 'place'; readonly instruction: number; readonly at: number }
  /** Behind a span: the places from `at` on, `step` by `step`, to `last`. */
  | {
      readonly kind: 'places';
      readonly instruction: number;
      readonly at: number;
      readonly step: 1 | -1;
      readonly last: number;
    }
  | { readonly kind: 'slot'; readonly slot: number; readonly value: number }
  | { readonly kind: 'call'; readonly value: Call | undefined }
  /** Nothing is left of a branch, at the places from `at` to `last`. */
  | { readonly kind: 'hopeless'; readonly branch: number; readonly at: number; readonly last: number };

/** A group that is matched because something else calls it. */
interface Call {
  readonly number: number;
  readonly at: number;
  /** The instruction behind the call. */
  readonly next: number;
  /** They have these values again afterwards. */
  readonly slots: readonly number[];
  readonly outer: Call | undefined;
}

export class Trail {
  slots: number[];
  /** The innermost. */
  call: Call | undefined;
  readonly #choices: Choice[] = [];
  readonly #hopeless: Hopeless | undefined;

  constructor(slots: number, hopeless: Hopeless | undefined) {
    this.slots = new Array<number>(slots).fill(-1);
    this.#hopeless = hopeless;
  }

  get length(): number {
    return this.#choices.length;
  }

  /** Throws TableError when there would be too many. */
  push(choice: Choice): void {
    if (this.#choices.length >= CHOICES_LIMIT) throw new TableError(EXHAUSTED);
    this.#choices.push(choice);
  }

  save(slot: number, value: number): void {
    this.push({ kind: 'slot', slot, value: this.slots[slot] ?? -1 });
    this.slots[slot] = value;
  }

  setCall(call: Call | undefined): void {
    this.push({ kind: 'call', value: this.call });
    this.call = call;
  }

  /** Keeps only what has to be undone, from `base` on. */
  forgetChoices(base: number): void {
    const kept = this.#choices.slice(base).filter(({ kind }) => kind === 'slot' || kind === 'call');
    this.#choices.length = base;
    for (const choice of kept) this.#choices.push(choice);
  }

  restart(slots: number[]): void {
    this.#choices.length = 0;
    this.slots = slots;
  }

  /** Undoes what was done since the last choice above `base`, and takes its next alternative. */
  back(base: number): { instruction: number; at: number } | undefined {
    while (this.#choices.length > base) {
      const choice = this.#choices.pop();
      switch (choice?.kind) {
        case 'slot':
          this.slots[choice.slot] = choice.value;
          break;
        case 'call':
          this.call = choice.value;
          break;
        case 'hopeless':
          this.#hopeless?.add(choice.branch, choice.at, choice.last);
          break;
        case 'places':
          if (choice.at !== choice.last) this.#choices.push({ ...choice, at: choice.at + choice.step });
          return choice;
        case 'place':
          return choice;
      }
    }
    return undefined;
  }
}
