/** The register: every clause of every RFC, what exercised it and what came of it. */
import { useMemo, useState } from 'preact/hooks';
import { verdicts } from '../../scenarios/verdicts.ts';
import { grouped, plural } from '../format.ts';
import type { PageClause } from '../model.ts';
import type { Report } from './data.ts';
import { Choices, FilterBox } from './filter-box.tsx';
import { Counts, LongList, Mark } from './parts.tsx';
import { rfcNames } from './rfc-names.ts';
import { type Route, replaceQuery } from './route.ts';
import './clauses.css';

const scenarioLinksLimit = 6;

const states = [
  { value: '', label: 'all', test: () => true },
  { value: 'failed', label: 'failed', test: (clause: PageClause) => clause.verdict === 'failed' },
  { value: 'exercised', label: 'exercised', test: (clause: PageClause) => clause.verdict !== undefined },
  { value: 'none', label: 'not yet exercised', test: (clause: PageClause) => clause.verdict === undefined },
] as const;

export function Clauses({ report, route }: { readonly report: Report; readonly route: Route }) {
  const { q = '', state = '' } = route.query;
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = useMemo(
    () =>
      report.summary.clauses.filter((clause) => {
        const text = `${clause.id} ${clause.document} ${clause.level} ${clause.statement}`.toLowerCase();
        return words.every((word) => text.includes(word));
      }),
    [report, q],
  );
  const test = states.find((entry) => entry.value === state)?.test ?? states[0].test;
  const documents = [...Map.groupBy(matching.filter(test), (clause) => clause.document)].sort(byDocument);
  const filtered = q !== '' || state !== '';
  return (
    <>
      <h1 tabIndex={-1}>Clauses</h1>
      <p class="lead">
        Every rule of the register that binds the sending side of mail, with the scenarios and monitors that
        exercised it in this run.
      </p>
      <div class="tools">
        <FilterBox value={q} label="Filter clauses" onChange={(text) => replaceQuery(route, { q: text })} />
        <Choices
          label="State"
          chosen={state}
          onChoose={(value) => replaceQuery(route, { state: value })}
          choices={states.map(({ value, label, test: counts }) => ({
            value,
            label,
            count: matching.filter(counts).length,
          }))}
        />
      </div>
      {documents.length === 0 ? <p class="empty">No clause matches.</p> : null}
      {documents.map(([document, clauses]) => (
        <DocumentClauses
          key={`${document} ${filtered}`}
          report={report}
          document={document}
          clauses={clauses}
          open={filtered}
        />
      ))}
    </>
  );
}

type Group = readonly [string, readonly PageClause[]];

/** RFCs with most clauses are those one looks for; Postfix and unknown ids stand at the end. */
function byDocument([a, inA]: Group, [b, inB]: Group): number {
  const rfc = Number(b.startsWith('RFC ')) - Number(a.startsWith('RFC '));
  return rfc || inB.length - inA.length || (a < b ? -1 : 1);
}

interface DocumentProps {
  readonly report: Report;
  readonly document: string;
  readonly clauses: readonly PageClause[];
  readonly open: boolean;
}

function DocumentClauses({ report, document, clauses, open: openAtFirst }: DocumentProps) {
  const [open, setOpen] = useState(openAtFirst);
  const exercised = clauses.filter((clause) => clause.verdict !== undefined).length;
  const worst = verdicts.find((verdict) => clauses.some((clause) => clause.verdict === verdict));
  return (
    <details class="document" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Mark verdict={worst} />
        <span class="document-name">
          <strong>{document}</strong> <span>{rfcNames.get(document) ?? ''}</span>
        </span>
        <span class="meter" aria-hidden="true">
          <span style={{ width: `${(100 * exercised) / clauses.length}%` }} />
        </span>
        <span class="document-count">
          {grouped(exercised)} of {grouped(clauses.length)}
        </span>
      </summary>
      {open ? (
        <div class="clauses">
          <LongList items={clauses} of={document}>
            {(clause) => <ClauseEntry key={clause.id} report={report} clause={clause} />}
          </LongList>
        </div>
      ) : null}
    </details>
  );
}

function ClauseEntry({ report, clause }: { readonly report: Report; readonly clause: PageClause }) {
  return (
    <article class="clause">
      <Mark verdict={clause.verdict} />
      <div>
        <p class="clause-head">
          <code>{clause.id}</code>{' '}
          <span class={`level level-${clause.level.replace(' ', '-')}`}>{clause.level}</span>
        </p>
        <p class="statement">{clause.statement || 'This id is not in the register.'}</p>
        {clause.verdict === undefined ? <p class="unexercised">not yet exercised</p> : null}
        <ExercisedBy report={report} clause={clause} />
      </div>
    </article>
  );
}

function ExercisedBy({ report, clause }: { readonly report: Report; readonly clause: PageClause }) {
  const [all, setAll] = useState(false);
  const sorted = clause.scenarios.toSorted(
    (a, b) => verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict),
  );
  const shown = all ? sorted : sorted.slice(0, scenarioLinksLimit);
  return (
    <>
      {shown.length === 0 ? null : (
        <ul class="by">
          {shown.map(({ result, verdict }) => {
            const row = report.rows[result];
            return row === undefined ? null : (
              <li key={result}>
                <Mark verdict={verdict} /> <a href={report.hash(row)}>{row.scenario}</a>
              </li>
            );
          })}
          {sorted.length > shown.length ? (
            <li>
              <button type="button" class="link" onClick={() => setAll(true)}>
                {plural(sorted.length - shown.length, 'more scenario')}
              </button>
            </li>
          ) : null}
        </ul>
      )}
      {clause.monitors.map((monitor) => (
        <p key={monitor.name} class="monitor">
          monitor <code>{monitor.name}</code>: <Counts counts={monitor.counts} />
          {monitor.examples.map((index) => {
            const row = report.rows[index];
            return row === undefined ? null : (
              <a key={index} href={report.hash(row)}>
                {row.scenario}
              </a>
            );
          })}
        </p>
      ))}
    </>
  );
}
