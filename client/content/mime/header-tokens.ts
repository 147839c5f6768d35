/** The tokens of a structured header field (RFC 2045 section 5.1), as far as content type and encoding need them. */

export interface HeaderToken {
  readonly kind: 'token' | 'quoted' | 'special';
  readonly text: string;
}

/** What separates tokens in Content-Type (RFC 2045), and in headers that know nothing of MIME (RFC 822). */
export const MIME_SPECIALS = '()<>@,;:\\"/[]?=';
export const MAIL_SPECIALS = '()<>@,;:\\".[]';

/** Tokens of a field, between its semicolons; comments are no tokens, and a quoted string is one without its quotes. */
export function headerItems(value: string, specials: string): HeaderToken[][] {
  const items: HeaderToken[][] = [[]];
  let at = 0;
  while (at < value.length) {
    const character = value.charAt(at);
    if (/[ \t\r\n]/.test(character)) {
      at += 1;
    } else if (character === ';') {
      items.push([]);
      at += 1;
    } else if (character === '(') {
      at = afterComment(value, at + 1);
    } else if (character === '"') {
      const { text, end } = quotedString(value, at + 1);
      items.at(-1)?.push({ kind: 'quoted', text });
      at = end;
    } else {
      const end = tokenEnd(value, at, specials);
      const special = end === at;
      items
        .at(-1)
        ?.push({ kind: special ? 'special' : 'token', text: value.slice(at, special ? at + 1 : end) });
      at = special ? at + 1 : end;
    }
  }
  return items;
}

function afterComment(value: string, start: number): number {
  let depth = 1;
  let at = start;
  for (; at < value.length && depth > 0; at += 1) {
    if (value[at] === '(') depth += 1;
    else if (value[at] === ')') depth -= 1;
    else if (value[at] === '\\') at += 1;
  }
  return at;
}

function quotedString(value: string, start: number): { text: string; end: number } {
  const characters: string[] = [];
  let at = start;
  for (; at < value.length && value[at] !== '"'; at += 1) {
    if (value[at] === '\n') {
      // A fold is no part of the text, nor is the white space before it.
      while (/^[ \t\r\n]$/.test(characters.at(-1) ?? '')) characters.pop();
      continue;
    }
    if (value[at] === '\\') at += 1;
    characters.push(value.charAt(at));
  }
  return { text: characters.join(''), end: at + 1 };
}

function tokenEnd(value: string, start: number, specials: string): number {
  let at = start;
  while (
    at < value.length &&
    !specials.includes(value.charAt(at)) &&
    !/[\u0000-\u0020\u007f]/.test(value.charAt(at))
  )
    at += 1;
  return at;
}
