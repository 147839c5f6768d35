/** The register: every clause of every RFC, what exercised it and what came of it, or that nothing has. */
import './clauses.css';
import { useMemo } from 'preact/hooks';
import { verdicts } from '../../scenarios/verdicts.ts';
import { matcher } from '../filter.ts';
import { grouped, plural, visible } from '../format.ts';
import type { PageClause } from '../model.ts';
import { searchedClauses } from '../searched.ts';
import type { Report } from './data.ts';
import { Choices, FilterBox, Found } from './filter-box.tsx';
import { letters, Mark } from './parts.tsx';
import { rfcNames } from './rfc-names.ts';
import { type Route, replaceQuery, routeHash } from './route.ts';
import { type RowPlace, Windowed } from './windowed.tsx';

const states = [
  { value: '', label: 'all', test: () => true },
  { value: 'failed', label: 'failed', test: ({ verdict }: PageClause) => verdict === 'failed' },
  { value: 'exercised', label: 'exercised', test: ({ verdict }: PageClause) => verdict !== undefined },
  { value: 'never', label: 'never exercised', test: ({ verdict }: PageClause) => verdict === undefined },
] as const;

type Entry = PageClause | DocumentEntry;

interface DocumentEntry {
  readonly heading: string;
  /** All of the document, whatever the filter finds. */
  readonly clauses: readonly PageClause[];
  readonly found: number;
  readonly open: boolean;
}

export function Clauses({ report, route }: { readonly report: Report; readonly route: Route }) {
  const { q = '', state = '', open = '' } = route.query;
  const { clauses } = report.summary;
  const matching = useMemo(() => clauses.filter(matcher(q, searchedClauses)), [report, q]);
  const found = useMemo(
    () => matching.filter((states.find(({ value }) => value === state) ?? states[0]).test),
    [matching, state],
  );
  const filtered = q !== '' || state !== '';
  const documents = useMemo(() => Map.groupBy(clauses, ({ document }) => document), [report]);
  const entries = useMemo(
    () => entriesOf(documents, found, filtered ? undefined : open),
    [documents, found, filtered, open],
  );
  const toggle = (document: string) => {
    const known = open.split(',').filter(Boolean);
    const rest = known.filter((each) => each !== document);
    replaceQuery(route, { open: (rest.length < known.length ? rest : [...rest, document]).join(',') });
  };
  return (
    <>
      <h1 tabIndex={-1}>Clauses</h1>
      <p class="lead">
        Every rule of the register that binds the sending side of mail, and what exercised it in this run.
        What nothing has exercised is debt.
      </p>
      <div class="tools">
        <FilterBox
          value={q}
          label="Filter clauses"
          members={Object.keys(searchedClauses.members)}
          example="level:MUST verdict:never document:rfc5321"
          onChange={(text) => replaceQuery(route, { q: text })}
        />
        <Choices
          label="State"
          chosen={state}
          onChoose={(value) => replaceQuery(route, { state: value })}
          choices={states.map(({ value, label, test }) => ({
            value,
            label,
            count: matching.filter(test).length,
          }))}
        />
      </div>
      <Found found={found.length} total={clauses.length} noun="clause" />
      <div class="list">
        <Windowed items={entries} kindOf={kindOf}>
          {(entry, place) =>
            'heading' in entry ? (
              <DocumentRow
                key={`heading ${entry.heading}`}
                entry={entry}
                place={place}
                onToggle={filtered ? undefined : () => toggle(entry.heading)}
              />
            ) : (
              <ClauseRow key={entry.id} clause={entry} report={report} place={place} />
            )
          }
        </Windowed>
      </div>
    </>
  );
}

function kindOf(entry: Entry) {
  return 'heading' in entry ? 'heading' : 'clause';
}

