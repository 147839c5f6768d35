/** DIGEST-MD5 from the server's side (RFC 2831). */
import { digestOf } from '../../client/sasl/digest-md5.ts';
import { parseDirectives, quoted } from '../../client/sasl/directives.ts';
import type { ExchangeOptions, ServerExchange } from './exchange.ts';

export function* digestMd5({ users, host, realm = host, lie, randomBytes }: ExchangeOptions): ServerExchange {
  const nonce = Buffer.from(randomBytes(16)).toString('base64');
  const challenge = `realm=${quoted(realm)},nonce=${quoted(nonce)},qop="auth",charset=utf-8,algorithm=md5-sess`;
  const response = (yield Buffer.from(challenge)).toString();
  const directives = parseDirectives(response) ?? [];
  const given = (name: string) => directives.find((each) => each.name === name)?.value ?? '';
  const user = given('username');
  const password = Object.hasOwn(users, user) ? users[user] : undefined;
  if (password === undefined || given('nonce') !== nonce || !/^(?:smtp|lmtp)\//.test(given('digest-uri')))
    return false;
  const input = {
    user,
    password: lie === 'wrongProof' ? `${password}!` : password,
    realm: given('realm'),
    nonce,
    cnonce: given('cnonce'),
    uri: given('digest-uri'),
  };
  const proof = digestOf(input, '');
  if (lie === undefined && given('response') !== digestOf(input, 'AUTHENTICATE')) return false;
  if (lie !== 'noProof') yield Buffer.from(`rspauth=${proof}`);
  return true;
}
