/** One row of a sequence diagram: a step, a wait, or what is folded away. */
import { cutTo, isNote, type Layout, labelPlace, type Placed } from '../diagram/layout.ts';
import type { Lifeline, Step } from '../diagram/model.ts';
import type { Row } from '../diagram/rows.ts';
import { duration, grouped, plural, visible } from '../format.ts';
import { clockTime } from './dialogue.tsx';

interface RowProps {
  readonly placed: Placed;
  /** The row above. */
  readonly before: Placed | undefined;
  readonly layout: Layout;
  readonly lifelines: readonly Lifeline[];
  readonly selected: string | undefined;
  /** Id of the one that the tabulator key leads to. */
  readonly tabStop: string | undefined;
  readonly onSelect: (id: string | undefined) => void;
  readonly onLook: (id: string | undefined) => void;
  readonly onToggle: (id: string) => void;
}

export function SequenceRow(props: RowProps) {
  const { row } = props.placed;
  if (row.type === 'wait') return <Wait placed={props.placed} layout={props.layout} ms={row.ms} />;
  if (row.type === 'fold') return <Fold {...props} row={row} />;
  return <StepRow {...props} step={row.step} />;
}

function Wait({
  placed: { y, height },
  layout,
  ms,
}: Pick<RowProps, 'placed' | 'layout'> & { readonly ms: number }) {
  const middle = y + height / 2;
  return (
    <g class="wait">
      <rect x={0} y={y + 3} width={layout.width} height={height - 6} />
      <line x1={layout.axis} x2={layout.width} y1={middle} y2={middle} />
      <text x={layout.axis + 16} y={middle + 4}>
        {duration(ms)} later
      </text>
    </g>
  );
}

function Fold({
  placed: { y, height },
  layout,
  row,
  tabStop,
  onToggle,
}: RowProps & { readonly row: Extract<Row, { type: 'fold' }> }) {
  const { times, steps } = row;
  const what =
    times === steps.length
      ? `${grouped(times)} more like it`
      : `${plural(times, 'more time')} the same, ${plural(steps.length, 'step')}`;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onToggle(row.id);
  };
  return (
    <g class="fold">
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing holds no button element. */}
      <rect
        class="hit"
        x={layout.axis}
        y={y + 3}
        width={layout.width - layout.axis - 4}
        height={height - 6}
        rx={5}
        data-id={row.id}
        role="button"
        tabindex={tabStop === row.id ? 0 : -1}
        aria-expanded={row.isOpen}
        aria-label={what}
        onClick={() => onToggle(row.id)}
        onKeyDown={onKeyDown}
      />
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: words of a drawing take no focus, and the button has said them. */}
      <text aria-hidden="true" x={layout.axis + 16} y={y + height / 2 + 4}>
        {row.isOpen ? '▾' : '▸'} {what}
      </text>
    </g>
  );
}

function StepRow({
  placed: { y, height },
  before,
  layout,
  lifelines,
  step,
  selected,
  tabStop,
  onSelect,
  onLook,
}: RowProps & { readonly step: Step }) {
  const isSelected = selected === step.id;
  const choose = () => onSelect(isSelected ? undefined : step.id);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose();
  };
  const last = before?.row.type === 'step' ? before.row.step.atMs : undefined;
  return (
    <g class={`step step-${step.kind}${isSelected ? ' is-selected' : ''}`}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing holds no button element. */}
      <rect
        class="hit"
        x={2}
        y={y + 1}
        width={layout.width - 4}
        height={height - 2}
        rx={5}
        data-id={step.id}
        role="button"
        tabindex={tabStop === step.id ? 0 : -1}
        aria-pressed={isSelected}
        aria-label={spoken(step, lifelines)}
        onClick={choose}
        onKeyDown={onKeyDown}
        onPointerEnter={() => onLook(step.id)}
        onPointerLeave={() => onLook(undefined)}
        onFocus={() => onLook(step.id)}
        onBlur={() => onLook(undefined)}
      />
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: words of a drawing take no focus, and the button has said them. */}
      <g aria-hidden="true">
        {last === step.atMs ? null : (
          <text class="at" x={layout.axis - 10} y={y + (isNote(step) ? 17 : 20)} text-anchor="end">
            {clockTime(step.atMs)}
          </text>
        )}
        {isNote(step) ? (
          <Note step={step} layout={layout} y={y} />
        ) : (
          <Arrow step={step} layout={layout} y={y} />
        )}
      </g>
    </g>
  );
}

/** Whole, for those who hear it. */
function spoken(step: Step, lifelines: readonly Lifeline[]): string {
  const name = (id: string) => lifelines.find((lifeline) => lifeline.id === id)?.name ?? id;
  const who = isNote(step) ? name(step.from) : `${name(step.from)} to ${name(step.to)}`;
  const because = step.because === undefined ? '' : `, because ${step.because}`;
  const lost = step.isLost === true ? ', in vain' : '';
  return visible(`${clockTime(step.atMs)}, ${who}${lost}: ${step.lines.join(', ')}${because}`).slice(0, 600);
}

interface DrawnProps {
  readonly step: Step;
  readonly layout: Layout;
  readonly y: number;
}

function Arrow({ step, layout, y }: DrawnProps) {
  const from = layout.x.get(step.from) ?? 0;
  const to = layout.x.get(step.to) ?? 0;
  const side = Math.sign(to - from);
  const end = step.isLost === true ? from + (to - from) * 0.8 : to - side * 4;
  const line = y + 25;
  const label = labelPlace(visible(step.label), from, to, layout.width);
  return (
    <>
      <line class="arrow" x1={from + (step.from === 'client' ? 0 : side * 4)} x2={end} y1={line} y2={line} />
      {step.isLost === true ? (
        <path class="lost" d={`M${end - 5} ${line - 5}l10 10m0 -10l-10 10`} />
      ) : (
        <path class="tip" d={`M${end} ${line}l${-side * 8} -4.5v9z`} />
      )}
      <text class="label" x={label.x} y={y + 17} text-anchor={label.anchor}>
        {label.text}
      </text>
    </>
  );
}

/** What happens at one place: the mark says what it is, the words stand where there is room. */
function Note({ step, layout, y }: DrawnProps) {
  const x = layout.x.get(step.from) ?? 0;
  const middle = y + 13;
  const text = visible(step.label);
  const isClient = step.from === 'client';
  const because = step.because === undefined ? '' : ` · ${visible(step.because)}`;
  const room = isClient ? layout.width - x - 24 : x - layout.axis - 16;
  const shown = cutTo(text, room);
  const rest = shown === text && because !== '' ? cutTo(because, room - text.length * 7.25) : '';
  return (
    <>
      <path class="note-mark" d={marks[step.kind] ?? circle} transform={`translate(${x} ${middle})`} />
      <text
        class="label"
        x={isClient ? x + 12 : x - 12}
        y={middle + 4}
        text-anchor={isClient ? 'start' : 'end'}
      >
        {shown}
        {rest.length < 12 ? null : <tspan class="label-because">{rest}</tspan>}
      </text>
    </>
  );
}

const circle = 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z';
const marks: Partial<Readonly<Record<Step['kind'], string>>> = {
  decision: 'M0 -5l5 5l-5 5l-5 -5z',
  timer: 'M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0zM0 -3.5v3.5l2.5 1.5',
  fault: 'M0 -6l6 10.5h-12z',
  gaveUp: 'M-5 -5l10 10m0 -10l-10 10',
};
