/** How far senders agree with the oracle, in figures. Pure: the page uses it in a browser. */
import type { Comparison } from '../scenarios/results.ts';

export type AgreementState = 'same' | 'accepted' | 'new' | 'undecided';

export interface Agreement
  extends Pick<Comparison, 'sender' | 'senderVersion' | 'oracle' | 'oracleVersion' | 'world'> {
  readonly counts: Readonly<Record<AgreementState, number>>;
  /** Comparisons that came to an answer. */
  readonly decided: number;
}

/** One difference that nobody accepted makes the whole comparison new. */
export function agreementState({
  same,
  undecided,
  differences,
}: Pick<Comparison, 'same' | 'undecided' | 'differences'>): AgreementState {
  if (undecided !== undefined) return 'undecided';
  if (same) return 'same';
  return differences.every(({ accepted }) => accepted !== undefined) ? 'accepted' : 'new';
}

/** One for each sender, oracle and world. */
export function agreements(comparisons: readonly Comparison[]): Agreement[] {
  const groups = Map.groupBy(comparisons, ({ sender, senderVersion, oracle, oracleVersion, world }) =>
    JSON.stringify([sender, senderVersion, oracle, oracleVersion, world]),
  );
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const counts = { same: 0, accepted: 0, new: 0, undecided: 0 };
    for (const member of members) counts[agreementState(member)] += 1;
    const { sender, senderVersion, oracle, oracleVersion, world } = first;
    const decided = members.length - counts.undecided;
    return [{ sender, senderVersion, oracle, oracleVersion, world, counts, decided }];
  });
}
