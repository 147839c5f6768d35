/** How changes since a baseline are told, in every report. Pure: the page uses it in a browser. */
import { type ChangeKind, changeKinds } from '../../scenarios/verdicts.ts';
import { grouped } from '../format.ts';

/** As headings, and as labels beside a figure. */
export const changeNames: Readonly<Record<ChangeKind, string>> = {
  broken: 'broken',
  disagreement: 'new disagreement with the oracle',
  absent: 'absent',
  undecided: 'no longer decided',
  'expired-expectation': 'expired expectation',
  'unexpected-pass': 'unexpected pass',
  'unused-expectation': 'unused expectation',
  fixed: 'fixed',
  verdict: 'other verdict',
  behaviour: 'other behaviour',
  new: 'new',
  slower: 'slower',
  faster: 'faster',
};

interface Counted {
  readonly kind: ChangeKind;
  readonly regression: boolean;
}

/** Kinds that occur, from the gravest to the mildest. */
export function countChanges(
  changes: readonly Counted[],
): { readonly kind: ChangeKind; readonly count: number; readonly regressions: number }[] {
  return changeKinds.flatMap((kind) => {
    const own = changes.filter((change) => change.kind === kind);
    if (own.length === 0) return [];
    return [{ kind, count: own.length, regressions: own.filter(({ regression }) => regression).length }];
  });
}

/** `2 broken, 1 fixed`; empty when nothing changed. */
export function changesText(changes: readonly Counted[]): string {
  return countChanges(changes)
    .map(({ kind, count }) => `${grouped(count)} ${changeNames[kind]}`)
    .join(', ');
}

/** `passed → failed`, `still failed`, `passed before`, `failed`; empty where the change is not about a verdict. */
export function verdictsText({ verdictBefore, verdictNow }: Verdicts): string {
  if (verdictNow === undefined) return verdictBefore === undefined ? '' : `${verdictBefore} before`;
  if (verdictBefore === undefined) return verdictNow;
  return verdictBefore === verdictNow ? `still ${verdictNow}` : `${verdictBefore} → ${verdictNow}`;
}

interface Verdicts {
  readonly verdictBefore?: string;
  readonly verdictNow?: string;
}
