/** Lines as all of Postfix's files have them: main.cf, and those of lookup tables. */
import { skipSpace } from './text.ts';

export interface LogicalLine {
  /** Of its first physical line, from 1. */
  readonly number: number;
  readonly text: string;
}

/** Joins continuations, and drops blank lines and comments, which do not interrupt a continued line. */
export function* logicalLines(text: string): Generator<LogicalLine> {
  let current: { number: number; parts: string[] } | undefined;
  for (const [index, physical] of text.split('\n').entries()) {
    const first = skipSpace(physical, 0);
    if (first === physical.length || physical[first] === '#') continue;
    if (first > 0 && current !== undefined) {
      current.parts.push(physical);
      continue;
    }
    if (current !== undefined) yield { number: current.number, text: current.parts.join('') };
    current = { number: index + 1, parts: [physical] };
  }
  if (current !== undefined) yield { number: current.number, text: current.parts.join('') };
}
