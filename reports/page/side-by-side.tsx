/** What two senders did with one scenario, side by side, with the first difference that means something marked. */
import { useMemo } from 'preact/hooks';
import type { CanonicalLine } from '../../scenarios/oracle/canonical.ts';
import { compare, type SessionPair, sessionPairs } from '../../scenarios/oracle/compare.ts';
import type { Difference, Result, StoredSession } from '../../scenarios/results.ts';
import { visible } from '../format.ts';
import { type Report, type Row, useDetails } from './data.ts';
import { Otherwise } from './otherwise.tsx';
import { Section } from './parts.tsx';
import { type Route, replaceQuery } from './route.ts';
import './agreements.css';
import './side-by-side.css';

interface SideBySideProps {
  readonly report: Report;
  readonly row: Row;
  readonly route: Route;
}

export function SideBySide({ report, row, route }: SideBySideProps) {
  const others = report
    .ofScenario(row.scenario)
    .filter(({ index, seed }) => index !== row.index && seed === row.seed);
  const oracle = report.comparison(row)?.oracle;
  const asked = others.find(({ index }) => String(index) === route.query.with);
  const other = asked ?? others.find(({ sender }) => sender === oracle) ?? others[0];
  const left = useDetails(report, row);
  const right = useDetails(report, other);
  if (other === undefined || left === undefined || right === undefined) return null;
  const accepted =
    other.sender === oracle
      ? new Map(report.comparison(row)?.differences.map((entry) => [entry.kind, entry.accepted]))
      : new Map<Difference['kind'], string | undefined>();
  return (
    <Section title="Side by side">
      <div class="pair-choice">
        <select
          aria-label="Left"
          value={report.hash(row)}
          onChange={(event) => {
            location.hash = event.currentTarget.value;
          }}
        >
          {[row, ...others].map((entry) => (
            <option key={entry.index} value={report.hash(entry)}>
              {label(report, entry)}
            </option>
          ))}
        </select>
        <span>and</span>
        <select
          aria-label="Right"
          value={String(other.index)}
          onChange={(event) => replaceQuery(route, { with: event.currentTarget.value })}
        >
          {others.map((entry) => (
            <option key={entry.index} value={String(entry.index)}>
              {label(report, entry)}
            </option>
          ))}
        </select>
      </div>
      {left === 'loading' || right === 'loading' ? null : (
        <Compared left={left} right={right} accepted={accepted} />
      )}
    </Section>
  );
}

function label(report: Report, row: Row): string {
  const version = report.summary.columns[row.column]?.senderVersion ?? '';
  return `${row.sender} ${version}, ${row.world}: ${row.verdict}`;
}

interface ComparedProps {
  readonly left: Result;
  readonly right: Result;
  readonly accepted: ReadonlyMap<Difference['kind'], string | undefined>;
}

/** Two results of one scenario, named by their senders. */
export function Compared({ left, right, accepted }: ComparedProps) {
  const agreement = useMemo(() => compare(left, right), [left, right]);
  const pairs = useMemo(() => sessionPairs(left, right), [left, right]);
  const firstDifferent = pairs.findIndex(({ rows }) => rows.some(({ is }) => is === 'different'));
  return (
    <>
      {'undecided' in agreement ? (
        <p class="agreement">Undecided: {visible(agreement.undecided)}</p>
      ) : (
        <Differences differences={agreement.differences} accepted={accepted} />
      )}
      <Otherwise left={left} right={right} />
      {pairs.map((pair, index) => (
        <Pair
          key={index}
          pair={pair}
          number={index + 1}
          names={[left.sender, right.sender]}
          first={index === firstDifferent}
        />
      ))}
    </>
  );
}

interface DifferencesProps {
  readonly differences: readonly Difference[];
  readonly accepted: ComparedProps['accepted'];
}

function Differences({ differences, accepted }: DifferencesProps) {
  if (differences.length === 0)
    return <p class="agreement">The same outcomes, the same dialogue and the same log.</p>;
  return (
    <ul class="agreement">
      {differences.map(({ kind, text }, index) => {
        const next = differences[index + 1];
        const own = accepted.get(kind);
        // Several with one reason in a row: it is told once, after the last.
        const reason = next !== undefined && accepted.get(next.kind) === own ? undefined : own;
        return (
          <li key={kind}>
            <span class="kind">{kind}</span>
            {visible(text)}
            {reason === undefined ? null : <span class="accepted">Accepted: {visible(reason)}</span>}
          </li>
        );
      })}
    </ul>
  );
}

interface PairProps {
  readonly pair: SessionPair;
  readonly number: number;
  readonly names: readonly [string, string];
  /** Whether the first difference of all is in this one. */
  readonly first: boolean;
}

function Pair({ pair, number, names, first }: PairProps) {
  const at = first ? pair.rows.findIndex(({ is }) => is === 'different') : -1;
  return (
    <figure class="pair">
      <figcaption>
        <Caption name={names[0]} session={pair.left} number={number} />
        <Caption name={names[1]} session={pair.right} number={number} />
      </figcaption>
      {pair.rows.map(({ left, right, is }, index) => (
        <div
          key={index}
          class={`pair-row is-${is}${index === at ? ' is-first' : ''}`}
          title={is === 'ignored' ? `means nothing: ${(left ?? right)?.ignored ?? ''}` : undefined}
        >
          {index === at ? <span class="first-mark">First difference</span> : null}
          <Side line={left} of={names[0]} />
          <Side line={right} of={names[1]} />
        </div>
      ))}
    </figure>
  );
}

interface CaptionProps {
  readonly name: string;
  readonly session: StoredSession | undefined;
  readonly number: number;
}

function Caption({ name, session, number }: CaptionProps) {
  if (session === undefined) {
    return (
      <span>
        <strong>{visible(name)}</strong> <small>no session {number}</small>
      </span>
    );
  }
  const where = session.port === 0 ? session.address : `[${session.address}]:${session.port}`;
  return (
    <span>
      <strong>{visible(name)}</strong>
      <small>
        session {number} with {visible(session.host)} {visible(where)}
      </small>
    </span>
  );
}

function Side({ line, of }: { readonly line: CanonicalLine | undefined; readonly of: string }) {
  if (line === undefined) {
    return (
      <span class="pair-side of-note">
        <span class="of">{visible(of)}: </span>–
      </span>
    );
  }
  return (
    <span class={`pair-side${line.from === '!' ? ' of-note' : ''}`}>
      <span class="of">{visible(of)}: </span>
      {line.from === '!' ? null : <span class="who">{line.from}: </span>}
      {visible(line.text)}
    </span>
  );
}
