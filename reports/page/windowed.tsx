/**
 * A list of any length, of which only the rows in sight are in the document. How high a row is is known before it is
 * drawn: its kind names a height of heights.css, so nothing jumps, and a place in the list can be scrolled to.
 *
 * Arrow keys move between rows, and sideways between the links and buttons of one; Home and End go to the ends.
 */
import './heights.css';
import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

/** Rows drawn beyond both edges of the window. */
const margin = 12;
/** The head of a table, which stays over it while it scrolls. */
const headPx = 64;

export type RowKind = 'heading' | 'line' | 'result' | 'reason' | 'matrix' | 'clause';

interface WindowedProps<T> {
  readonly items: readonly T[];
  readonly kindOf: (item: T) => RowKind;
  /** Each is one element with the attributes given, and not higher or lower than its kind says. */
  readonly children: (item: T, place: RowPlace) => ComponentChildren;
  /** The body of a table rather than a plain list. */
  readonly body?: true;
}

/** What a row's element has to carry. */
export interface RowPlace {
  readonly 'data-row': number;
}

export function Windowed<T>({ items, kindOf, children, body }: WindowedProps<T>) {
  const list = useRef<HTMLElement>(null);
  const heights = useHeights();
  const ends = useMemo(() => endsOf(items, (item) => heights[kindOf(item)]), [items, heights]);
  const [{ start, end }, setRange] = useState({ start: 0, end: 40 });
  const follow = () => {
    const top = list.current?.getBoundingClientRect().top ?? 0;
    const first = Math.max(0, rowAt(ends, -top) - margin);
    const last = Math.min(items.length, rowAt(ends, innerHeight - top) + margin);
    setRange((known) => (known.start === first && known.end === last ? known : { start: first, end: last }));
  };
  useLayoutEffect(() => {
    follow();
    addEventListener('scroll', follow, { passive: true });
    return () => removeEventListener('scroll', follow);
  }, [ends]);
  const onKeyDown = useArrowKeys(list, ends, follow);
  const first = Math.min(start, Math.max(0, items.length - margin));
  const shown = items.slice(first, Math.max(end, first + margin));
  const attributes = {
    class: 'windowed',
    style: {
      paddingTop: `${startOf(ends, first)}px`,
      paddingBottom: `${(ends.at(-1) ?? 0) - startOf(ends, first + shown.length)}px`,
    },
    onKeyDown,
  };
  const rows = shown.map((item, position) => children(item, { 'data-row': first + position }));
  return body === true ? (
    <tbody ref={list as RefObject<HTMLTableSectionElement>} {...attributes}>
      {rows}
    </tbody>
  ) : (
    <div ref={list as RefObject<HTMLDivElement>} {...attributes}>
      {rows}
    </div>
  );
}

/** Where each row ends, in pixels from the beginning of the list. */
function endsOf<T>(items: readonly T[], heightOf: (item: T) => number): Float64Array {
  const ends = new Float64Array(items.length);
  let end = 0;
  for (const [index, item] of items.entries()) {
    end += heightOf(item);
    ends[index] = end;
  }
  return ends;
}

function startOf(ends: Float64Array, row: number): number {
  return ends[row - 1] ?? 0;
}

/** The row at a distance from the beginning of the list. */
function rowAt(ends: Float64Array, px: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) <= px) low = middle + 1;
    else high = middle;
  }
  return low;
}

function readHeights(): Readonly<Record<RowKind, number>> {
  const height = (kind: RowKind) => remOf(document.documentElement, `--height-${kind}`);
  return {
    heading: height('heading'),
    line: height('line'),
    result: height('result'),
    reason: height('reason'),
    matrix: height('matrix'),
    clause: height('clause'),
  };
}

/** A custom property that is a number of rem, in pixels; 0 where it is not set. */
function remOf(element: Element, property: string): number {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return (Number.parseFloat(getComputedStyle(element).getPropertyValue(property)) || 0) * rem;
}

/** They are others on a phone, and where letters are larger. */
function useHeights(): Readonly<Record<RowKind, number>> {
  const [heights, setHeights] = useState(readHeights);
  useLayoutEffect(() => {
    const read = () => setHeights(readHeights());
    addEventListener('resize', read);
    return () => removeEventListener('resize', read);
  }, []);
  return heights;
}

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

/** @param follow draws what is in sight */
function useArrowKeys(list: RefObject<HTMLElement | null>, ends: Float64Array, follow: () => void) {
  /** The row to take the focus once it is drawn. */
  const wanted = useRef<{ row: number; link: number; step: number } | undefined>(undefined);
  const take = () => {
    const target = wanted.current;
    const row = target === undefined ? null : rowElement(list, target.row);
    if (target === undefined || row === null) return;
    wanted.current = undefined;
    const links = linksIn(row);
    const link = links[Math.min(target.link, links.length - 1)];
    if (link === undefined) go({ ...target, row: target.row + target.step });
    else link.focus({ preventScroll: true });
  };
  const go = (target: { row: number; link: number; step: number }) => {
    if (target.row < 0 || target.row >= ends.length) return;
    wanted.current = target;
    const top = (list.current?.getBoundingClientRect().top ?? 0) + startOf(ends, target.row);
    const bottom = top + (ends[target.row] ?? 0) - startOf(ends, target.row);
    const covered = headPx + (list.current === null ? 0 : remOf(list.current, '--covered'));
    if (top < covered) scrollBy(0, top - covered);
    else if (bottom > innerHeight) scrollBy(0, bottom - innerHeight);
    // Not only when the browser tells of it: by then the row with the focus may be gone, and the next key with it.
    follow();
    take();
  };
  useLayoutEffect(take);
  return (event: KeyboardEvent) => {
    const focused = event.target instanceof Element ? event.target : null;
    const row = focused?.closest<HTMLElement>('[data-row]');
    if (!row || focused === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const links = linksIn(row);
    const link = links.indexOf(focused as HTMLElement);
    const number = Number(row.dataset.row);
    const step = steps[event.key];
    if (step !== undefined) go({ row: number + step, link, step });
    else if (event.key === 'Home') go({ row: 0, link: 0, step: 1 });
    else if (event.key === 'End') go({ row: ends.length - 1, link: 0, step: -1 });
    else if (event.key === 'ArrowRight') links[link + 1]?.focus();
    else if (event.key === 'ArrowLeft') links[link - 1]?.focus();
    else return;
    event.preventDefault();
  };
}

function rowElement(list: RefObject<HTMLElement | null>, row: number): Element | null {
  return list.current?.querySelector(`[data-row="${row}"]`) ?? null;
}

function linksIn(row: Element): HTMLElement[] {
  return [
    ...row.querySelectorAll<HTMLElement>('a, button'),
    ...(row.matches('a, button') ? [row as HTMLElement] : []),
  ];
}
