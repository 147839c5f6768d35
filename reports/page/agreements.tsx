/** How far senders agree with the oracle, and what is wrong with the expectations: for the first view. */
import { useMemo } from 'preact/hooks';
import type { AgreementState } from '../agreement.ts';
import { grouped, plural, visible } from '../format.ts';
import type { PageComparison } from '../model.ts';
import type { Report } from './data.ts';
import { Section } from './parts.tsx';
import { routeHash } from './route.ts';
import './agreements.css';

const listedLimit = 12;

export function Agreements({ report }: { readonly report: Report }) {
  const { comparisons, problems } = report.summary;
  const groups = useMemo(() => [...Map.groupBy(comparisons, (entry) => groupOf(entry, report))], [report]);
  if (comparisons.length === 0 && problems.length === 0) return null;
  return (
    <Section title="Agreement">
      {groups.map(([name, members]) => {
        const number = (state: AgreementState) => members.filter((entry) => entry.state === state).length;
        const decided = members.length - number('undecided');
        const fresh = members.filter(({ state }) => state === 'new');
        return (
          <div key={name} class="agreement">
            <p>
              <strong>{visible(name)}</strong> to the line in {grouped(number('same'))} of{' '}
              {plural(decided, 'scenario')}; accepted differences: {grouped(number('accepted'))}; new:{' '}
              {grouped(number('new'))}; undecided: {grouped(number('undecided'))}.{' '}
              <a href={routeHash({ view: 'matrix', name: '', query: { show: 'differs' } })}>
                All differences
              </a>
            </p>
            <ul>
              {fresh.slice(0, listedLimit).map((entry) => (
                <NewDifference key={entry.row} entry={entry} report={report} />
              ))}
            </ul>
          </div>
        );
      })}
      {problems.map((problem, position) => (
        <p key={position} class="warning">
          {visible(problem)}
        </p>
      ))}
    </Section>
  );
}

function groupOf({ row, oracle, oracleVersion }: PageComparison, report: Report): string {
  return `${report.rows[row]?.sender ?? ''} agrees with ${oracle} ${oracleVersion}`;
}

function NewDifference({ entry, report }: { readonly entry: PageComparison; readonly report: Report }) {
  const row = report.rows[entry.row];
  const difference = entry.differences.find(({ accepted }) => accepted === undefined);
  if (row === undefined || difference === undefined) return null;
  return (
    <li>
      <a href={report.hash(row)}>{visible(row.scenario)}</a>: {visible(difference.text)}
    </li>
  );
}
