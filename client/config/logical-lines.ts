/** Lines as all of Postfix's files have them: main.cf, and those of lookup tables. */
import { skipSpace } from './text.ts';

export interface LogicalLine {
  /** Of its first physical line, from 1. */
  readonly number: number;
  readonly text: string;
}

/** Joins continuations, and drops blank lines and comments, which do not interrupt a continued line. */
export function* logicalLines(text: string): Generator<LogicalLine> {
  let number = 0;
  let current: { number: number; text: string } | undefined;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const physical = text.slice(start, end);
    start = end + 1;
    number += 1;
    const first = skipSpace(physical, 0);
    if (first === physical.length || physical[first] === '#') continue;
    if (first > 0 && current !== undefined) {
      current.text += physical;
      continue;
    }
    if (current !== undefined) yield current;
    current = { number, text: physical };
  }
  if (current !== undefined) yield current;
}
