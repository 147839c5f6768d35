/** Mechanisms that take the client at its word, or compare the password. */
import type { ExchangeOptions, ServerExchange } from './exchange.ts';

const NOTHING = Buffer.alloc(0);

/** RFC 4616. */
export function* plain({ users }: ExchangeOptions): ServerExchange {
  const [authorization = '', user = '', password] = (yield NOTHING).toString().split('\0');
  return isUser(users, user) && users[user] === password && (authorization === '' || authorization === user);
}

export function* login({ users }: ExchangeOptions): ServerExchange {
  const user = (yield Buffer.from('Username:')).toString();
  const password = (yield Buffer.from('Password:')).toString();
  return isUser(users, user) && users[user] === password;
}

/** RFC 4505. */
export function* anonymous(): ServerExchange {
  return (yield NOTHING).length <= 255;
}

/** RFC 4422 appendix A: who the client is, is known otherwise. */
export function* external(): ServerExchange {
  yield NOTHING;
  return true;
}

/** RFC 7628, and XOAUTH2: a client that is refused is told why, and answers, before it is refused for good. */
export function* bearer({ users }: ExchangeOptions): ServerExchange {
  const fields = (yield NOTHING).toString().split('\u0001');
  const [first = ''] = fields;
  const escaped = /^n,a=([^,]*),$/.exec(first)?.[1];
  const user = escaped?.replaceAll('=2C', ',').replaceAll('=3D', '=') ?? first.replace(/^user=/, '');
  const token = fields.find((field) => field.startsWith('auth=Bearer '))?.slice('auth=Bearer '.length);
  if (isUser(users, user) && users[user] === token) return true;
  yield Buffer.from('{"status":"invalid_token"}');
  return false;
}

export function isUser(users: ExchangeOptions['users'], name: string): boolean {
  return Object.hasOwn(users, name);
}
