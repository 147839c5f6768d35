/** What is behind a step of the diagram: the exact time, all of its text, and the bytes. */
import { useState } from 'preact/hooks';
import { hexDump } from '../diagram/bytes.ts';
import type { Diagram, Step } from '../diagram/model.ts';
import { plural, visible } from '../format.ts';
import { clockTime } from './dialogue.tsx';
import './step-details.css';

interface StepDetailsProps {
  /** The one that is selected, or that the pointer or the focus is on. */
  readonly step: Step | undefined;
  readonly diagram: Diagram;
  readonly isSelected: boolean;
}

export function StepDetails({ step, diagram, isSelected }: StepDetailsProps) {
  const [showsBytes, setShowsBytes] = useState(true);
  if (step === undefined) {
    return (
      <div class="step-details is-empty">
        <p>Point at a step to see all of it, with its bytes; select it to find it in the dialogue.</p>
      </div>
    );
  }
  const name = (id: string) => visible(diagram.lifelines.find((lifeline) => lifeline.id === id)?.name ?? id);
  const isSpoken = step.kind === 'command' || step.kind === 'reply' || step.kind === 'lookup';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys.
    <section class="step-details" aria-label="Selected step" tabIndex={0}>
      <p class="step-where">
        <time>{clockTime(step.atMs)}</time>
        <span>{step.from === step.to ? name(step.from) : `${name(step.from)} → ${name(step.to)}`}</span>
        {step.session === undefined ? null : <span>session {step.session + 1}</span>}
      </p>
      <pre class="step-text">{step.lines.map(visible).join('\n')}</pre>
      {step.because === undefined ? null : (
        <p class="step-because">
          <b>Because</b> {visible(step.because)}
        </p>
      )}
      {isSpoken ? (
        <details
          class="step-bytes"
          open={showsBytes}
          onToggle={(event) => setShowsBytes(event.currentTarget.open)}
        >
          <summary>Bytes</summary>
          {step.lines.slice(0, shownLines).map((line, position) => (
            <Bytes key={position} line={line} />
          ))}
          {step.lines.length > shownLines ? (
            <p class="left-out">{plural(step.lines.length - shownLines, 'more line')}</p>
          ) : null}
        </details>
      ) : null}
      {isSelected && step.at !== undefined ? (
        <button
          type="button"
          onClick={() =>
            document
              .querySelector('.line.is-selected')
              ?.scrollIntoView({ block: 'center', behavior: 'smooth' })
          }
        >
          Show in the dialogue
        </button>
      ) : null}
    </section>
  );
}

const shownLines = 12;

function Bytes({ line }: { readonly line: string }) {
  const { rows, left } = hexDump(line);
  return (
    <>
      <pre class="bytes">
        {rows.map(({ offset, hex, text }) => `${offset}  ${hex.padEnd(rowCharacters)}  ${text}`).join('\n')}
      </pre>
      {left > 0 ? <p class="left-out">{plural(left, 'more byte')}</p> : null}
    </>
  );
}

/** Eight bytes, two digits each, and what stands between them. */
const rowCharacters = 23;
