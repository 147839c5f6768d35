/** What changed since the baseline, for the first view: figures by kind, and the changes that matter most. */
import { changeNames, countChanges, verdictsText } from '../diff/words.ts';
import { grouped, plural, visible } from '../format.ts';
import type { PageBaseline, PageChange } from '../model.ts';
import type { Report } from './data.ts';
import { Section } from './parts.tsx';
import { routeHash } from './route.ts';
import './changes.css';

const listedLimit = 12;

export function Changes({ report }: { readonly report: Report }) {
  const { baseline } = report.summary;
  if (baseline === undefined) return null;
  const { changes, notes } = baseline;
  const regressions = changes.filter(({ regression }) => regression).length;
  // What is new and did not fail is counted only: after an addition it would bury the rest.
  const listed = changes.filter(({ kind, regression }) => regression || kind !== 'new');
  return (
    <Section title="Since the baseline">
      <p class="changes-lead">
        <strong class={regressions > 0 ? 'is-regression' : undefined}>
          {regressions === 0 ? 'No regressions' : plural(regressions, 'regression')}
        </strong>{' '}
        {comparedText(baseline)}
      </p>
      {notes.map((note, position) => (
        <p key={position} class="warning">
          {visible(note)}
        </p>
      ))}
      <ul class="change-counts">
        {countChanges(changes).map(({ kind, count }) => (
          <li key={kind}>
            {changes.some((change) => change.kind === kind && change.row !== undefined) ? (
              <a href={routeHash({ view: 'suites', name: '', query: { q: `changed:${kind}` } })}>
                <strong>{grouped(count)}</strong> {changeNames[kind]}
              </a>
            ) : (
              <span>
                <strong>{grouped(count)}</strong> {changeNames[kind]}
              </span>
            )}
          </li>
        ))}
      </ul>
      <ul class="changes">
        {listed.slice(0, listedLimit).map((change, position) => (
          <Entry key={position} report={report} change={change} />
        ))}
      </ul>
      {listed.length > listedLimit ? (
        <p class="after">And {grouped(listed.length - listedLimit)} more, by the kinds above.</p>
      ) : null}
    </Section>
  );
}

function comparedText({ run, compared, notSelected, knownFailures }: PageBaseline): string {
  const known = knownFailures === 0 ? '' : `, ${plural(knownFailures, 'failure')} known from it`;
  const left = notSelected === 0 ? '' : `, ${grouped(notSelected)} of it not selected here`;
  return `in ${plural(compared, 'result')} compared with the run of ${run.startedAt.slice(0, 16).replace('T', ' ')} UTC, Nexthop ${run.nexthop}${known}${left}.`;
}

function Entry({ report, change }: { readonly report: Report; readonly change: PageChange }) {
  const { kind, regression, text, scenario, row } = change;
  const shown = row === undefined ? undefined : report.rows[row];
  return (
    <li>
      <span class={`change-kind${regression ? ' is-regression' : ''}`}>{changeNames[kind]}</span>{' '}
      {shown === undefined ? (
        <strong>{visible(scenario ?? '')}</strong>
      ) : (
        <a href={report.hash(shown)}>{visible(shown.scenario)}</a>
      )}{' '}
      <span class="change-verdicts">{verdictsText(change)}</span>
      <span class="change-text">{visible(text)}</span>
    </li>
  );
}
