/** Where a dialogue left the path: the lines around the first difference, for reports that are text. */
import type { AlignedRow } from '../../scenarios/oracle/align.ts';
import type { CanonicalLine } from '../../scenarios/oracle/canonical.ts';
import { contentSeen, sessionPairs } from '../../scenarios/oracle/compare.ts';
import type { Result } from '../../scenarios/results.ts';
import { visible } from '../format.ts';

const linesBefore = 3;
const linesAfter = 6;
const lineLimitCharacters = 200;

export interface ExcerptLine {
  readonly side: 'before' | 'now' | 'both';
  readonly text: string;
}

/** Empty where the dialogues do not differ. */
export function dialogueExcerpt(before: Result, now: Result): ExcerptLine[] {
  for (const { rows } of sessionPairs(before, now)) {
    const at = rows.findIndex(({ is }) => is === 'different');
    if (at < 0) continue;
    return rows.slice(Math.max(0, at - linesBefore), at + linesAfter).flatMap(excerptLines);
  }
  return [];
}

/** Of contents that differ, the first line that does. */
function excerptLines(row: AlignedRow): ExcerptLine[] {
  const { left, right, is } = row;
  if (is === 'same' && left !== undefined) return [{ side: 'both', text: spoken(left) }];
  const [before, now] = (is === 'different' && contentSeen(row)) || [];
  return [
    ...(left === undefined ? [] : [{ side: 'before', text: spoken(left, before) } as const]),
    ...(right === undefined ? [] : [{ side: 'now', text: spoken(right, now) } as const]),
  ];
}

function spoken({ from, text }: CanonicalLine, content?: string): string {
  const line = visible(
    from === '!' ? text : `${from}: ${content === '' ? '(the content ends)' : (content ?? text)}`,
  );
  return line.length > lineLimitCharacters ? `${line.slice(0, lineLimitCharacters - 1)}…` : line;
}
