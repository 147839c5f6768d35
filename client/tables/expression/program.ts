/** From the tree of a regular expression to instructions that a matcher can follow without recursion. */
import { RuleError } from '../rule-error.ts';
import { INSTRUCTIONS_LIMIT } from './limits.ts';
import {
  type Assertion,
  assertions,
  type CharacterTest,
  type Expression,
  isAnything,
  type Node,
} from './nodes.ts';
import { mistake } from './pcre/mistake.ts';
import { widthOf } from './width.ts';

/** A node that is an instruction too. */
type Do<K extends Node['kind']> = Omit<Extract<Node, { kind: K }>, 'kind'> & { readonly do: K };

export type Instruction =
  | { readonly do: 'set'; readonly has: CharacterTest }
  /** As many characters of a set as there are, or as few. */
  | {
      readonly do: 'span';
      readonly has: CharacterTest;
      readonly min: number;
      readonly max: number;
      readonly most: boolean;
    }
  /** Goes on at `first`; at `second` if that comes to nothing. */
  | { readonly do: 'split'; first: number; second: number }
  | { readonly do: 'jump'; to: number }
  /** Keeps the place in a slot. */
  | { readonly do: 'save'; readonly slot: number }
  /** Leaves a loop whose round, begun where the slot says, has matched nothing: it would never end. */
  | { readonly do: 'leaveIfStuck'; readonly slot: number; to: number }
  | { readonly do: 'assert'; readonly holds: Assertion }
  /** Runs the instructions up to `next` by themselves, from `back` characters before. */
  | {
      readonly do: 'alone';
      readonly use: 'consume' | 'require' | 'forbid';
      readonly back: number;
      next: number;
    }
  | Do<'reference'>
  | Do<'took'>
  | Do<'within'>
  | { readonly do: 'call'; readonly number: number; to: number }
  /** Ends a group whose start is in a slot; ends a call of it too. */
  | { readonly do: 'capture'; readonly number: number; readonly from: number }
  | { readonly do: 'done' };

export interface Program {
  readonly instructions: readonly Instruction[];
  /** Two for the whole and for each group, start and end; one each for where it begins now; then those of loops. */
  readonly slots: number;
  readonly groups: number;
  readonly longest: boolean;
  readonly anchored: boolean;
  /**
   * For each instruction that has alternatives its number among these, from 0; undefined elsewhere. Absent when how a
   * place goes on depends on more than the place: on what a group matched, or on whether it is looked at alone.
   */
  readonly branches?: readonly (number | undefined)[];
  readonly branchCount: number;
}

/** Throws RuleError for an expression that is too large, and for a look behind of no fixed length. */
export function compile({ root, groups, longest, anchored }: Expression): Program {
  const compiler = new Compiler(groups);
  compiler.add({ kind: 'group', number: 0, item: root });
  compiler.emit({ do: 'done' });
  compiler.connectCalls();
  const { instructions, slots } = compiler;
  return {
    instructions,
    slots,
    groups,
    longest,
    anchored: anchored || needsNoSearch(instructions),
    ...branchesOf(instructions),
  };
}

function branchesOf(instructions: readonly Instruction[]): Pick<Program, 'branches' | 'branchCount'> {
  if (instructions.some(({ do: kind }) => ['reference', 'alone', 'took', 'within', 'call'].includes(kind)))
    return { branchCount: 0 };
  let branchCount = 0;
  const branches = instructions.map(({ do: kind }) => {
    if (kind !== 'split' && kind !== 'span') return undefined;
    branchCount += 1;
    return branchCount - 1;
  });
  return { branches, branchCount };
}

/**
 * What begins with `^` matches at the start or nowhere; so does what begins with `.*`, unless something refers to what
 * that took.
 */
function needsNoSearch(instructions: readonly Instruction[]): boolean {
  const first = instructions.find((instruction) => instruction.do !== 'save');
  if (first?.do === 'assert') return first.holds === assertions.start;
  return (
    first?.do === 'span' &&
    first.has === isAnything &&
    first.min === 0 &&
    first.max === Number.POSITIVE_INFINITY &&
    !instructions.some((instruction) => instruction.do === 'reference')
  );
}

class Compiler {
  readonly instructions: Instruction[] = [];
  slots: number;
  #visits = 0;

  readonly #groups: number;
  /** Where groups begin. */
  readonly #entries = new Map<number, number>();

  constructor(groups: number) {
    this.#groups = groups;
    this.slots = 3 * (groups + 1);
  }

  connectCalls(): void {
    for (const instruction of this.instructions)
      if (instruction.do === 'call') instruction.to = this.#entries.get(instruction.number) ?? 0;
  }

