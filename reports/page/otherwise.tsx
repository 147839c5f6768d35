/** Decisions that only one of two results took, beside each other. */
import type { Result, StoredDecision } from '../../scenarios/results.ts';
import { decidedOtherwise } from '../decided-otherwise.ts';
import { visible } from '../format.ts';
import { clockTime } from './dialogue.tsx';
import './otherwise.css';

export function Otherwise({ left, right }: { readonly left: Result; readonly right: Result }) {
  const found = decidedOtherwise(left, right);
  if (found === undefined || found.left.length + found.right.length === 0) return null;
  return (
    <div class="otherwise">
      <Decided by={left.sender} decisions={found.left} />
      <Decided by={right.sender} decisions={found.right} />
    </div>
  );
}

interface DecidedProps {
  readonly by: string;
  readonly decisions: readonly StoredDecision[];
}

function Decided({ by, decisions }: DecidedProps) {
  return (
    <div>
      <p>
        Decided by <strong>{visible(by)}</strong> alone
      </p>
      {decisions.length === 0 ? <p class="empty">nothing</p> : null}
      <ul>
        {decisions.map(({ atMs, text, because }, position) => (
          <li key={position}>
            <time>{clockTime(atMs)}</time> {visible(text)}
            {because === undefined ? null : <span class="under">{visible(because)}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
