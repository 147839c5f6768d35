/** CRAM-MD5 from the server's side (RFC 2195). */
import { cramMd5Digest } from '../../client/sasl/cram-md5.ts';
import type { ExchangeOptions, ServerExchange } from './exchange.ts';

export function* cramMd5({ users, host, randomBytes }: ExchangeOptions): ServerExchange {
  const challenge = Buffer.from(`<${Buffer.from(randomBytes(8)).toString('hex')}@${host}>`);
  const [, user = '', digest] = /^(.*) ([0-9a-f]{32})$/s.exec((yield challenge).toString()) ?? [];
  const password = Object.hasOwn(users, user) ? users[user] : undefined;
  return password !== undefined && digest === cramMd5Digest(password, challenge);
}
