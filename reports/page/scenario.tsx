/** One result with all its evidence. */
import { useContext, useMemo } from 'preact/hooks';
import type { Check, Result } from '../../scenarios/results.ts';
import { duration, plural, visible } from '../format.ts';
import type { PageClause } from '../model.ts';
import { Changed } from './changed.tsx';
import { isOf, type Report, type Row, useDetails } from './data.ts';
import { LeftOut, Log, Notices, Outcomes, Overrides, Queries, Records } from './evidence.tsx';
import { Happened } from './happened.tsx';
import { Badge, CopyCommand, Mark, Section } from './parts.tsx';
import { Replay } from './replay.tsx';
import { type Route, routeHash } from './route.ts';
import { ServedContext } from './served.ts';
import { SideBySide } from './side-by-side.tsx';
import './scenario.css';

export function Scenario({ report, route }: { readonly report: Report; readonly route: Route }) {
  const row = report.find(route);
  const stored = useDetails(report, row);
  const { growing } = useContext(ServedContext) ?? {};
  const result = growing !== undefined && row !== undefined && isOf(growing, row) ? growing : stored;
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
          <Changed report={report} row={row} result={result} />
          <Checks report={report} result={result} title="What went wrong" wrong />
          <Replay result={result}>{(shown) => <Happened key={report.hash(row)} result={shown} />}</Replay>
          <SideBySide report={report} row={row} route={route} />
          <Checks report={report} result={result} title="Checks" wrong={false} />
          <Outcomes result={result} />
          <Queries result={result} />
          <Log result={result} />
          <Records result={result} />
          <Notices result={result} />
          <Overrides report={report} result={result} />
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
      <h1 tabIndex={-1}>{row.title === '' ? row.scenario : row.title}</h1>
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

interface ChecksProps {
  readonly report: Report;
  readonly result: Result;
  readonly title: string;
  /** Whether those that went wrong are shown, or the others. */
  readonly wrong: boolean;
}

function Checks({ report, result, title, wrong }: ChecksProps) {
  const known = useMemo(() => new Map(report.summary.clauses.map((clause) => [clause.id, clause])), [report]);
  const shown = result.checks.filter((check) => isWrong(check) === wrong);
  const own = together(shown.filter((check) => !isQuiet(check)));
  const quiet = together(shown.filter(isQuiet));
  const checked = new Set(result.checks.map((check) => check.clause));
  const unchecked = wrong ? [] : result.clauses.filter((id) => !checked.has(id));
  if (own.length + quiet.length + unchecked.length === 0) return null;
  return (
    <Section title={title} note={plural(own.length + quiet.length, 'check')}>
      {own.length + unchecked.length === 0 ? null : (
        <div class="checks">
          {own.map((checks, position) => (
            <CheckEntry key={position} checks={checks} known={known} />
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
      )}
      {quiet.length === 0 ? null : (
        <details class="quiet">
          <summary>{plural(quiet.length, 'monitor check')} passed</summary>
          <div class="checks">
            {quiet.map((checks, position) => (
              <CheckEntry key={position} checks={checks} known={known} />
            ))}
          </div>
        </details>
      )}
      {wrong ? null : <LeftOut omitted={result.omitted} member="checks" noun="check" />}
    </Section>
  );
}

function isWrong({ verdict }: Check): boolean {
  return verdict === 'failed' || verdict === 'non-strict' || verdict === 'inconclusive';
}

/** Monitors watch everything; those that saw nothing wrong stay folded. */
function isQuiet(check: Check): boolean {
  return check.verdict === 'passed' && check.by.startsWith('monitor ');
}

/** One look at the evidence may verify several clauses: it is shown once, with all of them. */
function together(checks: readonly Check[]): readonly (readonly Check[])[] {
  const groups = Map.groupBy(checks, ({ by, name, verdict, evidence }) =>
    JSON.stringify([by, name, verdict, evidence]),
  );
  return [...groups.values()];
}

interface CheckEntryProps {
  /** The same but for their clauses; at least one. */
  readonly checks: readonly Check[];
  readonly known: ReadonlyMap<string, PageClause>;
}

function CheckEntry({ checks, known }: CheckEntryProps) {
  const [check] = checks;
  if (check === undefined) return null;
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
        {[...new Map(checks.map((entry) => [entry.clause, entry])).values()].map(({ clause, level }) => (
          <ClauseLine key={clause} id={clause} level={level} clause={known.get(clause)} />
        ))}
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
