/** Mechanisms that say who one is, without a proof that could be checked: what they say is readable on the way. */
import { checkUser, type Exchange, type ExchangeContext } from './exchange.ts';

/** RFC 4616. */
// biome-ignore lint/correctness/useYield: it says everything at once
export function* plain(context: ExchangeContext): Exchange {
  checkUser(context);
  const { authorization, user, password } = context;
  return Buffer.from(`${authorization}\0${user}\0${password}`);
}

/** Never standardised (draft-murchison-sasl-login): what the server asks is not looked at. */
export function* login(context: ExchangeContext): Exchange {
  yield undefined;
  checkUser(context);
  yield Buffer.from(context.user);
  return Buffer.from(context.password);
}

/** RFC 4505: a trace of who it was, for the server's log. */
// biome-ignore lint/correctness/useYield: it says everything at once
export function* anonymous({ authorization, hostname }: ExchangeContext): Exchange {
  return Buffer.from(`${authorization || 'anonymous'}@${hostname}`);
}
