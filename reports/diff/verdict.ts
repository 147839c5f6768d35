/** What became of a verdict, and whether it ought to stop a release. Pure. */
import type { Change, Check, Result } from '../../scenarios/results.ts';

type Judged = Pick<Change, 'kind' | 'regression' | 'text'>;

/** What a change of verdict means; undefined where it is the same verdict for the same reason. */
export function verdictChange(before: Result, now: Result): Judged | undefined {
  const [was, is] = [stateOf(before), stateOf(now)];
  const text = `${told(before)} before, ${told(now)} now`;
  if (is === 'failing' && was === 'failing') {
    const other = newFailure(before, now);
    return other && broken(`failed before too, but not at this: ${nameOf(other)}: ${other.evidence}`);
  }
  if (is === 'failing') return broken(now.reason === '' ? text : now.reason);
  if (is === 'open' && was !== 'open') {
    // A machine that is too slow leaves a live run undecided; in virtual time nothing but the sender does.
    const machine = now.verdict === 'inconclusive' && now.world === 'live';
    return { kind: 'undecided', regression: was === 'good' && !machine, text };
  }
  if (is === 'good' && (was === 'failing' || was === 'excused'))
    return { kind: 'fixed', regression: false, text };
  if (was === is && before.verdict === now.verdict) return undefined;
  return { kind: 'verdict', regression: false, text };
}

const broken = (text: string): Judged => ({ kind: 'broken', regression: true, text });

/** A result that the baseline has not: a failure that no expectation names is a regression all the same. */
export function newChange(now: Result): Judged {
  const regression = stateOf(now) === 'failing';
  return { kind: 'new', regression, text: told(now) };
}

export function isFailing(result: Result): boolean {
  return stateOf(result) === 'failing';
}

function stateOf({ verdict, expected }: Result): 'failing' | 'excused' | 'open' | 'good' {
  if (verdict === 'failed') return expected === undefined ? 'failing' : 'excused';
  return verdict === 'skipped' || verdict === 'unsupported' || verdict === 'inconclusive' ? 'open' : 'good';
}

function told({ verdict, expected, reason }: Result): string {
  if (expected !== undefined) return `${verdict} as expected (${expected})`;
  return reason === '' ? verdict : `${verdict} (${reason})`;
}

/** What a check is, whatever it saw. */
export function checkKey({ clause, by, name }: Check): string {
  return JSON.stringify([clause, by, name]);
}

/** A check that failed now, and did not before. */
function newFailure(before: Result, now: Result): Check | undefined {
  const known = new Set(before.checks.filter(({ verdict }) => verdict === 'failed').map(checkKey));
  return now.checks.find((check) => check.verdict === 'failed' && !known.has(checkKey(check)));
}

function nameOf({ clause, name }: Check): string {
  return name ?? clause;
}
