/** White space as configuration files know it: ASCII only, so that other spaces stay part of a value. */
export function isSpace(character: string): boolean {
  return character === ' ' || (character >= '\t' && character <= '\r');
}

/** The index of the first character at or after `at` that is not white space. */
export function skipSpace(text: string, at: number): number {
  let end = at;
  while (end < text.length && isSpace(text.charAt(end))) end += 1;
  return end;
}

/** `text` without white space at both ends. */
export function trimSpace(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charAt(end - 1))) end -= 1;
  return text.slice(Math.min(skipSpace(text, 0), end), end);
}

/** Where the brace that `text` begins with is closed; -1 when it is not, or there is none. */
export function closingBrace(text: string): number {
  if (!text.startsWith('{')) return -1;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

/** What is between the brace that begins `text` and the one that ends it; undefined when these are no pair. */
export function bracedText(text: string): string | undefined {
  const end = closingBrace(text);
  return end > 0 && end === text.length - 1 ? text.slice(1, end) : undefined;
}

/** Items between commas and white space, empty ones left out. */
export function splitList(text: string): string[] {
  return text.split(/[, \t\r\n]+/).filter((item) => item !== '');
}

/** The same, but a group in `{}` belongs to one item, braces, commas and white space inside included. */
export function splitGroupedList(text: string): string[] {
  return Array.from(groupedItems(text), ({ item }) => item);
}

/** Words between white space, in the same way. */
export function splitGroupedWords(text: string): string[] {
  return Array.from(groupedItems(text, /[ \t\r\n]/), ({ item }) => item);
}

/** Items between separators outside braces, and where each begins. */
export function* groupedItems(
  text: string,
  separator = /[, \t\r\n]/,
): Generator<{ readonly item: string; readonly at: number }> {
  let depth = 0;
  let start: number | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (depth === 0 && separator.test(character)) {
      if (start !== undefined) yield { item: text.slice(start, at), at: start };
      start = undefined;
      continue;
    }
    if (character === '{') depth += 1;
    if (character === '}' && depth > 0) depth -= 1;
    start ??= at;
  }
  if (start !== undefined) yield { item: text.slice(start), at: start };
}
