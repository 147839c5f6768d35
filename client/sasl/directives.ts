/** Lists of `name=value` and `name="quoted value"` between commas, as DIGEST-MD5 has them (RFC 2831 section 7.1). */

export interface Directive {
  /** Lower case. */
  readonly name: string;
  /** Without quotes and backslashes. */
  readonly value: string;
}

const ONE = /[\s,]*([^\s=,"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*))\s*(?=,|$)/sy;

/** Undefined for text that is no such list. */
export function parseDirectives(text: string): Directive[] | undefined {
  const directives: Directive[] = [];
  let at = 0;
  while (/[^\s,]/.test(text.slice(at))) {
    ONE.lastIndex = at;
    const [whole, name, quoted, token = ''] = ONE.exec(text) ?? [];
    if (whole === undefined || name === undefined) return undefined;
    directives.push({ name: name.toLowerCase(), value: quoted?.replace(/\\(.)/gs, '$1') ?? token });
    at += whole.length;
  }
  return directives;
}

/** A value as it stands between quotes. */
export function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
