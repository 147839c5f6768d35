/**
 * Takes credentials out of text: a server may repeat what it was told, and its replies are quoted in logs, reports and
 * mail to senders. Postfix quotes them as they are.
 */

/** Shorter ones are found in texts that have nothing to do with them. */
const SHORTEST_CHARACTERS = 4;
/** Shorter ones are hidden as words only: `pass` is no part of `password`. */
const UNMISTAKABLE_CHARACTERS = 8;

export const HIDDEN = '<hidden>';

export class Redaction {
  readonly #forms = new Map<string, RegExp>();

  /** Texts to hide, each as it is and in the encodings in which a server would repeat it: base64 and hex. */
  add(secrets: readonly string[]): void {
    for (const secret of secrets) {
      if (secret.length < SHORTEST_CHARACTERS || this.#forms.has(secret)) continue;
      for (const form of [secret, printable(secret)]) this.#forms.set(form, patternOf(form));
      for (const form of encodedForms(secret))
        this.#forms.set(form, new RegExp(form.replace(/[+/]/g, '\\$&'), 'g'));
    }
  }

  of(text: string): string {
    let redacted = text;
    for (const pattern of this.#forms.values()) redacted = redacted.replace(pattern, HIDDEN);
    return redacted;
  }
}

function patternOf(secret: string): RegExp {
  const literal = secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  if (secret.length >= UNMISTAKABLE_CHARACTERS) return new RegExp(literal, 'g');
  return new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'gu');
}

/** The longest first, so that none leaves the end of another. */
function encodedForms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  // Within a longer text base64 depends on where the secret begins, and shares characters with what is around it.
  const shifted = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return encoded.slice([0, 2, 3][before], Math.floor(((before + bytes.length) * 4) / 3));
  });
  return [bytes.toString('base64'), ...shifted, hex, hex.toUpperCase()]
    .filter((form) => form.length >= SHORTEST_CHARACTERS)
    .sort((one, other) => other.length - one.length);
}

/** As a reply line shows it: control characters are `?` there. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, '?');
}
