/** What the register says of a configuration parameter. */

import type { MatchKind } from './match-kind.ts';

/** Postfix's own grouping of what a parameter is about. */
export type Group =
  | 'general'
  | 'dns'
  | 'connect'
  | 'cache'
  | 'ehlo'
  | 'envelope'
  | 'content'
  | 'i18n'
  | 'timeouts'
  | 'trouble'
  | 'logging'
  | 'tls'
  | 'sasl'
  | 'limits'
  | 'services'
  | 'obsolete';

/** The name (and default, where it differs) under which the lmtp service reads the same setting. */
export interface LmtpTwin {
  readonly name: string;
  readonly default?: string;
  readonly seed?: true;
}

/** Why a parameter has no effect on a single delivery. */
export const AGENT_ONLY =
  'It is about talks with other programs of a running Postfix, which `nexthop agent` has.';

interface Common {
  /** Literal text before expansion: it may name other parameters. */
  readonly default?: string;
  /** The default comes from the host's name instead of a text. */
  readonly computed?: true;
  /** Shortest accepted value, in characters, after expansion. */
  readonly minLength?: number;
  /** Absent: both services read the same name. `false`: the lmtp service ignores the parameter and keeps the default. */
  readonly lmtp?: LmtpTwin | false;
  /** The first Postfix release that knows the name. */
  readonly since: string;
  readonly group: Group;
  /** Named in the manual page this client started from, smtp(8) of Postfix 3.2. */
  readonly seed?: true;
  readonly meaning: string;
  /** Why it is accepted quietly, checked and else of no effect: it has no meaning outside a running Postfix, or any more. */
  readonly noEffect?: string;
}

interface Bounds {
  /** Inclusive. Absent: not checked, so that negative numbers pass as they do in Postfix. */
  readonly min?: number;
  readonly max?: number;
}

export type TimeUnit = 's' | 'm' | 'h' | 'd' | 'w';

export type Parameter = Common &
  (
    | { readonly type: 'bool' }
    /** A 32-bit number. */
    | ({ readonly type: 'int'; readonly unit?: string } & Bounds)
    /** A 64-bit number of bytes. */
    | ({ readonly type: 'size'; readonly unit: 'bytes' } & Bounds)
    /** `unit` is what a bare number counts. */
    | ({ readonly type: 'time'; readonly unit: TimeUnit } & Bounds)
    | { readonly type: 'string'; readonly syntax?: 'hostname' | 'release' | 'ipv4' | 'ipv6' | 'query' }
    /** Items between commas and white space; with `words`, no other item is allowed and case matters. */
    | { readonly type: 'list'; readonly words?: readonly string[] }
    /** A match list (client/tables/match-list.ts); `kind` is what its items are compared with. */
    | { readonly type: 'match-list'; readonly kind: MatchKind }
    /** Lookup tables, each `type:name`, tried in order. */
    | { readonly type: 'tables' }
    /** One lookup table. */
    | { readonly type: 'table' }
    /** One of `words`, in any case. */
    | { readonly type: 'enum'; readonly words: readonly string[] }
  );
