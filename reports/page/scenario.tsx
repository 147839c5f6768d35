/** One result with all its evidence. */
import { useMemo } from 'preact/hooks';
import type { Check, Result } from '../../scenarios/results.ts';
import { duration, plural, visible } from '../format.ts';
import type { PageClause } from '../model.ts';
import { type Report, type Row, useDetails } from './data.ts';
import { Dialogue } from './dialogue.tsx';
import { LeftOut, Log, Outcomes, Overrides, Queries } from './evidence.tsx';
import { Badge, CopyCommand, Mark, Section } from './parts.tsx';
import { type Route, routeHash } from './route.ts';
import { SideBySide } from './side-by-side.tsx';
import './scenario.css';

export function Scenario({ report, route }: { readonly report: Report; readonly route: Route }) {
  const row = report.find(route);
  const result = useDetails(report, row);
  if (row === undefined) {
    return (
      <>
        <h1 tabIndex={-1}>No such scenario</h1>
        <p class="lead">
          This report holds no result for <code>{route.name}</code>. <a href="#/suites">All suites</a>
        </p>
      </>
    );
  }
  const [before, after] = [report.rows[row.index - 1], report.rows[row.index + 1]];
  return (
    <>
      <nav class="crumbs" aria-label="Place">
        <a href={routeHash({ view: 'suites', name: '', query: { suite: row.suite } })}>{row.suite}</a>
        <span class="crumbs-steps">
          {before === undefined ? null : (
            <a href={report.hash(before)} rel="prev" title={before.scenario}>
              ← previous
            </a>
          )}
          {after === undefined ? null : (
            <a href={report.hash(after)} rel="next" title={after.scenario}>
              next →
            </a>
          )}
        </span>
      </nav>
      <Head report={report} row={row} result={typeof result === 'object' ? result : undefined} />
      {typeof result !== 'object' ? (
        <NoEvidence row={row} loading={result === 'loading'} />
      ) : (
        <>
          <Checks report={report} result={result} />
          <SideBySide report={report} row={row} route={route} />
          <Sessions result={result} />
          <Outcomes result={result} />
          <Queries result={result} />
          <Log result={result} />
          <Overrides result={result} />
        </>
      )}
    </>
  );
}

function NoEvidence({ row, loading }: { readonly row: Row; readonly loading: boolean }) {
  if (loading) {
    return (
      <p class="empty" aria-live="polite">
        Reading the evidence…
      </p>
    );
  }
  return (
    <p class="warning">
      {row.chunk === undefined
        ? 'The evidence of this result is not in this file, which would have become too large to be mailed with it; results.json beside it holds it.'
        : 'The evidence of this result is damaged in this file, which may have been cut short on its way; results.json beside it holds it.'}
    </p>
  );
}

interface HeadProps {
  readonly report: Report;
  readonly row: Row;
  /** Absent while it is being read. */
  readonly result: Result | undefined;
}

/** What the summary knows stands at once, so that the view has its heading before the evidence is read. */
function Head({ report, row, result }: HeadProps) {
  return (
    <div class="scenario-head">
      <p class="eyebrow">
        <code>{row.scenario}</code>
      </p>
      <h1 tabIndex={-1}>{row.title}</h1>
      <p class="verdict-line">
        <Badge verdict={row.verdict} />
        {row.reason === '' ? null : <span>{visible(row.reason)}</span>}
      </p>
      {row.expected === undefined ? null : <p class="expected">Expected: {visible(row.expected)}</p>}
      <p class="facts-line">
        <span>
          {row.sender} {report.summary.columns[row.column]?.senderVersion}
        </span>
        <span>{row.world} world</span>
        <span>{duration(row.virtualMs)} simulated</span>
        <span>{duration(row.wallMs)} wall time</span>
        <span>seed {row.seed}</span>
        {result === undefined || result.tags.length === 0 ? null : <span>{result.tags.join(', ')}</span>}
      </p>
      {result === undefined ? null : <CopyCommand text={result.replay} />}
    </div>
  );
}

function Checks({ report, result }: { readonly report: Report; readonly result: Result }) {
  const known = useMemo(() => new Map(report.summary.clauses.map((clause) => [clause.id, clause])), [report]);
  const own = result.checks.filter((check) => !isQuiet(check));
  const quiet = result.checks.filter(isQuiet);
  const checked = new Set(result.checks.map((check) => check.clause));
  const unchecked = result.clauses.filter((id) => !checked.has(id));
  return (
    <Section title="Checks" note={plural(result.checks.length, 'check')}>
      <div class="checks">
        {own.map((check, position) => (
          <CheckEntry key={position} check={check} clause={known.get(check.clause)} />
        ))}
        {unchecked.map((id) => (
          <div key={id} class="check">
            <Mark verdict={undefined} />
            <div>
              <ClauseLine id={id} level={known.get(id)?.level} clause={known.get(id)} />
            </div>
          </div>
        ))}
      </div>
      {quiet.length === 0 ? null : (
        <details class="quiet">
          <summary>{plural(quiet.length, 'monitor check')} passed</summary>
          <div class="checks">
            {quiet.map((check, position) => (
              <CheckEntry key={position} check={check} clause={known.get(check.clause)} />
            ))}
          </div>
        </details>
      )}
      <LeftOut omitted={result.omitted} member="checks" noun="check" />
    </Section>
  );
}

/** Monitors watch everything; those that saw nothing wrong stay folded. */
function isQuiet(check: Check): boolean {
  return check.verdict === 'passed' && check.by.startsWith('monitor ');
}

function CheckEntry({ check, clause }: { readonly check: Check; readonly clause: PageClause | undefined }) {
  return (
    <div class={`check ${check.verdict}`}>
      <Mark verdict={check.verdict} />
      <div>
        <p class="check-name">
          {check.name === undefined ? check.by : visible(check.name)}
          <span class="check-by">
            {check.name === undefined ? check.verdict : `${check.by}, ${check.verdict}`}
          </span>
        </p>
        <ClauseLine id={check.clause} level={check.level} clause={clause} />
        {check.evidence === '' ? null : (
          <pre class="evidence">{check.evidence.split('\n').map(visible).join('\n')}</pre>
        )}
      </div>
    </div>
  );
}

interface ClauseLineProps {
  readonly id: string;
  readonly level: string | undefined;
  readonly clause: PageClause | undefined;
}

function ClauseLine({ id, level, clause }: ClauseLineProps) {
  return (
    <p class="clause-line">
      <a href={routeHash({ view: 'clauses', name: id, query: {} })}>
        <code>{id}</code>
      </a>{' '}
      {level === undefined ? null : <span class={`level level-${level.replace(' ', '-')}`}>{level}</span>}{' '}
      <span class="statement">{clause?.statement ?? ''}</span>
    </p>
  );
}

function Sessions({ result }: { readonly result: Result }) {
  return (
    <Section title="Dialogue" note={plural(result.sessions.length, 'session')}>
      {result.sessions.length === 0 ? <p class="empty">No session was opened.</p> : null}
      {result.sessions.map((session, position) => (
        <Dialogue key={position} session={session} number={position + 1} />
      ))}
      <LeftOut omitted={result.omitted} member="lines" noun="line" />
      <LeftOut omitted={result.omitted} member="sessions" noun="session" />
    </Section>
  );
}
