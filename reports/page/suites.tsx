/** Every result, by suite, with a filter by text, verdict and suite. */
import { useMemo } from 'preact/hooks';
import { type Verdict, verdicts } from '../../scenarios/verdicts.ts';
import { countVerdicts, grouped, plural, type VerdictCounts } from '../format.ts';
import type { Report, Row } from './data.ts';
import { Choices, FilterBox } from './filter-box.tsx';
import { Counts, LongList, ResultRow } from './parts.tsx';
import { type Route, replaceQuery } from './route.ts';

type Entry = { readonly suite: string; readonly counts: VerdictCounts } | { readonly row: Row };

export function Suites({ report, route }: { readonly report: Report; readonly route: Route }) {
  const { q = '', verdict = '', suite = '' } = route.query;
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = useMemo(
    () =>
      report.rows.filter(
        (row) => (suite === '' || row.suite === suite) && words.every((word) => row.searched.includes(word)),
      ),
    [report, q, suite],
  );
  const counts = useMemo(() => countVerdicts(matching), [matching]);
  const entries = useMemo(() => entriesOf(matching, verdict), [matching, verdict]);
  const found = verdict === '' ? matching.length : (counts[verdict as Verdict] ?? 0);
  const suites = useMemo(() => [...new Set(report.rows.map((row) => row.suite))], [report]);
  const present = verdicts.filter((entry) => counts[entry] > 0 || entry === verdict);
  return (
    <>
      <h1 tabIndex={-1}>Suites</h1>
      <div class="tools">
        <FilterBox value={q} label="Filter scenarios" onChange={(text) => replaceQuery(route, { q: text })} />
        <select
          aria-label="Suite"
          value={suite}
          onChange={(event) => replaceQuery(route, { suite: event.currentTarget.value })}
        >
          <option value="">All suites</option>
          {suites.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <Choices
          label="Verdict"
          chosen={verdict}
          onChoose={(value) => replaceQuery(route, { verdict: value })}
          choices={[
            { value: '', label: 'all', count: matching.length },
            ...present.map((entry) => ({ value: entry, label: entry, count: counts[entry] })),
          ]}
        />
      </div>
      <p class="found" aria-live="polite">
        {found === report.rows.length
          ? plural(found, 'result')
          : `${grouped(found)} of ${plural(report.rows.length, 'result')}`}
      </p>
      <div class="list">
        <LongList items={entries} of={`${q}\n${verdict}\n${suite}`}>
          {(entry) =>
            'row' in entry ? (
              <ResultRow key={entry.row.index} report={report} row={entry.row} />
            ) : (
              <h2 key={entry.suite} class="group">
                {entry.suite} <Counts counts={entry.counts} />
              </h2>
            )
          }
        </LongList>
      </div>
    </>
  );
}

function entriesOf(rows: readonly Row[], verdict: string): Entry[] {
  const groups = Map.groupBy(
    rows.filter((row) => verdict === '' || row.verdict === verdict),
    (row) => row.suite,
  );
  return [...groups].flatMap(([suite, members]): Entry[] => [
    { suite, counts: countVerdicts(members) },
    ...members.map((row) => ({ row })),
  ]);
}
