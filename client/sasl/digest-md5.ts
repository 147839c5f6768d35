/** DIGEST-MD5 (RFC 2831), without security layers: both sides prove that they know the password. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Directive, parseDirectives, quoted } from './directives.ts';
import { checkUser, EMPTY, type Exchange, type ExchangeContext, SaslError } from './exchange.ts';

const CNONCE_BYTES = 32;
const CHALLENGE_LIMIT_BYTES = 2048;
/** Smallest and largest `maxbuf` that has a meaning. */
const BUFFER_LIMITS_BYTES = [16, 0xff_ff_ff] as const;
const NONCE_COUNT = '00000001';

export function* digestMd5(context: ExchangeContext): Exchange {
  const challenge = readChallenge(yield undefined);
  checkUser(context);
  const realm = challenge.realm ?? context.host;
  const input: DigestInput = {
    user: context.user,
    password: context.password,
    realm,
    nonce: challenge.nonce,
    cnonce: Buffer.from(context.randomBytes(CNONCE_BYTES)).toString('base64'),
    uri: `${context.service}/${context.host}`,
  };
  const fields = [
    `username=${quoted(input.user)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(input.nonce)}`,
    `cnonce=${quoted(input.cnonce)}`,
    `nc=${NONCE_COUNT}`,
    'qop=auth',
    `digest-uri=${quoted(input.uri)}`,
    `response=${digestOf(input, 'AUTHENTICATE')}`,
  ];
  const proof = yield Buffer.from(fields.join(','));
  checkProof(proof, digestOf(input, ''));
  return EMPTY;
}

export interface DigestInput {
  readonly user: string;
  readonly password: string;
  readonly realm: string;
  readonly nonce: string;
  readonly cnonce: string;
  readonly uri: string;
}

/** RFC 2831 section 2.1.2.1: the response of the client, or (`method` '') that of the server. */
export function digestOf(
  { user, password, realm, nonce, cnonce, uri }: DigestInput,
  method: 'AUTHENTICATE' | '',
): string {
  const secret = md5([latin1(user), ':', latin1(realm), ':', latin1(password)]);
  const session = md5([secret, `:${nonce}:${cnonce}`]).toString('hex');
  const request = md5([`${method}:${uri}`]).toString('hex');
  return md5([`${session}:${nonce}:${NONCE_COUNT}:${cnonce}:auth:${request}`]).toString('hex');
}

/** What ISO 8859-1 can say is hashed in it, whatever it is sent in. */
function latin1(text: string): Buffer {
  return Buffer.from(text, /^[\u0000-\u00ff]*$/.test(text) ? 'latin1' : 'utf8');
}

function md5(parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function readChallenge(message: Buffer): { nonce: string; realm: string | undefined } {
  if (message.length === 0) throw new SaslError('generic failure', 'no server challenge');
  const directives = directivesOf(message);
  const all = (name: string) => directives.flatMap((each) => (each.name === name ? [each.value] : []));
  const algorithms = all('algorithm');
  for (const algorithm of algorithms)
    if (algorithm.toLowerCase() !== 'md5-sess') throw generic("'algorithm' isn't 'md5-sess'");
  if (all('charset').some((charset) => charset.toLowerCase() !== 'utf-8'))
    throw new SaslError('authentication failure', 'Charset must be UTF-8');
  for (const size of all('maxbuf')) checkBufferSize(size);
  const protections = all('qop').flatMap((list) => list.toLowerCase().split(/[\s,]+/));
  if (protections.length > 0 && !protections.includes('auth'))
    throw generic('Server doesn\'t support "no layer"');
  if (algorithms.length === 0) throw generic("Must see 'algorithm' once. Didn't see at all");
  if (algorithms.length > 1) throw generic("Must see 'algorithm' only once");
  const nonce = all('nonce').at(-1);
  if (nonce === undefined) throw generic("Don't have nonce.");
  // Of several realms none can be chosen for the user.
  const [realm, ...others] = all('realm');
  return { nonce, realm: others.length > 0 ? undefined : realm };
}

function checkBufferSize(text: string): void {
  const [least, most] = BUFFER_LIMITS_BYTES;
  const size = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (size > least && size <= most) return;
  const what = size <= least ? `too small: ${size}` : 'not a size';
  throw new SaslError('authentication failure', `Invalid maxbuf parameter received from server (${what})`);
}

/** RFC 2831 section 2.1.3. */
function checkProof(message: Buffer, expected: string): void {
  const given = directivesOf(message).find(({ name }) => name === 'rspauth')?.value;
  if (given === undefined) throw new SaslError('generic failure');
  const isEqual =
    given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
  if (isEqual) return;
  throw new SaslError(
    'server failed mutual authentication step',
    'DIGEST-MD5: This server wants us to believe that he knows shared secret',
  );
}

function directivesOf(message: Buffer): Directive[] {
  if (message.length > CHALLENGE_LIMIT_BYTES) throw new SaslError('bad protocol / cancel');
  const directives = parseDirectives(message.toString('utf8'));
  if (directives === undefined) throw new SaslError('authentication failure', 'Parse error');
  return directives;
}

function generic(detail: string): SaslError {
  return new SaslError('generic failure', detail);
}
