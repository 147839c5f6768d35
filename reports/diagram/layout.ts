/** Where everything in a diagram stands, in pixels before any zoom. */
import type { Diagram, Step } from './model.ts';
import type { Row } from './rows.ts';

/**
 * `axis`: left of all lifelines, the time; `left`: from there to the client's lifeline; `right`: from the last lifeline
 * to the edge; `gap`: the least between two.
 */
const WIDE = { axis: 72, left: 44, right: 64, gap: 132 };
/** On a phone three lifelines fit. */
const NARROW = { axis: 58, left: 24, right: 34, gap: 118 };
const NARROW_ROOM_PX = 520;
const WIDEST_GAP_PX = 300;
/** Of one character of a label, which is set in a monospaced face. */
const CHARACTER_PX = 7.25;

export const HEAD_PX = 52;
const HEIGHT_PX: Readonly<Record<Row['type'], number>> = { step: 34, wait: 34, fold: 32 };
/** Of what has no arrow. */
const NOTE_PX = 26;

export interface Placed<T extends Row = Row> {
  readonly row: T;
  readonly y: number;
  readonly height: number;
}

export interface Span {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  /** Where TLS begins in it. */
  readonly tls: number | undefined;
  readonly session: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly axis: number;
  readonly rows: readonly Placed[];
  /** By lifeline. */
  readonly x: ReadonlyMap<string, number>;
  /** How long each session was open. */
  readonly spans: readonly Span[];
}

/** `roomPx` is what there is to fill; a diagram of many lifelines is wider. */
export function layoutOf({ lifelines }: Diagram, rows: readonly Row[], roomPx: number): Layout {
  const gaps = Math.max(lifelines.length - 1, 1);
  const { axis, right, gap: least, ...margin } = roomPx < NARROW_ROOM_PX ? NARROW : WIDE;
  const left = axis + margin.left;
  const fitting = (roomPx - left - right) / gaps;
  const gap = Math.min(Math.max(fitting, least), WIDEST_GAP_PX);
  const x = new Map(lifelines.map(({ id }, position) => [id, left + position * gap]));
  const placed: Placed[] = [];
  let y = 6;
  for (const row of rows) {
    const height = row.type === 'step' && isNote(row.step) ? NOTE_PX : HEIGHT_PX[row.type];
    placed.push({ row, y, height });
    y += height;
  }
  const width = Math.max(roomPx, left + gap * (lifelines.length - 1) + right);
  return { width, height: y + 10, axis, rows: placed, x, spans: spansOf(placed, x) };
}

export function isNote({ from, to }: Step): boolean {
  return from === to;
}

/** What is folded away has happened all the same. */
function stepsIn(row: Row): readonly Step[] {
  if (row.type === 'step') return [row.step];
  return row.type === 'fold' && !row.isOpen ? row.steps : [];
}

function spansOf(placed: readonly Placed[], x: ReadonlyMap<string, number>): Span[] {
  const spans = new Map<number, Span>();
  for (const { row, y, height } of placed) {
    for (const step of stepsIn(row)) {
      const { session, kind, from, to } = step;
      if (session === undefined || isNote(step)) continue;
      const middle = y + height / 2 + 5;
      const host = x.get(kind === 'reply' || from !== 'client' ? from : to) ?? 0;
      const known = spans.get(session) ?? { x: host, top: middle, bottom: middle, tls: undefined, session };
      spans.set(session, {
        ...known,
        bottom: middle,
        tls: kind === 'tls' ? (known.tls ?? middle) : known.tls,
      });
    }
  }
  return [...spans.values()];
}

/** A label as far as there is room for it, and where it begins. */
export function labelPlace(
  text: string,
  from: number,
  to: number,
  width: number,
): { readonly text: string; readonly x: number; readonly anchor: 'start' | 'middle' } {
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  if (text.length * CHARACTER_PX <= right - left - 20)
    return { text, x: (left + right) / 2, anchor: 'middle' };
  return { text: cutTo(text, width - left - 16), x: left + 10, anchor: 'start' };
}

/** The text as far as there is room for it. */
export function cutTo(text: string, roomPx: number): string {
  const room = Math.max(Math.floor(roomPx / CHARACTER_PX), 8);
  const characters = [...text];
  return characters.length <= room ? text : `${characters.slice(0, room - 1).join('')}…`;
}
