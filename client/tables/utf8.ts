/** What is said of text that is no UTF-8. */

/** A text as logs show it, where bytes of its source became U+FFFD. */
export function shownText(text: string): string {
  return text.replaceAll('\ufffd', '?');
}

/** The warning about a value, which is shown as it is given. */
export function malformedValue(label: string, key: string, value: string): string {
  return `${label}: key "${key}": non-UTF-8 value "${value}": malformed UTF-8 or invalid codepoint`;
}
