/** What the sender decided, and why, in order of time. */
import type { Result } from '../../scenarios/results.ts';
import { plural, visible } from '../format.ts';
import { clockTime } from './dialogue.tsx';
import { LeftOut } from './evidence.tsx';
import './decisions.css';

interface DecisionsProps {
  readonly result: Result;
  /** Id of a step of the diagram. */
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}

export function Decisions({ result, selected, onSelect }: DecisionsProps) {
  const { decisions = [], sender } = result;
  return (
    <section class="decisions" aria-label="Decisions">
      <h3>
        Decisions <span class="note">{plural(decisions.length, 'decision')}</span>
      </h3>
      {decisions.length === 0 ? <p class="empty">No decision of {visible(sender)} is known.</p> : null}
      <ol>
        {decisions.map(({ atMs, about, text, because }, position) => {
          const id = `d${position}`;
          return (
            <li key={id}>
              <button type="button" aria-pressed={selected === id} onClick={() => onSelect(id)}>
                <span class="decision-place">
                  <time>{clockTime(atMs)}</time> {visible(about)}
                </span>
                <span class="decision-text">{visible(text)}</span>
                {because === undefined ? null : <span class="decision-because">{visible(because)}</span>}
              </button>
            </li>
          );
        })}
      </ol>
      <LeftOut omitted={result.omitted} member="decisions" noun="decision" />
    </section>
  );
}
