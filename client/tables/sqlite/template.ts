/**
 * Texts with `%` letters that parts of a key, or of a value found, take the place of (sqlite_table(5)): `%s` the whole,
 * `%u` what stands before its last `@`, `%d` the domain behind it. `%S`, `%U` and `%D` are always those of the key, and so
 * are `%1` to `%9`, the labels of its domain from the right.
 */
import { TableError } from '../table.ts';

/** A letter, or text in between. */
type Part = { readonly letter: string } | { readonly text: string };

export interface Templates {
  /** The query for a key, `quote` applied to all that is put in; undefined when the key has not what it asks for. */
  query(key: string, quote: (text: string) => string): string | undefined;
  /** What a value found becomes; undefined when it has not what the format asks for. */
  result(value: string, key: string): string | undefined;
}

/** `label` names the table. Throws TableError for a letter that means nothing. */
export function parseTemplates(query: string, resultFormat: string, label: string): Templates {
  const queryParts = parse(query, `${label}: Invalid query template: ${query}`);
  const resultParts = parse(resultFormat, `${label}: Invalid result template: ${resultFormat}`);
  const ofQuery = lettersOf(queryParts);
  const ofResult = lettersOf(resultParts);
  const ofKey = (text: string) => [ofQuery, ofResult].some((letters) => letters.has(text));
  const labels = Math.max(0, ...[...ofQuery, ...ofResult].filter((letter) => /\d/.test(letter)).map(Number));
  const keyNeeds = {
    user: ofQuery.has('u') || ofKey('U'),
    domain: ofQuery.has('d') || ofKey('D') || labels > 0,
    labels,
  };
  const valueNeeds = { user: ofResult.has('u'), domain: ofResult.has('d'), labels: 0 };
  return {
    query(key, quote) {
      if (!has(key, keyNeeds)) return undefined;
      return fill(queryParts, (letter) => quote(partOf(key, letter.toLowerCase())));
    },
    result(value, key) {
      if (!has(value, valueNeeds)) return undefined;
      return fill(resultParts, (letter) =>
        /[sud]/.test(letter) ? partOf(value, letter) : partOf(key, letter.toLowerCase()),
      );
    },
  };
}

function parse(template: string, fault: string): readonly Part[] {
  return template.split(/(%[\s\S]?)/).map((piece): Part => {
    if (!piece.startsWith('%')) return { text: piece };
    const letter = piece.slice(1);
    if (letter === '%') return { text: letter };
    if (!/^[sudSUD1-9]$/.test(letter)) throw new TableError(fault);
    return { letter };
  });
}

function lettersOf(parts: readonly Part[]): ReadonlySet<string> {
  return new Set(parts.flatMap((part) => ('letter' in part ? part.letter : [])));
}

function fill(parts: readonly Part[], value: (letter: string) => string): string {
  return parts.map((part) => ('letter' in part ? value(part.letter) : part.text)).join('');
}

interface Needs {
  readonly user: boolean;
  readonly domain: boolean;
  readonly labels: number;
}

/** A text without `@` is a user without a domain. */
function has(text: string, needs: Needs): boolean {
  if (needs.domain && domainOf(text) === '') return false;
  if (needs.user && text.lastIndexOf('@') === 0) return false;
  return labelsOf(text).length >= needs.labels;
}

function partOf(text: string, letter: string): string {
  const at = text.lastIndexOf('@');
  if (letter === 's') return text;
  if (letter === 'u') return at < 0 ? text : text.slice(0, at);
  if (letter === 'd') return domainOf(text);
  return labelsOf(text).at(-Number(letter)) ?? '';
}

function domainOf(text: string): string {
  const at = text.lastIndexOf('@');
  return at < 0 ? '' : text.slice(at + 1);
}

function labelsOf(text: string): string[] {
  return domainOf(text)
    .split('.')
    .filter((label) => label !== '');
}
