/**
 * Takes credentials out of text: a server may repeat what it was told, and its replies are quoted in logs, reports and
 * mail to senders. Postfix quotes them as they are.
 */

/** Shorter ones are found in words that have nothing to do with them. */
const SHORTEST_CHARACTERS = 4;

export const HIDDEN = '<hidden>';

export class Redaction {
  readonly #secrets = new Set<string>();

  /** Texts to hide, each as it is and in the encodings in which a server would repeat it: base64 and hex. */
  add(secrets: readonly string[]): void {
    for (const secret of secrets) for (const form of formsOf(secret)) this.#secrets.add(form);
  }

  of(text: string): string {
    let redacted = text;
    for (const secret of this.#secrets) redacted = redacted.replaceAll(secret, HIDDEN);
    return redacted;
  }
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  if (secret.length < SHORTEST_CHARACTERS) return [];
  const hex = bytes.toString('hex');
  // Within a longer text base64 depends on where the secret begins; of its ends it shares characters with what is around.
  const shifted = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const from = [0, 2, 3][before] ?? 0;
    const to = Math.floor(((before + bytes.length) * 4) / 3);
    return encoded.slice(from, to);
  });
  const forms = [secret, bytes.toString('base64'), ...shifted, hex, hex.toUpperCase(), printable(secret)];
  // The longest first, so that none leaves the end of another.
  return [...new Set(forms)]
    .filter((form) => form.length >= SHORTEST_CHARACTERS)
    .sort((one, other) => other.length - one.length);
}

/** As a reply line shows it: control characters are `?` there. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, '?');
}
