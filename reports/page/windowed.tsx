/** The body of a table whose rows have one height, of which only those in sight are in the document. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Rows kept beyond both edges of the window. */
const margin = 20;
/** What is shown before the list knows its place. */
const firstShown = 60;

export function Windowed<T>({ items, of, children }: WindowedProps<T>) {
  const list = useRef<HTMLTableSectionElement>(null);
  const [rowHeight, setRowHeight] = useState(0);
  const [{ start, end }, setRange] = useState({ start: 0, end: firstShown });
  useLayoutEffect(() => {
    const measure = () => {
      const element = list.current;
      const height = element?.querySelector('[data-row]')?.getBoundingClientRect().height ?? 0;
      if (element === null || height === 0) return;
      const { top } = element.getBoundingClientRect();
      const first = Math.max(0, Math.floor(-top / height) - margin);
      const last = Math.min(items.length, Math.ceil((innerHeight - top) / height) + margin);
      setRowHeight(height);
      setRange((known) =>
        known.start === first && known.end === last ? known : { start: first, end: Math.max(first, last) },
      );
    };
    measure();
    addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure);
    return () => {
      removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
    };
  }, [of, items.length]);
  // Never nothing at all: without a row there is no height to measure.
  const first = Math.min(start, Math.max(0, items.length - margin));
  const shown = items.slice(first, Math.max(end, first + margin));
  const after = Math.max(0, items.length - first - shown.length);
  return (
    <tbody
      ref={list}
      style={{ paddingTop: `${first * rowHeight}px`, paddingBottom: `${after * rowHeight}px` }}
    >
      {shown.map((item, position) => children(item, first + position))}
    </tbody>
  );
}

interface WindowedProps<T> {
  readonly items: readonly T[];
  /** Names the list: another one is measured anew. */
  readonly of: string;
  /** Each has the attribute `data-row` and the same height. */
  readonly children: (item: T, position: number) => ComponentChildren;
}
