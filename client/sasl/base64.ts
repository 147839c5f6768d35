/** Base64 of challenges, read strictly (RFC 4648 section 4; RFC 4954 section 4). */
import { SaslError } from './exchange.ts';

const WHOLE = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?$/;

/** Undefined for what is no base64. */
export function decodeBase64(text: string): Buffer | undefined {
  return WHOLE.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/** The challenge of a reply. Throws SaslError; text that ends in mid-group is told apart, as Cyrus does. */
export function decodeChallenge(text: string): Buffer {
  const complete = text.slice(0, text.length - (text.length % 4));
  const decoded = decodeBase64(complete);
  if (decoded === undefined) throw new SaslError('bad protocol / cancel');
  if (complete !== text) {
    throw new SaslError(
      complete.endsWith('=') ? 'bad protocol / cancel' : 'another step is needed in authentication',
    );
  }
  return decoded;
}
