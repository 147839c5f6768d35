/**
 * The `tls=` field of the log line: which features of TLS were wished for a server, and what came of them (security
 * reference 14, `smtp_log_tls_feature_status`).
 */
import type { TlsLevel } from './level.ts';

/** What REQUIRETLS came to where it is not in effect. */
export type RequireTlsShortfall = 'nocertmatch' | 'noencryption' | 'nostarttls' | 'none';

interface Feature {
  readonly wished: string;
  /** `undecided` until something is known of the connection; `violated`: so there is none. */
  readonly is: 'undecided' | 'met' | 'violated';
  /** What was achieved in the end. */
  readonly final?: string;
}

/** Of one request: it tells of the server that was tried last. */
export class FeatureStatus {
  #level: Feature | undefined;
  #requireTls: Feature | undefined;

  /** Another server is looked at, at a level that the tables say, or cannot say. */
  begin(level: TlsLevel | 'unknown', requireTls: boolean): void {
    this.#level = { wished: level, is: 'undecided' };
    this.#requireTls = requireTls ? { wished: REQUIRETLS, is: 'undecided' } : undefined;
  }

  /** The connection is used at this level, `none` in the clear. */
  levelMet(final: TlsLevel): void {
    this.#level = decided(this.#level, 'met', final);
  }

  /** The connection is not used, for it is not what the level wants. */
  levelViolated(final?: TlsLevel): void {
    this.#level = decided(this.#level, 'violated', final);
  }

  /** The message goes without REQUIRETLS, or with less than it demands; absent: in full. */
  requireTlsMet(shortfall: RequireTlsShortfall | undefined): void {
    this.#requireTls = decided(this.#requireTls, 'met', shortfall);
  }

  requireTlsViolated(shortfall: RequireTlsShortfall): void {
    this.#requireTls = decided(this.#requireTls, 'violated', shortfall);
  }

  /** What follows `tls=`; '' as long as no server was looked at. */
  toString(): string {
    return [this.#level, this.#requireTls]
      .filter((feature) => feature !== undefined)
      .map(shown)
      .join('/');
  }
}

const REQUIRETLS = 'requiretls';

function decided(
  feature: Feature | undefined,
  is: 'met' | 'violated',
  final: string | undefined,
): Feature | undefined {
  return feature && { wished: feature.wished, is, ...(final !== undefined && { final }) };
}

function shown({ wished, is, final = wished }: Feature): string {
  return `${is === 'violated' ? '!' : ''}${wished}${final === wished ? '' : `:${final}`}${is === 'undecided' ? '?' : ''}`;
}
