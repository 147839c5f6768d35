/**
 * Follows the instructions of a regular expression over one text, trying alternatives in their order. Where an
 * instruction has come to nothing at a place, it is not tried there again, so that the work grows with the text and not
 * with the ways through it. That needs expressions without back references and looks around; for the others, and
 * always, the work for one text is limited.
 */
import { TableError } from '../table.ts';
import { CHOICES_LIMIT, REMEMBERED_LIMIT, STEPS_LIMIT } from './limits.ts';
import type { Instruction, Program } from './program.ts';

/**
 * The text that matched, then those of its groups; undefined when nothing matches. Throws TableError when the work
 * goes beyond the limits: then nobody knows whether it does.
 */
export function match(program: Program, text: string): readonly (string | undefined)[] | undefined {
  const characters = [...text];
  const slots = new Matcher(program, characters).search();
  if (slots === undefined) return undefined;
  return Array.from({ length: program.groups + 1 }, (_, group) => {
    const [start = -1, end = -1] = [slots[2 * group], slots[2 * group + 1]];
    return start < 0 || end < 0 ? undefined : characters.slice(start, end).join('');
  });
}

const EXHAUSTED = 'backtracking limit exceeded';

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
  /** Nothing is left of a branch, at the places from `at` to `last`. */
  | { readonly kind: 'hopeless'; readonly branch: number; readonly at: number; readonly last: number };

class Matcher {
  readonly #program: Program;
  readonly #text: readonly string[];
  #slots: number[];
  readonly #choices: Choice[] = [];
  readonly #hopeless: Hopeless | undefined;
  #steps = 0;

  constructor(program: Program, text: readonly string[]) {
    this.#program = program;
    this.#text = text;
    this.#slots = new Array<number>(program.slots).fill(-1);
    this.#hopeless = program.branches && Hopeless.over(program.branchCount, text.length + 1);
  }

  /** The slots of the first match, from the left. */
  search(): readonly number[] | undefined {
    const last = this.#program.anchored ? 0 : this.#text.length;
    for (let start = 0; start <= last; start += 1) {
      const end = this.#program.longest ? this.#longest(start) : this.#run(0, start);
      if (end === undefined) continue;
      this.#slots[0] = start;
      this.#slots[1] = end;
      return this.#slots;
    }
    return undefined;
  }

