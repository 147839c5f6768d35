/** The first view: how it went, what needs attention, and what was run. */
import { useMemo } from 'preact/hooks';
import { type Verdict, verdicts } from '../../scenarios/verdicts.ts';
import { countVerdicts, duration, grouped, plural } from '../format.ts';
import { Agreements } from './agreements.tsx';
import { Changes } from './changes.tsx';
import type { Report, Row } from './data.ts';
import { Bar, Counts, Mark, ResultRow, Section } from './parts.tsx';
import { routeHash } from './route.ts';
import './overview.css';

const urgent: readonly Verdict[] = ['failed', 'non-strict', 'inconclusive'];
const attentionLimit = 12;
const slowestLimit = 6;

export function Overview({ report }: { readonly report: Report }) {
  const { rows } = report;
  const counts = useMemo(() => countVerdicts(rows), [report]);
  const attention = useMemo(
    () =>
      rows
        .filter((row) => urgent.includes(row.verdict) && row.expected === undefined)
        .toSorted((a, b) => verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict)),
    [report],
  );
  const expected = rows.filter((row) => row.expected !== undefined).length;
  const slowest = useMemo(() => slowestOf(rows), [report]);
  return (
    <>
      <div class="headline">
        <p class="eyebrow">{startedText(report)}</p>
        <h1 tabIndex={-1}>{headline(rows.length, counts.failed)}</h1>
        {expected === 0 ? null : (
          <p class="lead">
            {grouped(expected)} of them {expected === 1 ? 'is' : 'are'} expected, each with a reason.
          </p>
        )}
        {report.summary.run.interrupted === true ? (
          <p class="warning">
            The run was interrupted: {grouped(rows.length)}
            {report.summary.run.selected === undefined ? '' : ` of ${grouped(report.summary.run.selected)}`}{' '}
            finished.
          </p>
        ) : null}
        <Bar counts={counts} />
        <ul class="legend">
          {verdicts
            .filter((verdict) => counts[verdict] > 0)
            .map((verdict) => (
              <li key={verdict}>
                <a href={routeHash({ view: 'suites', name: '', query: { verdict } })}>
                  <Mark verdict={verdict} />
                  <strong>{grouped(counts[verdict])}</strong> {verdict}
                </a>
              </li>
            ))}
        </ul>
      </div>
      <Facts report={report} />
      <Changes report={report} />
      <Agreements report={report} />
      {attention.length === 0 ? null : (
        <Section title="Needs attention">
          <div class="list">
            {attention.slice(0, attentionLimit).map((row) => (
              <ResultRow key={row.index} report={report} row={row} />
            ))}
          </div>
          {attention.length > attentionLimit ? (
            <p class="after">
              All:{' '}
              {urgent
                .filter((verdict) => counts[verdict] > 0)
                .map((verdict, position) => (
                  <span key={verdict}>
                    {position === 0 ? '' : ', '}
                    <a href={routeHash({ view: 'suites', name: '', query: { verdict } })}>
                      {grouped(counts[verdict])} {verdict}
                    </a>
                  </span>
                ))}
            </p>
          ) : null}
        </Section>
      )}
      <Section title="Suites">
        <SuiteTable report={report} />
      </Section>
      <Section title="Slowest to run" note="wall time">
        <div class="list">
          {slowest.map((row) => (
            <ResultRow key={row.index} report={report} row={row} time="wall" />
          ))}
        </div>
      </Section>
    </>
  );
}

/** The slowest first, without sorting all. */
function slowestOf(rows: readonly Row[]): Row[] {
  const found: Row[] = [];
  for (const row of rows) {
    if (found.length === slowestLimit && row.wallMs <= (found.at(-1)?.wallMs ?? 0)) continue;
    found.push(row);
    found.sort((a, b) => b.wallMs - a.wallMs);
    found.length = Math.min(found.length, slowestLimit);
  }
  return found;
}

function headline(total: number, failed: number): string {
  if (total === 0) return 'Nothing was run';
  if (failed === 0)
    return total === 1 ? 'The only result did not fail' : `None of ${grouped(total)} results failed`;
  return `${grouped(failed)} of ${plural(total, 'result')} failed`;
}

function startedText({ summary }: Report): string {
  const started = new Date(summary.run.startedAt);
  const text = started.toLocaleString('en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  return `${text} UTC`;
}

function Facts({ report }: { readonly report: Report }) {
  const { run, clauses } = report.summary;
  const virtual = report.rows.filter((row) => row.world === 'virtual');
  const virtualMs = virtual.reduce((sum, row) => sum + row.virtualMs, 0);
  const wallMs = run.wallMs ?? report.rows.reduce((sum, row) => sum + row.wallMs, 0);
  const registered = clauses.filter((clause) => clause.document.startsWith('RFC '));
  const exercised = registered.filter((clause) => clause.verdict !== undefined).length;
  const senders = [...new Set(report.rows.map((row) => row.sender))];
  return (
    <dl class="facts">
      <Fact name="Simulated time" value={virtualMs === 0 ? 'none' : duration(virtualMs)} />
      <Fact name="Wall time" value={duration(wallMs)} />
      <Fact name="RFC clauses exercised" value={`${grouped(exercised)} of ${grouped(registered.length)}`} />
      <Fact name={senders.length === 1 ? 'Sender' : 'Senders'} value={senders.join(', ') || 'none'} />
      <Fact name="World" value={run.world} />
      <Fact name="Seed" value={run.seed === undefined ? 'several' : String(run.seed)} />
      <Fact name="Nexthop" value={run.nexthop} />
      {run.eventHash === undefined ? null : (
        <div class="fact">
          <dt>Event hash</dt>
          <dd class="hash" title={run.eventHash}>
            <code>{run.eventHash}</code>
          </dd>
        </div>
      )}
    </dl>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function SuiteTable({ report }: { readonly report: Report }) {
  const suites = useMemo(
    () =>
      [...Map.groupBy(report.rows, (row) => row.suite)].map(([name, rows]) => ({
        name,
        counts: countVerdicts(rows),
        size: rows.length,
      })),
    [report],
  );
  return (
    <div class="list">
      {suites.map(({ name, counts, size }) => (
        <a
          key={name}
          class="row suite-row"
          href={routeHash({ view: 'suites', name: '', query: { suite: name } })}
        >
          <span class="suite-name">{name}</span>
          <span class="suite-size">{grouped(size)}</span>
          <Bar counts={counts} />
          <Counts counts={counts} />
        </a>
      ))}
    </div>
  );
}
