/** Small parts that every view uses. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { type Verdict, verdicts } from '../../scenarios/verdicts.ts';
import { duration, grouped, type VerdictCounts, visible } from '../format.ts';
import type { Report, Row } from './data.ts';
import type { RowPlace } from './windowed.tsx';
import './parts.css';

/** Never colour alone: each verdict has a mark too. */
const marks: Readonly<Record<Verdict, string>> = {
  failed: '✗',
  'non-strict': '!',
  inconclusive: '?',
  passed: '✓',
  informational: 'i',
  unsupported: '–',
  skipped: '–',
};

export function Mark({ verdict }: { readonly verdict: Verdict | undefined }) {
  return (
    <span
      class={`mark ${verdict ?? 'none'}`}
      role="img"
      aria-label={verdict ?? 'not yet exercised'}
      title={verdict}
    >
      {verdict === undefined ? '' : marks[verdict]}
    </span>
  );
}

/** Where there is no room for words: a letter each. */
export const letters: Readonly<Record<Verdict, string>> = {
  failed: 'F',
  'non-strict': 'N',
  inconclusive: '?',
  passed: '✓',
  informational: 'I',
  unsupported: 'U',
  skipped: 'S',
};

export function Badge({ verdict }: { readonly verdict: Verdict }) {
  return (
    <span class={`badge ${verdict}`}>
      <span aria-hidden="true">{marks[verdict]}</span> {verdict}
    </span>
  );
}

/** The share of each verdict; the figures stand beside it, so it is decoration to a screen reader. */
export function Bar({ counts }: { readonly counts: VerdictCounts }) {
  return (
    <span class="bar" aria-hidden="true">
      {verdicts
        .filter((verdict) => counts[verdict] > 0)
        .map((verdict) => (
          <span key={verdict} class={verdict} style={{ flexGrow: counts[verdict] }} />
        ))}
    </span>
  );
}

/** `2 failed, 15 passed` with the first in its colour. */
export function Counts({ counts }: { readonly counts: VerdictCounts }) {
  return (
    <span class="counts">
      {verdicts
        .filter((verdict) => counts[verdict] > 0)
        .map((verdict) => (
          <span key={verdict} class={`count ${verdict}`}>
            {grouped(counts[verdict])} {verdict}
          </span>
        ))}
    </span>
  );
}

/** One line each for what it is, what it is about, and what came of it when that needs words; never higher. */
export function ResultRow({ report, row, time = 'virtual', place }: RowProps) {
  const reason = row.expected === undefined ? row.reason : `Expected: ${row.expected}`;
  return (
    <a class={`row${reason === '' ? '' : ' has-reason'}`} href={report.hash(row)} {...place}>
      <Mark verdict={row.verdict} />
      <span class="row-text">
        <span class="row-name">
          {visible(row.scenario)}
          {report.summary.columns.length > 1 ? <span class="row-sender">{visible(row.sender)}</span> : null}
        </span>
        <span class="row-title" title={visible(row.title)}>
          {visible(row.title)}
        </span>
        {reason === '' ? null : (
          <span class="row-reason" title={visible(reason)}>
            {visible(reason)}
          </span>
        )}
      </span>
      <span class="row-time">{duration(time === 'wall' ? row.wallMs : row.virtualMs)}</span>
    </a>
  );
}

interface RowProps {
  readonly report: Report;
  readonly row: Row;
  readonly time?: 'wall' | 'virtual';
  /** In a windowed list. */
  readonly place?: RowPlace;
}

export function CopyCommand({ text }: { readonly text: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'selected'>('idle');
  const code = useRef<HTMLElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState('copied');
    } catch {
      // Without the right to the clipboard the text is selected, one key away from it.
      if (code.current !== null) getSelection()?.selectAllChildren(code.current);
      setState('selected');
    }
  };
  const labels = { idle: 'Copy', copied: 'Copied', selected: 'Selected' };
  return (
    <div class="command">
      <code ref={code}>{text}</code>
      <button type="button" onClick={copy} onBlur={() => setState('idle')}>
        <span aria-live="polite">{labels[state]}</span>
      </button>
    </div>
  );
}

export function Section({ title, note, children }: SectionProps) {
  return (
    <section class="section">
      <h2>
        {title}
        {note === undefined ? null : <span class="note">{note}</span>}
      </h2>
      {children}
    </section>
  );
}

interface SectionProps {
  readonly title: string;
  readonly note?: string;
  readonly children: ComponentChildren;
}