  #longest(start: number): number | undefined {
    let best = this.#run(0, start, true);
    if (best === undefined) return undefined;
    let slots = this.#copySlots();
    while (best < this.#text.length) {
      const end = this.#resume(0);
      if (end === undefined) break;
      if (end <= best) continue;
      best = end;
      slots = this.#copySlots();
    }
    this.#choices.length = 0;
    this.#slots = slots;
    return best;
  }

  #copySlots(): number[] {
    this.#work(this.#slots.length);
    return [...this.#slots];
  }

  /** Follows the instructions to `done`; the end of the match, or undefined. Alternatives are forgotten unless kept. */
  #run(instruction: number, at: number, keep = false): number | undefined {
    const base = this.#choices.length;
    const end = this.#follow(instruction, at, base);
    if (!keep) this.#choices.splice(base, this.#choices.length, ...this.#choices.slice(base).filter(isSlot));
    return end;
  }

  /** Goes on with the alternatives after a match. */
  #resume(base: number): number | undefined {
    const next = this.#back(base);
    return next && this.#follow(next.instruction, next.at, base);
  }

  #follow(from: number, place: number, base: number): number | undefined {
    let instruction = from;
    let at = place;
    for (;;) {
      this.#work(1);
      const step = this.#step(instruction, at);
      if (step === 'done') return at;
      const next = step ?? this.#back(base);
      if (next === undefined) return undefined;
      ({ instruction, at } = next);
    }
  }

  /** One instruction; where to go on, or undefined when it does not match. */
  #step(number: number, at: number): { instruction: number; at: number } | 'done' | undefined {
    const instruction = this.#program.instructions[number];
    const goOn = (place: number) => ({ instruction: number + 1, at: place });
    switch (instruction?.do) {
      case 'set': {
        const character = this.#text[at];
        return character !== undefined && instruction.has(character) ? goOn(at + 1) : undefined;
      }
      case 'span':
        return this.#span(instruction, number, at);
      case 'split':
        if (!this.#begin(number, at, at)) return undefined;
        this.#push({ kind: 'place', instruction: instruction.second, at });
        return { instruction: instruction.first, at };
      case 'jump':
        return { instruction: instruction.to, at };
      case 'save':
        this.#save(instruction.slot, at);
        return goOn(at);
      case 'leaveIfStuck':
        return this.#slots[instruction.slot] === at ? { instruction: instruction.to, at } : goOn(at);
      case 'assert':
        return instruction.holds(this.#text, at) ? goOn(at) : undefined;
      case 'alone':
        return this.#alone(instruction, number, at);
      case 'reference':
        return this.#reference(instruction, number, at);
      default:
        return 'done';
    }
  }

  #span(
    { has, min, max, most }: Extract<Instruction, { do: 'span' }>,
    number: number,
    at: number,
  ): { instruction: number; at: number } | undefined {
    const open = min <= 1 && max === Number.POSITIVE_INFINITY;
    let count = 0;
    while (count < max && at + count < this.#text.length && has(this.#text[at + count] ?? '')) {
      // From there on, everything has been tried.
      if (open && count >= min && this.#isHopeless(number, at + count)) break;
      count += 1;
    }
    this.#work(count);
    if (count < min) return undefined;
    if (open && this.#isHopeless(number, at + count)) count -= 1;
    if (count < min) return undefined;
    const begun = open ? this.#begin(number, at + min, at + count) : this.#begin(number, at, at);
    if (!begun) return undefined;
    const [first, last] = most ? [at + count, at + min] : [at + min, at + count];
    const instruction = number + 1;
    const step = most ? -1 : 1;
    if (first !== last) this.#push({ kind: 'places', instruction, at: first + step, step, last });
    return { instruction, at: first };
  }

  #alone(
    { use, back, next }: Extract<Instruction, { do: 'alone' }>,
    number: number,
    at: number,
  ): { instruction: number; at: number } | undefined {
    const base = this.#choices.length;
    const end = at < back ? undefined : this.#run(number + 1, at - back);
    if (use !== 'forbid')
      return end === undefined ? undefined : { instruction: next, at: use === 'consume' ? end : at };
    this.#back(base);
    return end === undefined ? { instruction: next, at } : undefined;
  }

  #reference(
    { number: group, anyCase }: Extract<Instruction, { do: 'reference' }>,
    number: number,
    at: number,
  ): { instruction: number; at: number } | undefined {
    const [start = -1, end = -1] = [this.#slots[2 * group], this.#slots[2 * group + 1]];
    // A group that took no part matches nowhere.
    if (start < 0 || end < start) return undefined;
    this.#work(end - start);
    for (let offset = 0; offset < end - start; offset += 1) {
      const [wanted = '', found] = [this.#text[start + offset], this.#text[at + offset]];
      const same = wanted === found || (anyCase && wanted.toLowerCase() === found?.toLowerCase());
      if (!same) return undefined;
    }
    return { instruction: number + 1, at: at + end - start };
  }

  #save(slot: number, at: number): void {
    this.#push({ kind: 'slot', slot, value: this.#slots[slot] ?? -1 });
    this.#slots[slot] = at;
  }

  #push(choice: Choice): void {
    if (this.#choices.length >= CHOICES_LIMIT) throw new TableError(EXHAUSTED);
    this.#choices.push(choice);
  }

  /** Undoes what was done since the last choice above `base`, and takes its next alternative. */
  #back(base: number): { instruction: number; at: number } | undefined {
    while (this.#choices.length > base) {
      const choice = this.#choices.pop();
      if (choice === undefined) break;
      if (choice.kind === 'slot') {
        this.#slots[choice.slot] = choice.value;
        continue;
      }
      if (choice.kind === 'hopeless') {
        this.#hopeless?.add(choice.branch, choice.at, choice.last);
        continue;
      }
      if (choice.kind === 'places' && choice.at !== choice.last)
        this.#choices.push({ ...choice, at: choice.at + choice.step });
      return choice;
    }
    return undefined;
  }

  /** Whether an instruction with alternatives is worth a try; the places are hopeless once all have come to nothing. */
  #begin(number: number, at: number, last: number): boolean {
    const branch = this.#program.branches?.[number];
    if (this.#hopeless === undefined || branch === undefined) return true;
    if (this.#hopeless.has(branch, at)) return false;
    this.#push({ kind: 'hopeless', branch, at, last });
    return true;
  }

  #isHopeless(number: number, at: number): boolean {
    const branch = this.#program.branches?.[number];
    return branch !== undefined && this.#hopeless?.has(branch, at) === true;
  }

  #work(steps: number): void {
    this.#steps += steps;
    if (this.#steps > STEPS_LIMIT) throw new TableError(EXHAUSTED);
  }
}

function isSlot({ kind }: Choice): boolean {
  return kind === 'slot';
}

/** Branches and places that lead nowhere. */
class Hopeless {
  readonly #bits: Uint32Array;
  readonly #places: number;

  private constructor(branches: number, places: number) {
    this.#bits = new Uint32Array(Math.ceil((branches * places) / 32));
    this.#places = places;
  }

  /** Undefined when there would be too many. */
  static over(branches: number, places: number): Hopeless | undefined {
    return branches * places > REMEMBERED_LIMIT ? undefined : new Hopeless(branches, places);
  }

  has(branch: number, place: number): boolean {
    const bit = branch * this.#places + place;
    return ((this.#bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  add(branch: number, from: number, to: number): void {
    for (let bit = branch * this.#places + from; bit <= branch * this.#places + to; bit += 1)
      this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }
}
