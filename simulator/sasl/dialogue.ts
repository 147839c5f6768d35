/** The server's replies to AUTH and to what follows it (RFC 4954 section 4): what a mechanism comes to in SMTP. */
import { decodeBase64 } from '../../client/sasl/base64.ts';
import type { SaslOptions, ServerContext, ServerExchange } from './exchange.ts';
import { offeredMechanism } from './server.ts';

export type AuthReply =
  | { readonly is: 'challenge'; readonly line: string }
  | {
      readonly is: 'accepted' | 'refused';
      readonly code: number;
      readonly enhanced: string;
      readonly text: string;
    };

const REFUSED: AuthReply = { is: 'refused', code: 535, enhanced: '5.7.8', text: 'authentication failed' };
const BAD_BASE64: AuthReply = { is: 'refused', code: 501, enhanced: '5.5.2', text: 'cannot decode response' };
const CANCELLED: AuthReply = {
  is: 'refused',
  code: 501,
  enhanced: '5.7.0',
  text: 'authentication cancelled',
};
const ACCEPTED: AuthReply = {
  is: 'accepted',
  code: 235,
  enhanced: '2.7.0',
  text: 'authentication successful',
};

export class AuthDialogue {
  readonly #options: SaslOptions | undefined;
  readonly #context: ServerContext;
  #exchange: ServerExchange | undefined;
  /** Set once the exchange is over. */
  #verdict: AuthReply | undefined;

  constructor(options: SaslOptions | undefined, context: ServerContext) {
    this.#options = options;
    this.#context = context;
  }

  /** The reply to `AUTH argument`. */
  begin(argument: string | undefined): AuthReply {
    const [, name = '', initial] = /^([A-Za-z0-9_-]{1,20})(?: (\S+))?$/.exec(argument ?? '') ?? [];
    if (name === '')
      return {
        is: 'refused',
        code: 501,
        enhanced: '5.5.4',
        text: 'syntax: AUTH mechanism [initial-response]',
      };
    const mechanism = offeredMechanism(this.#options, name);
    if (mechanism === undefined)
      return { is: 'refused', code: 504, enhanced: '5.5.4', text: 'mechanism not supported' };
    this.#exchange = mechanism.begin({ mechanisms: [], users: {}, ...this.#options, ...this.#context });
    const first = this.#exchange.next();
    if (initial === undefined || mechanism.ignoresInitial || first.done === true) return this.#replyTo(first);
    if (!mechanism.clientFirst)
      return { is: 'refused', code: 501, enhanced: '5.7.0', text: 'the server speaks first' };
    return this.respond(initial === '=' ? '' : initial);
  }

  /** The reply to a line of the client after a challenge. */
  respond(line: string): AuthReply {
    if (line === '*') return CANCELLED;
    const response = decodeBase64(line);
    if (response === undefined) return BAD_BASE64;
    if (this.#verdict !== undefined) return this.#verdict;
    return this.#exchange === undefined ? REFUSED : this.#replyTo(this.#exchange.next(response));
  }

  #replyTo({ value }: IteratorResult<Buffer, boolean>): AuthReply {
    const lie = this.#options?.lie;
    if (lie === 'endless') return challenge(Buffer.from('more?'));
    if (typeof value !== 'boolean') {
      return lie === 'badBase64' ? { is: 'challenge', line: '334 *=no*' } : challenge(value);
    }
    this.#verdict = value ? ACCEPTED : REFUSED;
    return value && lie === 'oneMore' ? challenge(Buffer.from('one more')) : this.#verdict;
  }
}

function challenge(bytes: Buffer): AuthReply {
  return { is: 'challenge', line: `334 ${bytes.toString('base64')}` };
}
