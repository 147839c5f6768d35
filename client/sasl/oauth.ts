/**
 * Bearer tokens in place of passwords (RFC 7628, and XOAUTH2 before it). A server that refuses the token says why in a
 * challenge, which has to be answered before it says no for good.
 */
import { checkUser, EMPTY, type Exchange, type ExchangeContext } from './exchange.ts';

const SEPARATOR = '\u0001';

/** Answer to the error of a server (RFC 7628 section 3.2.3). */
const DUMMY = Buffer.from(SEPARATOR);

/** RFC 7628 section 3.1. */
export function* oauthBearer(context: ExchangeContext): Exchange {
  checkUser(context);
  const { user, password: token, host, port } = context;
  const name = user.replaceAll('=', '=3D').replaceAll(',', '=2C');
  const fields = [`n,a=${name},`, `host=${host}`, ...(port === 0 ? [] : [`port=${port}`])];
  yield Buffer.from([...fields, `auth=Bearer ${token}`, '', ''].join(SEPARATOR));
  return DUMMY;
}

/** Google's and Microsoft's. */
export function* xoauth2(context: ExchangeContext): Exchange {
  checkUser(context);
  const { user, password: token } = context;
  yield Buffer.from([`user=${user}`, `auth=Bearer ${token}`, '', ''].join(SEPARATOR));
  return EMPTY;
}
