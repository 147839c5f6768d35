/** The sequence diagram: lifelines from top to bottom, and everything that passed between them. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { HEAD_PX, type Layout, layoutOf } from '../diagram/layout.ts';
import type { Diagram, Lifeline } from '../diagram/model.ts';
import { rowsOf } from '../diagram/rows.ts';
import { visible } from '../format.ts';
import { SequenceRow } from './sequence-row.tsx';
import './sequence.css';

interface SequenceProps {
  readonly diagram: Diagram;
  /** Id of a step. */
  readonly selected: string | undefined;
  readonly onSelect: (id: string | undefined) => void;
  /** The step that the pointer or the focus is on, if any. */
  readonly onLook: (id: string | undefined) => void;
}

const zooms = [0.5, 0.65, 0.8, 1, 1.25, 1.5, 2] as const;
const whole = zooms.indexOf(1);
/** So near is at the end. */
const endPx = 40;

export function Sequence({ diagram, selected, onSelect, onLook }: SequenceProps) {
  const [showsDecisions, setShowsDecisions] = useState(true);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [zoom, setZoom] = useState<number>(whole);
  const [room, setRoom] = useState(0);
  const frame = useRef<HTMLDivElement>(null);
  const known = useRef(0);
  const decides = diagram.steps.some(({ kind }) => kind === 'decision');
  const steps = useMemo(
    () => (showsDecisions ? diagram.steps : diagram.steps.filter(({ kind }) => kind !== 'decision')),
    [diagram, showsDecisions],
  );
  const rows = useMemo(() => rowsOf(steps, opened), [steps, opened]);
  const scale = zooms[zoom] ?? 1;
  const layout = useMemo(() => layoutOf(diagram, rows, room), [diagram, rows, room]);

  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const measure = () => setRoom(element.clientWidth);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  // Who watches a scenario run sees what comes last, unless they have scrolled away from it.
  const wasAtEnd = useRef(true);
  useLayoutEffect(() => {
    const element = frame.current;
    const grows = known.current !== 0 && diagram.steps.length > known.current;
    known.current = diagram.steps.length;
    if (element !== null && grows && wasAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [diagram]);

  // What is selected from elsewhere is shown, out of its fold if need be.
  useEffect(() => {
    if (selected === undefined) return;
    const fold = rows.find((row) => row.type === 'fold' && row.steps.some(({ id }) => id === selected));
    if (fold?.type === 'fold' && !fold.isOpen) {
      setOpened(new Set([...opened, fold.id]));
      return;
    }
    frame.current?.querySelector(`[data-id="${selected}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [selected, rows, opened]);

  const toggle = (id: string) => {
    const next = new Set(opened);
    if (!next.delete(id)) next.add(id);
    setOpened(next);
  };
  const zoomBy = (by: number) => setZoom(Math.min(Math.max(zoom + by, 0), zooms.length - 1));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    if (act === 'zoomIn') zoomBy(1);
    else if (act === 'zoomOut') zoomBy(-1);
    else if (act === 'whole') setZoom(whole);
    else if (act === 'nothing') onSelect(undefined);
    else focusOther(frame.current, act);
  };
  const first = rows.find((row) => row.type !== 'wait');
  const firstId = first?.type === 'step' ? first.step.id : first?.id;
  const tabStop = steps.some(({ id }) => id === selected) ? selected : firstId;
  return (
    <figure class="sequence">
      <figcaption>
        {decides ? (
          <label class="sequence-choice">
            <input
              type="checkbox"
              checked={showsDecisions}
              onChange={(event) => setShowsDecisions(event.currentTarget.checked)}
            />
            Decisions
          </label>
        ) : null}
        <span class="sequence-hint">Arrow keys walk, Enter selects, + and − zoom</span>
        <fieldset class="sequence-zoom">
          <legend class="unseen">Zoom</legend>
          <button type="button" onClick={() => zoomBy(-1)} disabled={zoom === 0} aria-label="Zoom out">
            −
          </button>
          <button type="button" onClick={() => setZoom(whole)} aria-label={`${scale * 100} %, zoom to 100 %`}>
            {Math.round(scale * 100)} %
          </button>
          <button
            type="button"
            onClick={() => zoomBy(1)}
            disabled={zoom === zooms.length - 1}
            aria-label="Zoom in"
          >
            +
          </button>
        </fieldset>
      </figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: a group of steps is no set of form fields. */}
      <div
        class="sequence-frame"
        ref={frame}
        role="group"
        aria-label="Sequence diagram"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys.
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          wasAtEnd.current = scrollTop + clientHeight > scrollHeight - endPx;
        }}
      >
        <div class="sequence-canvas" style={{ width: `${layout.width * scale}px` }}>
          <Heads lifelines={diagram.lifelines} layout={layout} scale={scale} />
          <svg
            width={layout.width * scale}
            height={layout.height * scale}
            viewBox={`0 0 ${layout.width} ${layout.height}`}
            role="presentation"
          >
            <Lines layout={layout} />
            {layout.rows.map((placed, position) => (
              <SequenceRow
                key={placed.row.type === 'step' ? placed.row.step.id : placed.row.id}
                placed={placed}
                before={layout.rows[position - 1]}
                layout={layout}
                lifelines={diagram.lifelines}
                selected={selected}
                tabStop={tabStop}
                onSelect={onSelect}
                onLook={onLook}
                onToggle={toggle}
              />
            ))}
          </svg>
        </div>
      </div>
    </figure>
  );
}

const keys: Readonly<
  Record<string, 'zoomIn' | 'zoomOut' | 'whole' | 'nothing' | 'next' | 'previous' | 'first' | 'last'>
> = {
  '+': 'zoomIn',
  '=': 'zoomIn',
  '-': 'zoomOut',
  '0': 'whole',
  Escape: 'nothing',
  ArrowDown: 'next',
  ArrowUp: 'previous',
  Home: 'first',
  End: 'last',
};

function focusOther(frame: HTMLElement | null, which: 'next' | 'previous' | 'first' | 'last'): void {
  const all = [...(frame?.querySelectorAll<SVGElement>('[data-id]') ?? [])];
  const now = all.indexOf(document.activeElement as SVGElement);
  const wanted = { next: now + 1, previous: now - 1, first: 0, last: all.length - 1 }[which];
  all[Math.min(Math.max(wanted, 0), all.length - 1)]?.focus();
}

interface HeadsProps {
  readonly lifelines: readonly Lifeline[];
  readonly layout: Layout;
  readonly scale: number;
}

/** The names stay in sight however far one has scrolled. */
function Heads({ lifelines, layout, scale }: HeadsProps) {
  return (
    <svg
      class="sequence-heads"
      width={layout.width * scale}
      height={HEAD_PX * scale}
      viewBox={`0 0 ${layout.width} ${HEAD_PX}`}
      role="img"
      aria-label={`Who takes part: ${lifelines.map(({ name }) => name).join(', ')}`}
    >
      {lifelines.map(({ id, kind, name, detail }) => (
        <g key={id} class={`head-${kind}`} transform={`translate(${layout.x.get(id) ?? 0} 0)`}>
          <title>{visible(detail === '' ? name : `${name}, ${detail}`)}</title>
          <text y={detail === '' ? 32 : 24} text-anchor="middle" class="head-name">
            {short(visible(name), 18)}
          </text>
          <text y={41} text-anchor="middle" class="head-detail">
            {short(visible(detail), 20)}
          </text>
        </g>
      ))}
    </svg>
  );
}

function short(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Lifelines, and how long each session was open: paler before TLS, stronger inside. */
function Lines({ layout }: { readonly layout: Layout }) {
  return (
    <g>
      {[...layout.x].map(([id, x]) => (
        <line key={id} class="lifeline" x1={x} x2={x} y1={0} y2={layout.height} />
      ))}
      {layout.spans.map(({ session, x, top, bottom, tls }) => (
        <g key={session}>
          <rect class="open" x={x - 4} y={top} width={8} height={Math.max(bottom - top, 4)} rx={2} />
          {tls === undefined ? null : (
            <rect class="open-tls" x={x - 4} y={tls} width={8} height={Math.max(bottom - tls, 4)} rx={2} />
          )}
        </g>
      ))}
    </g>
  );
}
