/** Quantifiers of PCRE: `*`, `+?`, `{2,5}+`. */
import { PCRE_REPEAT_LIMIT } from '../limits.ts';
import type { Node } from '../nodes.ts';
import { mistake } from './mistake.ts';
import type { Modes } from './modes.ts';

type Quantifier = Pick<Extract<Node, { kind: 'repeat' }>, 'min' | 'max' | 'mode'>;

/** A comment, or white space where it does not count, may come before what follows a quantifier. */
const SUFFIX = /(?:\(\?#[^)]*\))*([+?])/y;
const SPACED_SUFFIX = /(?:[ \t-\r]|#[^\n]*\n|\(\?#[^)]*\))*([+?])/y;

/** Reads the quantifier at `at`; undefined when there is none. Throws RuleError, so when there is nothing to repeat. */
export function readQuantifier(
  text: string,
  at: number,
  { spaced, ungreedy }: Modes,
  repeatable: boolean,
): (Quantifier & { readonly end: number }) | undefined {
  const quantifier = /([*+?])|\{(\d+)(?:(,)(\d*))?\}/y;
  quantifier.lastIndex = at;
  const [whole, sign, low = '', comma, high] = quantifier.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const end = at + whole.length;
  const unlimited = Number.POSITIVE_INFINITY;
  let [min, max] = [Number(sign === '+'), sign === '?' ? 1 : unlimited];
  if (sign === undefined) {
    min = Number(low);
    max = comma === undefined ? min : Number(high || unlimited);
    if (min > PCRE_REPEAT_LIMIT || (max > PCRE_REPEAT_LIMIT && max < unlimited))
      throw mistake(end - 1, 'number too big in {} quantifier');
    if (min > max) throw mistake(end - 1, 'numbers out of order in {} quantifier');
  }
  if (!repeatable) throw mistake(end - 1, 'quantifier does not follow a repeatable item');
  const suffixes = spaced ? SPACED_SUFFIX : SUFFIX;
  suffixes.lastIndex = end;
  const [behind = '', suffix] = suffixes.exec(text) ?? [];
  const greedy = (suffix === '?') === ungreedy ? 'most' : 'fewest';
  return { min, max, mode: suffix === '+' ? 'atomic' : greedy, end: end + behind.length };
}
