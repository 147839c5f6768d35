/** One clause: what it says, the verdict of each sender, and the scenarios and monitors that exercised it. */
import './clause.css';
import { useMemo } from 'preact/hooks';
import { plural, visible } from '../format.ts';
import { matrixEntries, scenarioMatrix } from '../matrix.ts';
import type { PageClause, PageRow } from '../model.ts';
import type { Report } from './data.ts';
import { MatrixTable } from './matrix-table.tsx';
import { Badge, Counts, Mark, Section } from './parts.tsx';
import { rfcNames } from './rfc-names.ts';
import { routeHash } from './route.ts';

export function Clause({ report, id }: { readonly report: Report; readonly id: string }) {
  const clause = report.summary.clauses.find((each) => each.id === id);
  if (clause === undefined) {
    return (
      <>
        <h1 tabIndex={-1}>No such clause</h1>
        <p class="lead">
          The register holds no <code>{visible(id)}</code>. <a href="#/clauses">All clauses</a>
        </p>
      </>
    );
  }
  return (
    <>
      <nav class="crumbs" aria-label="Place">
        <a href={routeHash({ view: 'clauses', name: '', query: { open: clause.document } })}>
          {visible(clause.document)} {rfcNames.get(clause.document) ?? ''}
        </a>
      </nav>
      <p class="eyebrow">
        {visible(clause.document)}
        {clause.section === '' ? '' : `, section ${visible(clause.section)}`}
      </p>
      <h1 tabIndex={-1}>
        <code>{visible(clause.id)}</code>
      </h1>
      <p class="clause-statement">
        <span class={`level level-${clause.level.replace(' ', '-')}`}>{clause.level}</span>{' '}
        {clause.statement || 'This id is not in the register.'}
      </p>
      <p class="verdict-line">
        {clause.verdict === undefined ? (
          <span>Nothing in this run exercised it.</span>
        ) : (
          <Badge verdict={clause.verdict} />
        )}
      </p>
      <Senders report={report} clause={clause} />
      <Monitors report={report} clause={clause} />
      <Scenarios report={report} clause={clause} />
    </>
  );
}

interface PartProps {
  readonly report: Report;
  readonly clause: PageClause;
}

function Senders({ report, clause }: PartProps) {
  const { columns } = report.summary;
  if (columns.length < 2 || clause.verdict === undefined) return null;
  return (
    <Section title="Senders">
      <ul class="clause-verdicts">
        {columns.map(({ sender, senderVersion, world }, column) => (
          <li key={column}>
            <Mark verdict={clause.byColumn[column] ?? undefined} />
            <span>
              <strong>{visible(sender)}</strong> {visible(senderVersion)}, {world}:{' '}
              {clause.byColumn[column] ?? 'not exercised'}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Monitors({ report, clause }: PartProps) {
  if (clause.monitors.length === 0) return null;
  return (
    <Section title="Monitors" note="watch every session">
      {clause.monitors.map((monitor) => (
        <p key={monitor.name} class="monitor">
          <code>{visible(monitor.name)}</code>: <Counts counts={monitor.counts} />
          {monitor.examples.map((index) => {
            const row = report.rows[index];
            return row === undefined ? null : (
              <a key={index} href={report.hash(row)}>
                {visible(row.scenario)}
              </a>
            );
          })}
        </p>
      ))}
    </Section>
  );
}

function Scenarios({ report, clause }: PartProps) {
  const rows = useMemo(() => {
    const place = report.summary.clauses.indexOf(clause);
    return scenarioMatrix(
      report.summary,
      ({ exercised }: PageRow) => exercised.find((each) => each.clause === place)?.verdict,
    );
  }, [report, clause]);
  const entries = useMemo(() => matrixEntries(rows, ({ suite }) => suite, '').entries, [rows]);
  if (rows.length === 0) return null;
  return (
    <Section title="Scenarios" note={plural(rows.length, 'scenario')}>
      <MatrixTable report={report} entries={entries} noun="scenario" />
    </Section>
  );
}
