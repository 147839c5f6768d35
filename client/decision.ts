/**
 * What the client decides, and why: one kind of decision for each place where it could have gone another way.
 *
 * A decision is told as what it was made of; its words are found by `explain` when somebody wants to read them, so that
 * it costs next to nothing when nobody does. Nothing in it is a credential.
 */

export type Decision =
  | {
      readonly kind: 'destination';
      readonly destination: string;
      /** Of `smtp_fallback_relay`, not of the next hop. */
      readonly isFallback: boolean;
    }
  | {
      readonly kind: 'servers';
      readonly destination: string;
      readonly servers: readonly Choice[];
      readonly foundBy: FoundBy;
      readonly isShuffled: boolean;
      readonly family: 'any' | 'ipv4' | 'ipv6';
    }
  | {
      readonly kind: 'leftOut';
      readonly servers: readonly Named[];
      readonly why: Exclusion;
      /** A limit, or what the log says of it. */
      readonly detail?: string | number;
    }
  | {
      readonly kind: 'tlsLevel';
      readonly server: string;
      readonly level: string;
      readonly source: LevelSource;
      /** What the source says, where DNS makes another level of it; and what DNS says. */
      readonly wanted?: string;
      readonly dane?: string;
    }
  | { readonly kind: 'inTheClear'; readonly why: 'level' | 'notOffered' | 'refused' | 'unavailable' }
  | { readonly kind: 'tlsFailed'; readonly retries: boolean; readonly why: RetryReason }
  | {
      readonly kind: 'reusePolicy';
      readonly load: boolean;
      readonly store: boolean;
      readonly why: ReuseReason;
    }
  | { readonly kind: 'reused'; readonly foundBy: 'nexthop' | 'address'; readonly use: number }
  | { readonly kind: 'notReused'; readonly why: string }
  | { readonly kind: 'kept'; readonly seconds: number; readonly byNexthop: boolean }
  | { readonly kind: 'notKept'; readonly why: ReuseEnd }
  | { readonly kind: 'helo'; readonly why: 'never' | 'greeting' | 'workaround' | 'refused' }
  | {
      readonly kind: 'extensions';
      readonly offered: readonly string[];
      readonly discarded: readonly string[];
    }
  | { readonly kind: 'conversion' }
  | {
      readonly kind: 'authentication';
      /** Absent where none of them will do. */
      readonly mechanism?: string;
      readonly offered: readonly string[];
      readonly options: readonly string[];
    }
  | { readonly kind: 'noAuthentication'; readonly why: 'noCredentials' | 'refusedBefore' }
  | {
      readonly kind: 'timeLimit';
      readonly parameter: string;
      readonly seconds: number;
      /** Completes "while ...". */
      readonly doing: string;
    }
  | {
      readonly kind: 'failure';
      readonly decision: 'keep' | 'defer' | 'bounce';
      readonly recipients: number;
      readonly dsn: string;
      /** Of the failure: whom it hits. */
      readonly scope: string;
      readonly finalServer: boolean;
      readonly softBounce: boolean;
    }
  | { readonly kind: 'suspension'; readonly scope: string }
  | { readonly kind: 'passedOn'; readonly transport: string };

export interface Named {
  readonly host: string;
  /** Absent where none is known. */
  readonly address?: string;
}

export interface Choice extends Named {
  readonly preference: number;
}

/** Records that named the servers, or that there are none: then the domain is its own exchanger. */
export type FoundBy = 'MX' | 'SRV' | 'host' | 'withoutMx';

export type Exclusion =
  | 'ownAddress'
  | 'noAddress'
  | 'balance'
  | 'addressLimit'
  | 'sessionLimit'
  | 'tlsPolicy'
  | 'policyHosts'
  | 'wrapperMode';

/** The parameter that set a level, and the key by which a table was asked. */
export interface LevelSource {
  readonly parameter: string;
  readonly key?: string;
}

export type RetryReason = 'waited' | 'probe' | 'tooNew' | 'required' | 'credentials';
export type ReuseReason = 'listed' | 'onDemand' | 'notAsked';
export type ReuseEnd = 'expired' | 'tlsPolicy' | 'authentication' | 'protocol' | 'ended';

/** What a decision is about, for those who look for some only. */
export const topics = [
  'destination',
  'servers',
  'TLS',
  'reuse',
  'extensions',
  'authentication',
  'time limit',
  'outcome',
] as const;

export type Topic = (typeof topics)[number];

/** A decision in words. */
export interface Explanation {
  readonly about: Topic;
  /** What is done, as a sentence without its subject: the client. */
  readonly text: string;
  /** What made it so: the parameter, the record, the rule. */
  readonly because?: string;
}
