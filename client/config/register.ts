/**
 * The parameter register: every configuration parameter of smtp(8) and lmtp(8), once. The types of {@link Settings},
 * the resolution of values, the command line's checks and the documentation all derive from it.
 *
 * Names, defaults, bounds and twins are those of Postfix 3.12. A parameter that no scenario shows fails the tests,
 * and so does one that no code reads, unless its entry says why it has no effect.
 */
import type { Parameter } from './parameter.ts';
import { cache } from './register/cache.ts';
import { connect } from './register/connect.ts';
import { content } from './register/content.ts';
import { dns } from './register/dns.ts';
import { ehlo } from './register/ehlo.ts';
import { envelope } from './register/envelope.ts';
import { general } from './register/general.ts';
import { i18n } from './register/i18n.ts';
import { limits } from './register/limits.ts';
import { logging } from './register/logging.ts';
import { obsolete } from './register/obsolete.ts';
import { sasl } from './register/sasl.ts';
import { services } from './register/services.ts';
import { timeouts } from './register/timeouts.ts';
import { tls } from './register/tls.ts';
import { trouble } from './register/trouble.ts';

export const register = {
  ...general,
  ...connect,
  ...dns,
  ...cache,
  ...ehlo,
  ...envelope,
  ...content,
  ...i18n,
  ...timeouts,
  ...trouble,
  ...logging,
  ...tls,
  ...sasl,
  ...limits,
  ...services,
  ...obsolete,
} as const satisfies Record<string, Parameter>;

export type ParameterName = keyof typeof register;

type ValueOf<P> = P extends { type: 'bool' }
  ? boolean
  : P extends { type: 'int' | 'size' | 'time' }
    ? number
    : P extends { type: 'list'; words: readonly (infer Word)[] }
      ? readonly Word[]
      : P extends { type: 'list' | 'tables' }
        ? readonly string[]
        : P extends { type: 'enum'; words: readonly (infer Word)[] }
          ? Word
          : string;

/**
 * The resolved configuration of one service. Times are whole seconds, sizes are bytes, enumerations are lower case.
 * Under the lmtp service the same keys hold the values of the lmtp twins.
 */
export type Settings = { readonly [Name in ParameterName]: ValueOf<(typeof register)[Name]> };

type NamesOf<Type> = {
  [Name in ParameterName]: (typeof register)[Name] extends { readonly type: Type } ? Name : never;
}[ParameterName];

/** The parameters that list lookup tables, and those that take just one. */
export type TablesParameter = NamesOf<'tables'>;
export type TableParameter = NamesOf<'table'>;
/** The match lists. */
export type MatchListParameter = NamesOf<'match-list'>;

/** The register as a plain list, for code that walks over it. */
export const parameters: readonly (readonly [ParameterName, Parameter])[] = (
  Object.keys(register) as ParameterName[]
).map((name) => [name, register[name]] as const);
