/** The parameters that decide which addresses a destination has, and in which order. */
export interface ExchangerSettings {
  /** `all`, `ipv4`, `ipv6`. */
  readonly inet_protocols: readonly string[];
  readonly smtp_dns_support_level: '' | 'disabled' | 'enabled' | 'dnssec';
  readonly disable_dns_lookups: boolean;
  readonly ignore_mx_lookup_error: boolean;
  readonly smtp_defer_if_no_mx_address_found: boolean;
  /** `dns`, `native`; DNS always comes first. */
  readonly smtp_host_lookup: readonly string[];
  readonly smtp_randomize_addresses: boolean;
  readonly smtp_address_preference: 'any' | 'ipv4' | 'ipv6';
  readonly smtp_balance_inet_protocols: boolean;
  /** 0 or less: no limit. */
  readonly smtp_mx_address_limit: number;
  readonly smtp_cname_overrides_servername: boolean;
  /** `all`, `loopback-only`, or addresses and host names. */
  readonly inet_interfaces: readonly string[];
  readonly proxy_interfaces: readonly string[];
  readonly allow_srv_lookup_fallback: boolean;
  readonly ignore_srv_lookup_error: boolean;
  /** How host names are completed with the search list; see search.ts. */
  readonly smtp_dns_resolver_options: readonly ('res_defnames' | 'res_dnsrch')[];
  readonly enable_idna2003_compatibility: boolean;
  readonly smtp_tls_dane_insecure_mx_policy: 'may' | 'encrypt' | 'dane';
}

export type Family = 4 | 6;

/** Address families in use, in the order in which they are looked up. */
export function enabledFamilies(settings: Pick<ExchangerSettings, 'inet_protocols'>): readonly Family[] {
  const names = settings.inet_protocols.map((name) => name.toLowerCase());
  const families: Family[] = [];
  if (names.includes('all') || names.includes('ipv4')) families.push(4);
  if (names.includes('all') || names.includes('ipv6')) families.push(6);
  return families;
}

/** Whether answers are wanted validated. */
export function wantsDnssec(settings: Pick<ExchangerSettings, 'smtp_dns_support_level'>): boolean {
  return settings.smtp_dns_support_level === 'dnssec';
}

/** Whether DNS is used at all; without it a domain is just a host. */
export function usesDns(
  settings: Pick<ExchangerSettings, 'smtp_dns_support_level' | 'disable_dns_lookups'>,
): boolean {
  const level = settings.smtp_dns_support_level;
  return level === '' ? !settings.disable_dns_lookups : level !== 'disabled';
}
