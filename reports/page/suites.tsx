/** Every result, by suite, with a filter by words and conditions, verdict and suite. */
import { useMemo } from 'preact/hooks';
import { type Verdict, verdicts } from '../../scenarios/verdicts.ts';
import { matcher } from '../filter.ts';
import { countVerdicts, type VerdictCounts, visible } from '../format.ts';
import { searchedRows } from '../searched.ts';
import type { Report, Row } from './data.ts';
import { Choices, FilterBox, Found } from './filter-box.tsx';
import { Counts, ResultRow } from './parts.tsx';
import { type Route, replaceQuery } from './route.ts';
import { Windowed } from './windowed.tsx';

type Entry = Row | { readonly heading: string; readonly counts: VerdictCounts };

export function Suites({ report, route }: { readonly report: Report; readonly route: Route }) {
  const { q = '', verdict = '', suite = '' } = route.query;
  const searched = useMemo(() => searchedRows(report.summary), [report]);
  const matching = useMemo(() => {
    const matches = matcher(q, searched);
    return report.rows.filter((row) => (suite === '' || row.suite === suite) && matches(row));
  }, [report, q, suite]);
  const counts = useMemo(() => countVerdicts(matching), [matching]);
  const found = useMemo(
    () => (verdict === '' ? matching : matching.filter((row) => row.verdict === verdict)),
    [matching, verdict],
  );
  const entries = useMemo(() => entriesOf(found), [found]);
  const suites = useMemo(() => [...new Set(report.rows.map((row) => row.suite))], [report]);
  const present = verdicts.filter((entry) => counts[entry] > 0 || entry === verdict);
  return (
    <>
      <h1 tabIndex={-1}>Suites</h1>
      <div class="tools">
        <FilterBox
          value={q}
          label="Filter scenarios"
          members={Object.keys(searched.members)}
          example="verdict:failed suite:tls* -tag:slow"
          onChange={(text) => replaceQuery(route, { q: text })}
        />
        <select
          aria-label="Suite"
          value={suite}
          onChange={(event) => replaceQuery(route, { suite: event.currentTarget.value })}
        >
          <option value="">All suites</option>
          {suites.map((name) => (
            <option key={name} value={name}>
              {visible(name)}
            </option>
          ))}
        </select>
        <Choices
          label="Verdict"
          chosen={verdict}
          onChoose={(value) => replaceQuery(route, { verdict: value })}
          choices={[
            { value: '', label: 'all', count: matching.length },
            ...present.map((entry) => ({ value: entry, label: entry, count: counts[entry as Verdict] })),
          ]}
        />
      </div>
      <Found found={found.length} total={report.rows.length} noun="result" />
      <div class="list">
        <Windowed items={entries} kindOf={kindOf}>
          {(entry, place) =>
            'heading' in entry ? (
              <h2 key={`heading ${entry.heading}`} class="group" {...place}>
                <span>{visible(entry.heading)}</span> <Counts counts={entry.counts} />
              </h2>
            ) : (
              <ResultRow key={entry.index} report={report} row={entry} place={place} />
            )
          }
        </Windowed>
      </div>
    </>
  );
}

function kindOf(entry: Entry) {
  if ('heading' in entry) return 'heading';
  return entry.reason === '' && entry.expected === undefined ? 'result' : 'reason';
}

function entriesOf(rows: readonly Row[]): Entry[] {
  return [...Map.groupBy(rows, (row) => row.suite)].flatMap(([heading, members]): Entry[] => [
    { heading, counts: countVerdicts(members) },
    ...members,
  ]);
}
