/** What DNSSEC says of the way from a next hop to an address (security reference 5.2). */
export interface DnsTrust {
  /** The MX or SRV records that named the host; absent when there were none (implicit MX, bracketed next hop). */
  readonly exchangers?: ExchangerTrust;
  /** The address record of this very address was validated. */
  readonly addressAuthenticated: boolean;
  /** The name that was asked for its addresses. */
  readonly queriedName: string;
  /** The name that owns the address record, at the end of the alias chain. */
  readonly canonicalName: string;
}

export interface ExchangerTrust {
  readonly authenticated: boolean;
  /** The name that was asked for the records. */
  readonly queriedName: string;
  /** The name that owns them, at the end of its alias chain. */
  readonly owner: string;
}

/** Nothing is known of a name that DNS did not resolve. */
export function untrusted(name: string): DnsTrust {
  return { addressAuthenticated: false, queriedName: name, canonicalName: name };
}
