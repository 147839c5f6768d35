/** SCRAM from the server's side (RFC 5802, RFC 7677), with channel binding for the names in `-PLUS`. */
import { createHash } from 'node:crypto';
import { exclusiveOr, hmac, prepared, type ScramHash, scramKeys } from '../../client/sasl/scram.ts';
import type { ChannelBindingType } from '../../client/tls/status.ts';
import type { ExchangeOptions, ServerExchange } from './exchange.ts';

const SALT_BYTES = 12;
const NONCE_BYTES = 12;
const USUAL_ITERATIONS = 4096;
/** No more than this is computed, whatever the client is told. */
const COMPUTED_ITERATIONS_LIMIT = 100_000;

export function scram(hash: ScramHash, binds: boolean): (options: ExchangeOptions) => ServerExchange {
  return function* (options): ServerExchange {
    const { users, lie, iterations = USUAL_ITERATIONS, randomBytes } = options;
    const clientFirst = (yield Buffer.alloc(0)).toString();
    const [, header = '', binding, bare = '', user = '', clientNonce = ''] =
      /^((?:n|y|p=([a-z-]+)),(?:a=[^,]*)?,)(n=([^,]*),r=([^,]+))$/.exec(clientFirst) ?? [];
    if (header === '' || binds !== (binding !== undefined)) return false;
    const name = user.replaceAll('=2C', ',').replaceAll('=3D', '=');
    const password = Object.hasOwn(users, name) ? users[name] : undefined;
    if (password === undefined) return false;

    const salt = randomBytes(SALT_BYTES);
    const nonce = `${lie === 'foreignNonce' ? '' : clientNonce}${Buffer.from(randomBytes(NONCE_BYTES)).toString('base64')}`;
    const extension = lie === 'unknownExtension' ? 'm=unknown,' : '';
    const serverFirst = `${extension}r=${nonce},s=${Buffer.from(salt).toString('base64')},i=${iterations}`;
    const clientFinal = (yield Buffer.from(serverFirst)).toString();
    if (!(iterations >= 1 && iterations <= COMPUTED_ITERATIONS_LIMIT)) return false;

    const [, withoutProof = '', bound, echoed, proof = ''] =
      /^(c=([^,]+),r=([^,]+)),p=([^,]+)$/.exec(clientFinal) ?? [];
    const data = binding === undefined ? Buffer.alloc(0) : bindingOf(options, binding as ChannelBindingType);
    if (echoed !== nonce || data === undefined) return false;
    if (bound !== Buffer.concat([Buffer.from(header), data]).toString('base64')) return false;
    const keys = scramKeys(hash, prepared(password), { salt, iterations });
    const message = `${bare},${serverFirst},${withoutProof}`;
    const clientKey = exclusiveOr(Buffer.from(proof, 'base64'), hmac(hash, keys.stored, message));
    if (!createHash(hash).update(clientKey).digest().equals(keys.stored)) return false;
    if (lie === 'noProof') return true;
    const signature = hmac(hash, keys.server, lie === 'wrongProof' ? `${message}!` : message);
    yield Buffer.from(`v=${signature.toString('base64')}`);
    return true;
  };
}

function bindingOf(
  { lie, channelBinding }: ExchangeOptions,
  type: ChannelBindingType,
): Uint8Array | undefined {
  return lie === 'otherChannel' ? Buffer.from('another channel') : channelBinding?.(type);
}