  get #here(): number {
    return this.instructions.length;
  }

  emit<I extends Instruction>(instruction: I): I {
    this.instructions.push(instruction);
    return instruction;
  }

  add(node: Node): void {
    this.#visits += 1;
    if (this.#visits > INSTRUCTIONS_LIMIT) throw new RuleError('Regular expression too big');
    switch (node.kind) {
      case 'set':
        this.emit({ do: 'set', has: node.has });
        break;
      case 'sequence':
        for (const item of node.items) this.add(item);
        break;
      case 'choice':
        this.#addChoice(node.options);
        break;
      case 'repeat':
        this.#addRepeat(node);
        break;
      case 'group':
        this.#addGroup(node);
        break;
      case 'atomic':
        this.#addAlone('consume', 0, node.item);
        break;
      case 'look':
        this.#addLook(node);
        break;
      case 'assertion':
        this.emit({ do: 'assert', holds: node.holds });
        break;
      case 'reference':
      case 'took':
      case 'within': {
        const { kind, ...rest } = node;
        this.emit({ do: kind, ...rest } as Instruction);
        break;
      }
      case 'call':
        this.emit({ do: 'call', number: node.number, to: 0 });
        break;
    }
  }

  #addGroup({ number, item }: Extract<Node, { kind: 'group' }>): void {
    const from = 2 * (this.#groups + 1) + number;
    if (!this.#entries.has(number)) this.#entries.set(number, this.#here);
    this.emit({ do: 'save', slot: from });
    this.add(item);
    this.emit({ do: 'capture', number, from });
  }

  #addChoice(options: readonly Node[]): void {
    const jumps: { to: number }[] = [];
    for (const [index, option] of options.entries()) {
      if (index === options.length - 1) {
        this.add(option);
        break;
      }
      const split = this.emit({ do: 'split', first: this.#here + 1, second: 0 });
      this.add(option);
      jumps.push(this.emit({ do: 'jump', to: 0 }));
      split.second = this.#here;
    }
    for (const jump of jumps) jump.to = this.#here;
  }

  #addRepeat(node: Extract<Node, { kind: 'repeat' }>): void {
    const { item, min, max, mode } = node;
    if (mode === 'atomic') {
      this.#addAlone('consume', 0, { ...node, mode: 'most' });
      return;
    }
    const most = mode === 'most';
    if (item.kind === 'set') {
      this.emit({ do: 'span', has: item.has, min, max, most });
      return;
    }
    if (max === 0) {
      // What is called may stand here.
      const jump = this.emit({ do: 'jump', to: 0 });
      this.add(item);
      jump.to = this.#here;
      return;
    }
    for (let count = 0; count < min; count += 1) this.add(item);
    if (max === Number.POSITIVE_INFINITY) this.#addLoop(item, most);
    else this.#addOptional(item, max - min, most);
  }

  #addLoop(item: Node, most: boolean): void {
    const slot = this.slots;
    this.slots += 1;
    const start = this.#here;
    const split = this.emit({ do: 'split', first: 0, second: 0 });
    this.emit({ do: 'save', slot });
    this.add(item);
    const stuck = this.emit({ do: 'leaveIfStuck', slot, to: 0 });
    this.emit({ do: 'jump', to: start });
    stuck.to = this.#here;
    this.#direct(split, start + 1, this.#here, most);
  }

  /** Up to `count` times. */
  #addOptional(item: Node, count: number, most: boolean): void {
    const splits: { first: number; second: number; body: number }[] = [];
    for (let each = 0; each < count; each += 1) {
      const split = this.emit({ do: 'split', first: 0, second: 0, body: this.#here + 1 });
      splits.push(split);
      this.add(item);
    }
    for (const split of splits) this.#direct(split, split.body, this.#here, most);
  }

  #direct(split: { first: number; second: number }, body: number, exit: number, most: boolean): void {
    split.first = most ? body : exit;
    split.second = most ? exit : body;
  }

  #addAlone(use: 'consume' | 'require' | 'forbid', back: number, item: Node): void {
    const alone = this.emit({ do: 'alone', use, back, next: 0 });
    this.add(item);
    this.emit({ do: 'done' });
    alone.next = this.#here;
  }

  #addLook({ behind, negated, at, item }: Extract<Node, { kind: 'look' }>): void {
    const use = negated ? 'forbid' : 'require';
    if (!behind) {
      this.#addAlone(use, 0, item);
      return;
    }
    // Each alternative has a length of its own; none of them may hold, or one of them must.
    const options = item.kind === 'choice' ? item.options : [item];
    const looks = options.map((option): Node => ({ kind: 'look', behind: true, negated, at, item: option }));
    if (looks.length > 1)
      this.add(negated ? { kind: 'sequence', items: looks } : { kind: 'choice', options: looks });
    else {
      const width = widthOf(item);
      if (width === undefined) throw mistake(at, 'lookbehind assertion is not fixed length');
      this.#addAlone(use, width, item);
    }
  }
}
