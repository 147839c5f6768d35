/** A mistake in the configuration: one line that names the parameter, the value and the cure. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Quoted text in a message may be hostile or huge: it stays on one line and below this length. */
const QUOTED_LIMIT_CHARACTERS = 80;

/** `text` as it may appear inside a one-line message: control characters become spaces, long text is cut. */
export function shown(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ');
  return line.length <= QUOTED_LIMIT_CHARACTERS ? line : `${line.slice(0, QUOTED_LIMIT_CHARACTERS)}...`;
}
