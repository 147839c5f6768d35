/** Reads the syntax of main.cf. Which names mean something is not decided here: the file serves many programs. */
import { ConfigError, shown } from './config-error.ts';
import { continuesNoLine, continuesNothing, logicalLines, textBeforeNul } from './logical-lines.ts';
import { isSpace, skipSpace, trimSpace } from './text.ts';

/** Far beyond any real main.cf; the file's reader should ask for no more bytes than this. */
export const MAIN_CF_LIMIT_CHARACTERS = 1_000_000;

export interface MainCf {
  /** Unexpanded values by name, in the file's order; the last entry for a name wins. */
  readonly assigned: Map<string, string>;
  /** One line each, beginning with origin and line number. */
  readonly warnings: string[];
}

/**
 * @param origin what to call the file in messages, usually its path.
 * @throws ConfigError for a line that is no `name = value`, and for a file that is too long.
 */
export function parseMainCf(text: string, origin: string): MainCf {
  if (text.length > MAIN_CF_LIMIT_CHARACTERS)
    throw new ConfigError(
      `${origin}: longer than ${MAIN_CF_LIMIT_CHARACTERS} characters; this is no main.cf, name another file`,
    );
  const assigned = new Map<string, string>();
  const warnings: string[] = [];
  if (text.startsWith('\ufeff'))
    warnings.push(`${origin}, line 1: the byte order mark becomes part of the first name; remove it`);
  for (const line of logicalLines(text)) {
    const place = `${origin}, line ${line.number}`;
    if (continuesNothing(line)) {
      warnings.push(continuesNoLine(line, place));
      continue;
    }
    const { name, value } = splitAssignment(textBeforeNul(line, place, warnings), place);
    if ((assigned.get(name) ?? value) !== value)
      warnings.push(`${place}: this ${shown(name)} replaces the earlier one; keep only one`);
    assigned.set(name, value);
  }
  return { assigned, warnings };
}

/**
 * Splits `name = value`, white space around both removed.
 *
 * @throws ConfigError that begins with `place`.
 */
export function splitAssignment(text: string, place: string): { name: string; value: string } {
  const start = skipSpace(text, 0);
  let end = start;
  while (end < text.length && text[end] !== '=' && !isSpace(text.charAt(end))) end += 1;
  const equals = skipSpace(text, end);
  if (end === start) throw new ConfigError(`${place}: no name in "${shown(text)}"; write name = value`);
  if (text[equals] !== '=')
    throw new ConfigError(`${place}: no "=" after the name in "${shown(text)}"; write name = value`);
  return { name: text.slice(start, end), value: trimSpace(text.slice(equals + 1)) };
}
