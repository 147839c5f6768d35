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

/** What is between the brace that begins `text` and the one that ends it; undefined when these are no pair. */
export function bracedText(text: string): string | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at > 0 && at === text.length - 1 ? text.slice(1, at) : undefined;
  }
  return undefined;
}

/** Items between commas and white space, empty ones left out. */
export function splitList(text: string): string[] {
  return text.split(/[, \t\r\n]+/).filter((item) => item !== '');
}

/** The same, but a group in `{}` belongs to one item, braces, commas and white space inside included. */
export function splitGroupedList(text: string): string[] {
  return splitOutsideBraces(text, /[, \t\r\n]/);
}

/** Words between white space, in the same way. */
export function splitGroupedWords(text: string): string[] {
  return splitOutsideBraces(text, /[ \t\r\n]/);
}

function splitOutsideBraces(text: string, separator: RegExp): string[] {
  const items: string[] = [];
  let depth = 0;
  let item = '';
  for (const character of text) {
    if (depth === 0 && separator.test(character)) {
      if (item !== '') items.push(item);
      item = '';
      continue;
    }
    if (character === '{') depth += 1;
    if (character === '}' && depth > 0) depth -= 1;
    item += character;
  }
  return item === '' ? items : [...items, item];
}
