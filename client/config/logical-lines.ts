/** Lines as all of Postfix's files have them: main.cf, and those of lookup tables. */
import { shown } from './config-error.ts';
import { isSpace, skipSpace, trimSpace } from './text.ts';

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

/** Whether a line is indented although there is none before it that it could continue. */
export function continuesNothing({ text }: LogicalLine): boolean {
  return isSpace(text.charAt(0));
}

/** The warning about such a line, which begins with `place`. */
export function continuesNoLine({ text }: LogicalLine, place: string): string {
  return `${place}: "${shown(trimSpace(text))}" continues no line and is ignored; remove the indentation`;
}

/** The text of a line up to its NUL character, with a warning that begins with `place`; all of it when there is none. */
export function textBeforeNul({ text }: LogicalLine, place: string, warnings: string[]): string {
  const nul = text.indexOf('\0');
  if (nul < 0) return text;
  warnings.push(`${place}: the line ends at its NUL character; remove it`);
  return text.slice(0, nul);
}
