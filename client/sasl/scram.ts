/**
 * SCRAM (RFC 5802, RFC 7677), with and without channel binding: the password is proved and never sent, and the server
 * proves in turn that it knows it.
 */
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import saslprep from '@mongodb-js/saslprep';
import { decodeBase64 } from './base64.ts';
import { checkUser, EMPTY, type Exchange, type ExchangeContext, SaslError } from './exchange.ts';

export const SCRAM_HASHES = ['sha512', 'sha384', 'sha256', 'sha224', 'sha1'] as const;
export type ScramHash = (typeof SCRAM_HASHES)[number];

const NONCE_BYTES = 24;
const MESSAGE_LIMIT_BYTES = 2048;
/** Of the server's choosing, and work for us: a thousand times what servers ask for is refused. */
const ITERATIONS_LIMIT = 65_536;

/** Of the mechanism without `-PLUS`, or, when `binds`, with it. `mechanism` is its name, for the log. */
export function scram(
  mechanism: string,
  hash: ScramHash,
  binds: boolean,
): (context: ExchangeContext) => Exchange {
  return function* (context): Exchange {
    checkUser(context);
    const binding = binds ? context.channelBinding() : undefined;
    if (binds && binding === undefined) throw new SaslError('no mechanism available');
    const identity = context.authorization && `a=${escaped(context.authorization)}`;
    const header = `${binding === undefined ? withoutBinding(context) : `p=${binding.type}`},${identity},`;
    const nonce = Buffer.from(context.randomBytes(NONCE_BYTES)).toString('base64');
    const firstBare = `n=${escaped(prepared(context.user))},r=${nonce}`;

    const serverFirst = yield Buffer.from(`${header}${firstBare}`);
    const parameters = readServerFirst(mechanism, serverFirst, nonce);

    const bound = Buffer.concat([Buffer.from(header), binding?.data ?? EMPTY]).toString('base64');
    const withoutProof = `c=${bound},r=${parameters.nonce}`;
    const message = `${firstBare},${serverFirst.toString('utf8')},${withoutProof}`;
    const keys = scramKeys(hash, prepared(context.password), parameters);
    const proof = exclusiveOr(keys.client, hmac(hash, keys.stored, message)).toString('base64');

    const serverFinal = yield Buffer.from(`${withoutProof},p=${proof}`);
    checkServerFinal(mechanism, serverFinal, hmac(hash, keys.server, message));
    return EMPTY;
  };
}

/** `y`: a server that could bind, and whose `-PLUS` somebody took away, finds out by it (RFC 5802 section 6). */
function withoutBinding({ channelBinding, serverBinds }: ExchangeContext): 'y' | 'n' {
  return !serverBinds && channelBinding() !== undefined ? 'y' : 'n';
}

interface ServerParameters {
  readonly nonce: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

interface ScramKeys {
  readonly client: Buffer;
  readonly stored: Buffer;
  readonly server: Buffer;
}

/** RFC 5802 section 3. The password is prepared already. */
export function scramKeys(
  hash: ScramHash,
  password: string,
  { salt, iterations }: Pick<ServerParameters, 'salt' | 'iterations'>,
): ScramKeys {
  const length = createHash(hash).digest().length;
  const salted = pbkdf2Sync(password, salt, iterations, length, hash);
  const client = hmac(hash, salted, 'Client Key');
  return {
    client,
    stored: createHash(hash).update(client).digest(),
    server: hmac(hash, salted, 'Server Key'),
  };
}

export function hmac(hash: ScramHash, key: Uint8Array, message: string): Buffer {
  return createHmac(hash, key).update(message).digest();
}

export function exclusiveOr(one: Uint8Array, other: Uint8Array): Buffer {
  return Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));
}

/** SASLprep (RFC 4013); what it forbids is used as it is, as Cyrus does. */
export function prepared(text: string): string {
  try {
    return saslprep(text, { allowUnassigned: true });
  } catch {
    return text;
  }
}

function escaped(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

function readServerFirst(mechanism: string, message: Buffer, clientNonce: string): ServerParameters {
  const fields = fieldsOf(mechanism, message);
  const [first = '', second = '', third = ''] = fields;
  if (first[1] !== '=') throw bad(`Invalid ${mechanism} input`);
  if (first.startsWith('m=')) throw bad(`Unsupported mandatory extension to ${mechanism}`);
  if (!first.startsWith('r=')) throw bad(`Nonce (r=) expected in ${mechanism} input`);
  if (!second.startsWith('s=')) throw bad(`Salt expected after the nonce in ${mechanism} input`);
  if (!third.startsWith('i=')) throw bad(`Iteration count expected after the salt in ${mechanism} input`);
  const nonce = first.slice(2);
  if (nonce.length <= clientNonce.length || !nonce.startsWith(clientNonce))
    throw bad("The nonce received from the server doesn't start from the nonce sent by the client");
  const salt = decodeBase64(second.slice(2));
  if (salt === undefined) throw bad('Invalid base64 encoding of the salt');
  if (salt.length === 0) throw bad("The salt can't be empty");
  const iterations = Number(third.slice(2));
  if (!/^\d+$/.test(third.slice(2)) || iterations === 0)
    throw bad(`Invalid iteration-count in ${mechanism} input`);
  if (iterations > ITERATIONS_LIMIT) throw bad('iteration-count is too big, refusing to compute');
  return { nonce, salt, iterations };
}

function checkServerFinal(mechanism: string, message: Buffer, signature: Buffer): void {
  const [first = ''] = fieldsOf(mechanism, message);
  if (first === '') throw bad(`Invalid ${mechanism} input expected`);
  if (!first.startsWith('v=')) throw bad(`ServerSignature expected in ${mechanism} input`);
  const given = decodeBase64(first.slice(2));
  if (given === undefined) throw bad(`Invalid base64 encoding of the server proof in ${mechanism} input`);
  if (given.length !== signature.length) throw bad(`Invalid server proof (truncated) in ${mechanism} input`);
  if (!timingSafeEqual(given, signature))
    throw new SaslError('authentication failure', 'ServerSignature mismatch');
}

function fieldsOf(mechanism: string, message: Buffer): string[] {
  if (message.length > MESSAGE_LIMIT_BYTES)
    throw bad(`${mechanism} input longer than ${MESSAGE_LIMIT_BYTES} bytes`);
  return message.toString('utf8').split(',');
}

function bad(detail: string): SaslError {
  return new SaslError('bad protocol / cancel', detail);
}
