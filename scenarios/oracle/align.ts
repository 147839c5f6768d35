/** Two sessions side by side, line by line. Pure: the report page uses it in a browser. */
import type { StoredSession } from '../results.ts';
import type { DifferenceKind } from '../verdicts.ts';
import { type CanonicalLine, canonicalLines } from './canonical.ts';

/** A line of each side, or of one alone. */
interface Step {
  readonly left?: CanonicalLine | undefined;
  readonly right?: CanonicalLine | undefined;
}

export interface AlignedRow extends Step {
  /** `ignored`: they differ, and it means nothing. */
  readonly is: 'same' | 'ignored' | 'different';
}

/** @param translate names of interchangeable hosts on the right to those on the left */
export function alignSessions(
  left: StoredSession | undefined,
  right: StoredSession | undefined,
  translate?: (text: string) => string,
): AlignedRow[] {
  return alignLines(
    left === undefined ? [] : canonicalLines(left),
    right === undefined ? [] : canonicalLines(right, translate),
  );
}

/** What kind of difference a row is. `rest` are the rows after it. */
export function kindOfRow({ left, right }: AlignedRow, rest: readonly AlignedRow[]): DifferenceKind {
  const { from, text } = left ?? right ?? { from: '!', text: '' };
  if (from === '!') return 'end';
  if (from === 'S') return 'reply';
  // Only QUIT on one side, and nothing more is said on the other: they end in different ways.
  const silent = left === undefined ? 'left' : 'right';
  const over = !rest.some((row) => row[silent]?.from === 'C');
  return (left === undefined || right === undefined) && /^QUIT\s*$/i.test(text) && over ? 'end' : 'command';
}

/** Cells of the table of common subsequences; the stored model's limits stay well below it. */
const cellsLimit = 4_000_000;

/** The longest common subsequence by key; what stands between two common lines is paired in order, side by side. */
export function alignLines(left: readonly CanonicalLine[], right: readonly CanonicalLine[]): AlignedRow[] {
  const rows: AlignedRow[] = [];
  let leftBlock: CanonicalLine[] = [];
  let rightBlock: CanonicalLine[] = [];
  const flush = () => {
    rows.push(...pairs(leftBlock, rightBlock));
    leftBlock = [];
    rightBlock = [];
  };
  for (const step of commonSteps(left, right)) {
    if (step.left !== undefined && step.right !== undefined) {
      flush();
      rows.push({ left: step.left, right: step.right, is: 'same' });
    } else if (step.left !== undefined) leftBlock.push(step.left);
    else if (step.right !== undefined) rightBlock.push(step.right);
  }
  flush();
  return rows;
}

function commonSteps(left: readonly CanonicalLine[], right: readonly CanonicalLine[]): Step[] {
  const width = right.length + 1;
  if (width * (left.length + 1) > cellsLimit)
    return [...left.map((line) => ({ left: line })), ...right.map((line) => ({ right: line }))];
  // How much the rests from each pair of positions have in common.
  const common = new Uint16Array(width * (left.length + 1));
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        left[row]?.key === right[column]?.key
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const steps: Step[] = [];
  let row = 0;
  let column = 0;
  for (;;) {
    const [a, b] = [left[row], right[column]];
    if (a === undefined && b === undefined) return steps;
    if (a !== undefined && b !== undefined && a.key === b.key) {
      steps.push({ left: a, right: b });
      row += 1;
      column += 1;
    } else if (a !== undefined && (b === undefined || at(row + 1, column) >= at(row, column + 1))) {
      steps.push({ left: a });
      row += 1;
    } else if (b !== undefined) {
      steps.push({ right: b });
      column += 1;
    }
  }
}

/** Lines between two common ones: those of the same speaker stand side by side, and ends come last. */
function pairs(left: readonly CanonicalLine[], right: readonly CanonicalLine[]): AlignedRow[] {
  const rows: AlignedRow[] = [];
  const rest = [...right];
  for (const line of left) {
    while (line.from === '!' && rest[0] !== undefined && rest[0].from !== '!')
      rows.push(alone({ right: rest.shift() }));
    const partner = rest[0]?.from === line.from ? rest.shift() : undefined;
    rows.push(partner === undefined ? alone({ left: line }) : together(line, partner));
  }
  return [...rows, ...rest.map((line) => alone({ right: line }))];
}

function alone(step: Step): AlignedRow {
  const ignored = (step.left ?? step.right)?.ignored !== undefined;
  return { ...step, is: ignored ? 'ignored' : 'different' };
}

function together(left: CanonicalLine, right: CanonicalLine): AlignedRow {
  const ignored = left.ignored !== undefined && right.ignored !== undefined;
  return { left, right, is: ignored ? 'ignored' : 'different' };
}
