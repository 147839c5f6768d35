/** CRAM-MD5 (RFC 2195): the password keys a digest of the server's challenge. */
import { createHmac } from 'node:crypto';
import { checkUser, type Exchange, type ExchangeContext, SaslError } from './exchange.ts';

const CHALLENGE_LIMIT_BYTES = 1024;

export function* cramMd5(context: ExchangeContext): Exchange {
  const challenge = yield undefined;
  checkUser(context);
  if (challenge.length > CHALLENGE_LIMIT_BYTES) {
    throw new SaslError('bad protocol / cancel', `CRAM-MD5 input longer than ${CHALLENGE_LIMIT_BYTES} bytes`);
  }
  return Buffer.from(`${context.user} ${cramMd5Digest(context.password, challenge)}`);
}

/** RFC 2195 section 2, in lower-case hex. */
export function cramMd5Digest(password: string, challenge: Uint8Array): string {
  return createHmac('md5', password).update(challenge).digest('hex');
}
