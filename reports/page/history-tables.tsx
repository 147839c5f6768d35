/** What the history says in words: scenarios that cannot be relied on, verdicts that changed, and the runs. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { FlakyScenario, History, VerdictChange } from '../../scenarios/results-history.ts';
import { duration, grouped, visible } from '../format.ts';
import { countsText, passRate, resultsIn } from '../history/rate.ts';
import type { Report } from './data.ts';
import { Badge, Section } from './parts.tsx';
import { Table } from './table.tsx';

interface TablesProps {
  readonly report: Report;
  readonly history: History;
}

export function HistoryTables({ report, history }: TablesProps) {
  const { flaky, changes, runs } = history;
  return (
    <>
      <Section title="Flaky scenarios" note="equal runs that did not agree">
        {flaky.length === 0 ? (
          <p class="empty">None: runs of the same code always came to the same.</p>
        ) : (
          <FirstRows
            heads={['Last seen', 'Nexthop', 'What came of it', 'Scenario']}
            rows={flaky.map((entry, position) => (
              <tr key={position}>
                <td class="time">{moment(entry.lastAt)}</td>
                <td>{visible(entry.nexthop)}</td>
                <td>{entry.about === 'verdict' ? countsText(entry.counts) : 'other events, same verdict'}</td>
                <td>
                  <ScenarioName report={report} entry={entry} />
                </td>
              </tr>
            ))}
          />
        )}
      </Section>
      <Section title="Verdicts that changed" note="the latest first">
        {changes.length === 0 ? (
          <p class="empty">None, in these runs.</p>
        ) : (
          <FirstRows
            heads={['Since', 'Version', 'Verdict', 'Scenario']}
            rows={changes.map((entry, position) => (
              <tr key={position}>
                <td class="time">{moment(entry.at)}</td>
                <td>{versionText(entry)}</td>
                <td>
                  <Badge verdict={entry.before} /> → <Badge verdict={entry.now} />
                </td>
                <td>
                  <ScenarioName report={report} entry={entry} />
                </td>
              </tr>
            ))}
          />
        )}
      </Section>
      <Section title="Runs" note="the latest first">
        <FirstRows
          heads={['Started', 'Nexthop', 'Duration', 'Results']}
          rows={runs.toReversed().map((run) => (
            <tr key={run.id}>
              <td class="time">{moment(run.startedAt)}</td>
              <td>{visible(run.nexthop)}</td>
              <td>{run.wallMs === undefined ? 'not known' : duration(run.wallMs)}</td>
              <td>
                {grouped(resultsIn(run.counts))}, {passRate(run.counts) ?? 'nothing'} passed
                <span class="under">
                  {countsText(run.counts)}; {grouped(run.clauses)} clauses
                  {run.incomplete ? '; incomplete' : ''}
                </span>
              </td>
            </tr>
          ))}
        />
      </Section>
    </>
  );
}

const rowsAtFirst = 12;

/** A table that is as long as it is wanted. */
function FirstRows({ heads, rows }: { readonly heads: readonly string[]; readonly rows: readonly VNode[] }) {
  const [all, setAll] = useState(false);
  return (
    <div class="history-table">
      <Table heads={heads}>{all ? rows : rows.slice(0, rowsAtFirst)}</Table>
      {all || rows.length <= rowsAtFirst ? null : (
        <button type="button" class="link after" onClick={() => setAll(true)}>
          Show all {grouped(rows.length)}
        </button>
      )}
    </div>
  );
}

function ScenarioName({
  report,
  entry,
}: {
  readonly report: Report;
  readonly entry: FlakyScenario | VerdictChange;
}) {
  const row = report
    .ofScenario(entry.scenario)
    .find(
      ({ sender, world, seed }) => sender === entry.sender && world === entry.world && seed === entry.seed,
    );
  const name = visible(entry.scenario);
  return (
    <>
      {row === undefined ? name : <a href={report.hash(row)}>{name}</a>}
      <span class="under">{visible(entry.sender)}</span>
    </>
  );
}

function versionText({ nexthop, nexthopBefore, senderVersion, senderVersionBefore }: VerdictChange): string {
  if (nexthop !== nexthopBefore) return `${visible(nexthopBefore)} → ${visible(nexthop)}`;
  if (senderVersion !== senderVersionBefore)
    return `${visible(senderVersionBefore)} → ${visible(senderVersion)}`;
  return visible(nexthop);
}

/** `24 Nov 2026, 18:30`, in UTC. */
function moment(timestamp: string): string {
  return new Date(timestamp).toLocaleString('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
}
