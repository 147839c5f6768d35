/** Text that is no UTF-8. */
import type { OpenContext } from './opener.ts';
import { TableError } from './table.ts';

/** Undefined for bytes that are none. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A text as logs show it, where bytes of its source became U+FFFD. */
export function shownText(text: string): string {
  return text.replaceAll('\ufffd', '?');
}

/** Throws TableError, after a warning, about the value of a key, which is shown as it is given. */
export function rejectValue(
  shown: string,
  key: string,
  label: string,
  { warn }: Pick<OpenContext, 'warn'>,
): never {
  const text = `${label}: key "${key}": non-UTF-8 value "${shown}": malformed UTF-8 or invalid codepoint`;
  warn(text);
  throw new TableError(text);
}
