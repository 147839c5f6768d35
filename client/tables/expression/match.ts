/**
 * Follows the instructions of a regular expression over one text, trying alternatives in their order. Where an
 * instruction has come to nothing at a place, it is not tried there again, so that the work grows with the text and not
 * with the ways through it. That needs expressions without back references, looks around, conditions and calls;
 * for the others, and always, the work for one text is limited.
 */
import { RuleError } from '../rule-error.ts';
import { TableError } from '../table.ts';
import { Hopeless } from './hopeless.ts';
import { STEPS_LIMIT } from './limits.ts';
import { isSameInCase } from './nodes.ts';
import type { Instruction, Program } from './program.ts';
import { EXHAUSTED, Trail } from './trail.ts';

/**
 * The text that matched, then those of its groups; undefined when nothing matches. Throws RuleError when a group calls
 * itself before it has matched anything, where PCRE gives up too, and TableError when the work goes beyond the limits:
 * then nobody knows whether it does.
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

class Matcher {
  readonly #program: Program;
  readonly #text: readonly string[];
  readonly #trail: Trail;
  readonly #hopeless: Hopeless | undefined;
  #steps = 0;

  constructor(program: Program, text: readonly string[]) {
    this.#program = program;
    this.#text = text;
    this.#hopeless = program.branches && Hopeless.over(program.branchCount, text.length + 1);
    this.#trail = new Trail(program.slots, this.#hopeless);
  }

  /** The slots of the first match, from the left. */
  search(): readonly number[] | undefined {
    const last = this.#program.anchored ? 0 : this.#text.length;
    for (let start = 0; start <= last; start += 1) {
      const end = this.#program.longest ? this.#longest(start) : this.#run(0, start);
      if (end === undefined) continue;
      return this.#trail.slots;
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
    this.#trail.restart(slots);
    return best;
  }

  #copySlots(): number[] {
    this.#work(this.#trail.slots.length);
    return [...this.#trail.slots];
  }

  /** Follows the instructions to `done`; the end of the match, or undefined. Alternatives are forgotten unless kept. */
  #run(instruction: number, at: number, keep = false): number | undefined {
    const base = this.#trail.length;
    const end = this.#follow(instruction, at, base);
    if (!keep) this.#trail.forgetChoices(base);
    return end;
  }

  /** Goes on with the alternatives after a match. */
  #resume(base: number): number | undefined {
    const next = this.#trail.back(base);
    return next && this.#follow(next.instruction, next.at, base);
  }

  #follow(from: number, place: number, base: number): number | undefined {
    let instruction = from;
    let at = place;
    for (;;) {
      this.#work(1);
      const step = this.#step(instruction, at);
      if (step === 'done') return at;
      const next = step ?? this.#trail.back(base);
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
        this.#trail.push({ kind: 'place', instruction: instruction.second, at });
        return { instruction: instruction.first, at };
      case 'jump':
        return { instruction: instruction.to, at };
      case 'save':
        this.#trail.save(instruction.slot, at);
        return goOn(at);
      case 'leaveIfStuck':
        return this.#trail.slots[instruction.slot] === at ? { instruction: instruction.to, at } : goOn(at);
      case 'assert':
        return instruction.holds(this.#text, at) ? goOn(at) : undefined;
      case 'alone':
        return this.#alone(instruction, number, at);
      case 'reference':
        return this.#reference(instruction, number, at);
      case 'took':
        return (this.#trail.slots[2 * instruction.number + 1] ?? -1) >= 0 === instruction.wanted
          ? goOn(at)
          : undefined;
      case 'within': {
        const within =
          this.#trail.call !== undefined &&
          (instruction.number ?? this.#trail.call.number) === this.#trail.call.number;
        return within === instruction.wanted ? goOn(at) : undefined;
      }
      case 'call':
        return this.#enter(instruction, number, at);
      case 'capture':
        return this.#capture(instruction, number, at);
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
    if (first !== last) this.#trail.push({ kind: 'places', instruction, at: first + step, step, last });
    return { instruction, at: first };
  }

  #alone(
    { use, back, next }: Extract<Instruction, { do: 'alone' }>,
    number: number,
    at: number,
  ): { instruction: number; at: number } | undefined {
    const base = this.#trail.length;
    const end = at < back ? undefined : this.#run(number + 1, at - back);
    if (use !== 'forbid')
      return end === undefined ? undefined : { instruction: next, at: use === 'consume' ? end : at };
    this.#trail.back(base);
    return end === undefined ? { instruction: next, at } : undefined;
  }

  #reference(
    { number: group, anyCase, unicode }: Extract<Instruction, { do: 'reference' }>,
    number: number,
    at: number,
  ): { instruction: number; at: number } | undefined {
    const [start = -1, end = -1] = [this.#trail.slots[2 * group], this.#trail.slots[2 * group + 1]];
    // A group that took no part matches nowhere.
    if (start < 0 || end < start) return undefined;
    this.#work(end - start);
    for (let offset = 0; offset < end - start; offset += 1) {
      const [wanted = '', found] = [this.#text[start + offset], this.#text[at + offset]];
      const same = anyCase ? isSameInCase(wanted, found, unicode) : wanted === found;
      if (!same) return undefined;
    }
    return { instruction: number + 1, at: at + end - start };
  }

  #enter(
    { number, to }: Extract<Instruction, { do: 'call' }>,
    from: number,
    at: number,
  ): { instruction: number; at: number } {
    for (let call = this.#trail.call; call !== undefined; call = call.outer) {
      this.#work(1);
      if (call.number === number && call.at === at)
        throw new RuleError('nested recursion at the same subject position');
    }
    this.#trail.setCall({ number, at, next: from + 1, slots: this.#copySlots(), outer: this.#trail.call });
    return { instruction: to, at };
  }

  #capture(
    { number, from }: Extract<Instruction, { do: 'capture' }>,
    here: number,
    at: number,
  ): { instruction: number; at: number } {
    const call = this.#trail.call;
    if (call?.number !== number) {
      this.#trail.save(2 * number, this.#trail.slots[from] ?? -1);
      this.#trail.save(2 * number + 1, at);
      return { instruction: here + 1, at };
    }
    this.#work(call.slots.length);
    for (const [slot, value] of call.slots.entries())
      if (this.#trail.slots[slot] !== value) this.#trail.save(slot, value);
    this.#trail.setCall(call.outer);
    return { instruction: call.next, at };
  }

  /** Whether an instruction with alternatives is worth a try; the places are hopeless once all have come to nothing. */
  #begin(number: number, at: number, last: number): boolean {
    const branch = this.#program.branches?.[number];
    if (this.#hopeless === undefined || branch === undefined) return true;
    if (this.#hopeless.has(branch, at)) return false;
    this.#trail.push({ kind: 'hopeless', branch, at, last });
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
