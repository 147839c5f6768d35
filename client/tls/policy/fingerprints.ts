/** Digests that certificates or public keys may have at level fingerprint (security reference 10.3). */

/** The widest digest there is. */
const DIGEST_LIMIT_BYTES = 64;
/** With a colon between bytes. */
const CHARACTERS_PER_BYTE = 3;
const SHOWN_CHARACTERS = { long: 100, malformed: 384 } as const;

/** As upper-case hex pairs between colons; what is no digest is left out, with a warning. */
export function readFingerprints(texts: readonly string[], warn: (text: string) => void): string[] {
  return texts.flatMap((text) => {
    if (text.length > CHARACTERS_PER_BYTE * DIGEST_LIMIT_BYTES) {
      warn(`malformed fingerprint value: ${text.slice(0, SHOWN_CHARACTERS.long)}...`);
      return [];
    }
    if (!/^[0-9a-f]{2}(?::?[0-9a-f]{2})*$/i.test(text)) {
      warn(`malformed fingerprint value: ${text.slice(0, SHOWN_CHARACTERS.malformed)}`);
      return [];
    }
    return [fingerprintText(Buffer.from(text.replaceAll(':', ''), 'hex'))];
  });
}

/** The form of a digest in policies and in the log. */
export function fingerprintText(digest: Uint8Array): string {
  return Array.from(digest, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(':');
}
