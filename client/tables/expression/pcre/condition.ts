/** Conditions of PCRE, `(?(1)yes|no)`: two ways, each of which begins with a test that holds when the other's does not. */
import { assertion, either, type Node, sequence } from '../nodes.ts';
import { mistake } from './mistake.ts';
import type { GroupWord, Opening } from './opening.ts';

export type ConditionOpening = Extract<Opening, { kind: 'condition' }>;

type Tests = readonly [holds: Node, fails: Node];

const NOTHING = sequence();

/** `look`: what is looked at where that is the condition; `refer` makes nodes about a group. */
export function conditionTests(
  opening: ConditionOpening,
  look: Node | undefined,
  refer: (group: GroupWord, nodeOf: (number: number) => Node) => Node,
): Tests {
  if (look?.kind === 'look') return [look, { ...look, negated: !look.negated }];
  if (!('group' in opening)) return [assertion(() => false), NOTHING];
  const { on, group } = opening;
  const kind = on === 'group' ? 'took' : 'within';
  const test = (wanted: boolean): Node =>
    group === undefined
      ? { kind: 'within', number: undefined, wanted }
      : refer(group, (number) => ({ kind, number, wanted }));
  return [test(true), test(false)];
}

/** Throws RuleError when there are too many ways. */
export function conditional(
  [holds, fails]: Tests,
  inside: Node,
  { on }: ConditionOpening,
  start: number,
): Node {
  const [yes = NOTHING, no, more] = inside.kind === 'choice' ? inside.options : [inside];
  if (more !== undefined) throw mistake(start, 'conditional subpattern contains more than two branches');
  if (on === 'never' && no !== undefined)
    throw mistake(start + 3, 'DEFINE subpattern contains more than one branch');
  return either([sequence(holds, yes), sequence(fails, no ?? NOTHING)]);
}
