/** The evidence beside the dialogue: outcomes, DNS, log, configuration. */
import type { Omitted, Result } from '../../scenarios/results.ts';
import { grouped, plural, visible } from '../format.ts';
import type { Report } from './data.ts';
import { clockTime } from './dialogue.tsx';
import { Section } from './parts.tsx';
import { Table } from './table.tsx';
import './evidence.css';

export function Outcomes({ result }: { readonly result: Result }) {
  if (result.outcomes.length === 0) return null;
  return (
    <Section title="Outcomes" note={plural(result.outcomes.length, 'recipient')}>
      <Table heads={['Recipient', 'Status', 'DSN', 'Reason']}>
        {result.outcomes.map((outcome, position) => (
          <tr key={position}>
            <td>
              <code>{visible(outcome.address)}</code>
            </td>
            <td>
              <span class={`outcome ${outcome.status}`}>{outcome.status}</span>
              {outcome.passedTo === undefined ? null : <span class="under">{visible(outcome.passedTo)}</span>}
            </td>
            <td>
              <code>{visible(outcome.dsn)}</code>
            </td>
            <td>
              {visible(outcome.reason ?? '')}
              {outcome.relay === undefined ? null : <span class="under">{visible(outcome.relay)}</span>}
            </td>
          </tr>
        ))}
      </Table>
      <LeftOut omitted={result.omitted} member="outcomes" noun="recipient" />
    </Section>
  );
}

export function Queries({ result }: { readonly result: Result }) {
  if (result.queries.length === 0) return null;
  return (
    <Section
      title="DNS"
      note={result.queries.length === 1 ? '1 query' : `${grouped(result.queries.length)} queries`}
    >
      <Table heads={['Time', 'Name', 'Type', 'Answer']}>
        {result.queries.map((query, position) => (
          <tr key={position}>
            <td class="time">{clockTime(query.atMs)}</td>
            <td>
              <code>{visible(query.name)}</code>
            </td>
            <td>
              <code>{visible(query.type)}</code>
              {query.transport === 'tcp' ? <span class="under">over TCP</span> : null}
            </td>
            <td>
              <code>{visible(query.answer)}</code>
            </td>
          </tr>
        ))}
      </Table>
      <LeftOut omitted={result.omitted} member="queries" noun="lookup" />
    </Section>
  );
}

export function Log({ result }: { readonly result: Result }) {
  if (result.log.length === 0) return null;
  return (
    <Section title="Mail log">
      <ol class="log">
        {result.log.map((line, position) => (
          <li key={position}>{visible(line)}</li>
        ))}
      </ol>
      <LeftOut omitted={result.omitted} member="log" noun="line" />
    </Section>
  );
}

/** What differs from the defaults, beside what the default is. */
export function Overrides({ report, result }: { readonly report: Report; readonly result: Result }) {
  const overrides = Object.entries(result.config);
  if (overrides.length === 0) return null;
  const known = new Map(report.summary.parameters.map((parameter) => [parameter.name, parameter]));
  return (
    <Section title="Configuration" note="what differs from the defaults">
      <ul class="log">
        {overrides.map(([name, value]) => {
          const parameter = known.get(name);
          return (
            <li key={name}>
              {visible(name)} = {value === '' ? 'empty' : visible(value)}
              {parameter === undefined ? null : (
                <span class="parameter">
                  Default: <code>{parameter.default === '' ? 'empty' : parameter.default}</code>.{' '}
                  {parameter.meaning}
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

/** What the status services keep for the reports that are sent later. */
export function Records({ result }: { readonly result: Result }) {
  const { records = [] } = result;
  if (records.length === 0) return null;
  return (
    <Section title="Records" note={`${plural(records.length, 'record')} of the status services`}>
      <Table heads={['Service', 'Recipient', 'DSN', 'Reason']}>
        {records.map(({ service, address, action, dsn, reason }, position) => (
          <tr key={position}>
            <td>
              {service}
              <span class="under">{visible(action)}</span>
            </td>
            <td>
              <code>{visible(address)}</code>
            </td>
            <td>
              <code>{visible(dsn)}</code>
            </td>
            <td>{visible(reason)}</td>
          </tr>
        ))}
      </Table>
      <LeftOut omitted={result.omitted} member="records" noun="record" />
    </Section>
  );
}

export function Notices({ result }: { readonly result: Result }) {
  const { notices = [] } = result;
  if (notices.length === 0) return null;
  return (
    <Section title="Mail to the postmaster" note={plural(notices.length, 'message')}>
      {notices.map(({ recipient, lines }, position) => (
        <details key={position} class="notice">
          <summary>
            To <code>{visible(recipient)}</code>: {visible(subjectOf(lines))}
          </summary>
          <pre class="evidence">{lines.map(visible).join('\n')}</pre>
        </details>
      ))}
      <LeftOut omitted={result.omitted} member="notices" noun="message" />
    </Section>
  );
}

function subjectOf(lines: readonly string[]): string {
  return lines.find((line) => line.startsWith('Subject: '))?.slice('Subject: '.length) ?? 'no subject';
}

interface LeftOutProps {
  readonly omitted: Omitted | undefined;
  readonly member: keyof Omitted;
  readonly noun: string;
}

/** Says so when evidence was cut: nothing is left out in silence. */
export function LeftOut({ omitted, member, noun }: LeftOutProps) {
  const number = omitted?.[member] ?? 0;
  return number === 0 ? null : <p class="left-out">{plural(number, `more ${noun}`)} not stored</p>;
}