/** @param open documents whose clauses are shown, separated by commas; all when undefined */
function entriesOf(
  documents: ReadonlyMap<string, readonly PageClause[]>,
  clauses: readonly PageClause[],
  open: string | undefined,
): Entry[] {
  const opened = new Set(open?.split(','));
  return [...Map.groupBy(clauses, ({ document }) => document)]
    .sort(byDocument)
    .flatMap(([heading, members]) => {
      const shown = open === undefined || opened.has(heading);
      const all = documents.get(heading) ?? members;
      return [{ heading, clauses: all, found: members.length, open: shown }, ...(shown ? members : [])];
    });
}

type Group = readonly [string, readonly PageClause[]];

/** RFCs with most clauses are those one looks for; Postfix and unknown ids stand at the end. */
function byDocument([a, inA]: Group, [b, inB]: Group): number {
  const rfc = Number(b.startsWith('RFC ')) - Number(a.startsWith('RFC '));
  return rfc || inB.length - inA.length || (a < b ? -1 : 1);
}

interface DocumentRowProps {
  readonly entry: DocumentEntry;
  readonly place: RowPlace;
  /** Absent where all are open. */
  readonly onToggle: (() => void) | undefined;
}

function DocumentRow({ entry: { heading, clauses, found, open }, place, onToggle }: DocumentRowProps) {
  const exercised = clauses.filter(({ verdict }) => verdict !== undefined).length;
  const never = clauses.length - exercised;
  const worst = verdicts.find((verdict) => clauses.some((clause) => clause.verdict === verdict));
  const content = (
    <>
      <Mark verdict={worst} />
      <span class="document-name">
        <strong>{visible(heading)}</strong> <span>{rfcNames.get(heading) ?? ''}</span>
        {onToggle === undefined ? <small>{grouped(found)} found</small> : null}
      </span>
      <span class="meter" aria-hidden="true">
        <span style={{ width: `${(100 * exercised) / clauses.length}%` }} />
      </span>
      <span class="document-count">
        {grouped(exercised)} of {grouped(clauses.length)}
        {never === 0 ? null : <span class="debt">, {grouped(never)} never</span>}
      </span>
    </>
  );
  return (
    <h2 class="document" {...place}>
      {onToggle === undefined ? (
        <span class="document-head">{content}</span>
      ) : (
        <button type="button" class="document-head" aria-expanded={open} onClick={onToggle}>
          {content}
        </button>
      )}
    </h2>
  );
}

interface ClauseRowProps {
  readonly clause: PageClause;
  readonly report: Report;
  readonly place: RowPlace;
}

function ClauseRow({ clause, report, place }: ClauseRowProps) {
  const { columns } = report.summary;
  return (
    <a class="clause" href={routeHash({ view: 'clauses', name: clause.id, query: {} })} {...place}>
      <Mark verdict={clause.verdict} />
      <span class="clause-text">
        <span class="clause-head">
          <code>{visible(clause.id)}</code>{' '}
          <span class={`level level-${clause.level.replace(' ', '-')}`}>{clause.level}</span>
          <span class="clause-by">{exercisedBy(report, clause)}</span>
        </span>
        <span class="statement" title={clause.statement}>
          {clause.statement || 'This id is not in the register.'}
        </span>
      </span>
      {columns.length > 1 && clause.verdict !== undefined ? (
        <span class="clause-senders">
          {clause.byColumn.map((verdict, column) => (
            <span
              key={column}
              class={`verdict-cell ${verdict ?? 'missing'}`}
              role="img"
              aria-label={`${columns[column]?.sender ?? ''}: ${verdict ?? 'not exercised'}`}
              title={`${columns[column]?.sender ?? ''}: ${verdict ?? 'not exercised'}`}
            >
              {verdict === null ? '·' : letters[verdict]}
            </span>
          ))}
        </span>
      ) : null}
    </a>
  );
}

function exercisedBy(report: Report, clause: PageClause): string {
  const scenarios = report.scenarioCounts().get(clause) ?? 0;
  const by = [
    ...(scenarios === 0 ? [] : [plural(scenarios, 'scenario')]),
    ...(clause.monitors.length === 0 ? [] : [plural(clause.monitors.length, 'monitor')]),
  ];
  return by.length === 0 ? 'never exercised' : by.join(', ');
}
