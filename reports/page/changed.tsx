/** What is otherwise than in the baseline in one result: the dialogue before beside the one of now. */
import type { Difference, Result } from '../../scenarios/results.ts';
import { changeNames, verdictsText } from '../diff/words.ts';
import { visible } from '../format.ts';
import { type Report, type Row, useBefore } from './data.ts';
import { Section } from './parts.tsx';
import { Compared } from './side-by-side.tsx';
import './changes.css';

interface ChangedProps {
  readonly report: Report;
  readonly row: Row;
  readonly result: Result;
}

/** Nothing of the baseline was accepted: that is for differences from an oracle. */
const noneAccepted = new Map<Difference['kind'], undefined>();

export function Changed({ report, row, result }: ChangedProps) {
  const changes = report.changes(row);
  const kept = changes.find(({ before }) => before !== undefined);
  const before = useBefore(report, kept);
  if (changes.length === 0) return null;
  const [{ verdictBefore } = {}] = changes;
  return (
    <Section title="Since the baseline">
      <ul class="changed">
        {changes.map((change, position) => (
          <li key={position}>
            <span class={`change-kind${change.regression ? ' is-regression' : ''}`}>
              {changeNames[change.kind]}
            </span>{' '}
            {verdictsText(change)}
            {change.text === row.reason ? null : <span class="change-text">{visible(change.text)}</span>}
          </li>
        ))}
      </ul>
      {typeof before === 'object' ? (
        <Compared
          left={{ ...before, sender: 'before' }}
          right={{ ...result, sender: 'now' }}
          accepted={noneAccepted}
        />
      ) : null}
      {before === undefined && verdictBefore !== undefined && verdictBefore !== row.verdict ? (
        <p class="empty">
          The result before is not in this report, which keeps those of the gravest changes; the report of the
          baseline has it.
        </p>
      ) : null}
      {before === 'loading' ? (
        <p class="empty" aria-live="polite">
          Reading the result before…
        </p>
      ) : null}
    </Section>
  );
}
