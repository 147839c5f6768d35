/** From the tree of a regular expression to instructions that a matcher can follow without recursion. */
import { RuleError } from '../rule-error.ts';
import { INSTRUCTIONS_LIMIT } from './limits.ts';
import { type Assertion, type CharacterTest, type Expression, isAnything, type Node } from './nodes.ts';

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
  | { readonly do: 'reference'; readonly number: number; readonly anyCase: boolean }
  | { readonly do: 'done' };

export interface Program {
  readonly instructions: readonly Instruction[];
  /** Two for the whole and for each group, start and end, then those of loops. */
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
  const compiler = new Compiler(2 * (groups + 1));
  compiler.add(root);
  compiler.emit({ do: 'done' });
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
  if (instructions.some(({ do: kind }) => kind === 'reference' || kind === 'alone'))
    return { branchCount: 0 };
  let branchCount = 0;
  const branches = instructions.map(({ do: kind }) => {
    if (kind !== 'split' && kind !== 'span') return undefined;
    branchCount += 1;
    return branchCount - 1;
  });
  return { branches, branchCount };
}

/** What begins with `.*` and fails at the start fails everywhere, unless something refers to what that took. */
function needsNoSearch(instructions: readonly Instruction[]): boolean {
  const first = instructions.find((instruction) => instruction.do !== 'save');
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

  constructor(slots: number) {
    this.slots = slots;
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
        this.emit({ do: 'save', slot: 2 * node.number });
        this.add(node.item);
        this.emit({ do: 'save', slot: 2 * node.number + 1 });
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
        this.emit({ do: 'reference', number: node.number, anyCase: node.anyCase });
        break;
    }
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

  #addLook({ behind, negated, item }: Extract<Node, { kind: 'look' }>): void {
    const use = negated ? 'forbid' : 'require';
    if (!behind) {
      this.#addAlone(use, 0, item);
      return;
    }
    // Each alternative has a length of its own; none of them may hold, or one of them must.
    const options = item.kind === 'choice' ? item.options : [item];
    const looks = options.map((option): Node => ({ kind: 'look', behind: true, negated, item: option }));
    if (looks.length > 1)
      this.add(negated ? { kind: 'sequence', items: looks } : { kind: 'choice', options: looks });
    else this.#addAlone(use, widthOf(item), item);
  }
}

/** How many characters a node matches; throws RuleError when that varies. */
function widthOf(node: Node): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'sequence':
      return node.items.reduce((sum, item) => sum + widthOf(item), 0);
    case 'choice': {
      const [first = 0, ...rest] = node.options.map(widthOf);
      if (rest.some((width) => width !== first))
        throw new RuleError('lookbehind assertion is not fixed length');
      return first;
    }
    case 'repeat':
      if (node.min !== node.max) throw new RuleError('lookbehind assertion is not fixed length');
      return node.min * widthOf(node.item);
    case 'group':
    case 'atomic':
      return widthOf(node.item);
    case 'look':
    case 'assertion':
      return 0;
    case 'reference':
      throw new RuleError('lookbehind assertion is not fixed length');
  }
}
