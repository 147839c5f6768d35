/**
 * The parameter register: every configuration parameter the client reads, once. The types of {@link Settings},
 * the resolution of values, the command line's checks and the documentation all derive from this table.
 *
 * Names, defaults, bounds and twins are those of Postfix 3.12; a parameter that no code reads fails the tests.
 */

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
  | 'logging';

/** The name (and default, where it differs) under which the lmtp service reads the same setting. */
export interface LmtpTwin {
  readonly name: string;
  readonly default?: string;
}

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
  readonly meaning: string;
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
    | { readonly type: 'string'; readonly syntax?: 'hostname' | 'release' | 'ipv4' | 'ipv6' }
    /** Items between commas and white space; with `words`, no other item is allowed and case matters. */
    | { readonly type: 'list'; readonly words?: readonly string[] }
    /** Lookup tables, each `type:name`, tried in order. */
    | { readonly type: 'tables' }
    /** One lookup table. */
    | { readonly type: 'table' }
    /** One of `words`, in any case. */
    | { readonly type: 'enum'; readonly words: readonly string[] }
  );

export const register = {
  myhostname: {
    type: 'string',
    computed: true,
    minLength: 1,
    syntax: 'hostname',
    since: 'before 2.0',
    group: 'general',
    meaning:
      "This host's own name: the default EHLO argument, and how a mail loop to itself is recognized. An unqualified system name is completed with mydomain or localdomain.",
  },
  mydomain: {
    type: 'string',
    computed: true,
    minLength: 1,
    syntax: 'hostname',
    since: 'before 2.0',
    group: 'general',
    meaning: 'The domain of this host: myhostname without its first label.',
  },
  inet_protocols: {
    type: 'list',
    default: 'all',
    words: ['all', 'ipv4', 'ipv6'],
    since: '2.2',
    group: 'connect',
    meaning: 'Address families that may be looked up and connected to.',
  },
  inet_interfaces: {
    type: 'list',
    default: 'all',
    since: 'before 2.0',
    group: 'connect',
    meaning: 'Own addresses, for loop detection; a single address is also the source of connections.',
  },
  proxy_interfaces: {
    type: 'list',
    default: '',
    since: '2.0',
    group: 'connect',
    meaning: 'Addresses of translators and proxies in front of this host, own addresses for loop detection.',
  },
  smtp_tcp_port: {
    type: 'string',
    default: 'smtp',
    lmtp: { name: 'lmtp_tcp_port', default: '24' },
    since: '3.2',
    group: 'connect',
    meaning: 'Service name or number of the port for a nexthop that gives none.',
  },
  known_tcp_ports: {
    type: 'list',
    default: 'lmtp=24, smtp=25, smtps=submissions=465, submission=587',
    since: '3.6',
    group: 'connect',
    meaning: "Service names and their ports, `name=name=port`, asked before the system's own list.",
  },
  smtp_fallback_relay: {
    type: 'list',
    default: '$fallback_relay',
    lmtp: { name: 'lmtp_fallback_relay', default: '' },
    since: '2.3',
    group: 'connect',
    meaning: 'Destinations tried in order once the normal one is unreachable or refuses for now.',
  },
  fallback_relay: {
    type: 'list',
    default: '',
    lmtp: false,
    since: 'before 2.0',
    group: 'connect',
    meaning: 'The name of smtp_fallback_relay before Postfix 2.3, still its default.',
  },
  tcp_windowsize: {
    type: 'int',
    default: '0',
    unit: 'bytes',
    since: '2.6',
    group: 'connect',
    meaning:
      'Socket buffer size of connections. Accepted with a warning when above 0: Node.js cannot set it, and the system chooses.',
  },
  best_mx_transport: {
    type: 'string',
    default: '',
    lmtp: false,
    since: 'before 2.0',
    group: 'dns',
    meaning:
      'Where recipients go whose best mail exchanger is this host, `transport` or `transport:nexthop`, instead of back to the sender.',
  },
  use_srv_lookup: {
    type: 'list',
    default: '',
    since: '3.8',
    group: 'dns',
    meaning: 'Services, as destinations name them, whose hosts and ports are found by SRV records.',
  },
  allow_srv_lookup_fallback: {
    type: 'bool',
    default: 'no',
    since: '3.8',
    group: 'dns',
    meaning: 'Whenever SRV records lead nowhere, the MX or address lookup follows.',
  },
  ignore_srv_lookup_error: {
    type: 'bool',
    default: 'no',
    since: '3.8',
    group: 'dns',
    meaning: 'An SRV query that fails is followed by the MX or address lookup.',
  },
  smtp_dns_resolver_options: {
    type: 'list',
    default: '',
    words: ['res_defnames', 'res_dnsrch'],
    lmtp: { name: 'lmtp_dns_resolver_options' },
    since: '2.8',
    group: 'dns',
    meaning:
      'Host names are completed with the search list of resolv.conf: `res_defnames` those without a dot with its first domain, `res_dnsrch` others too, with every domain.',
  },
  smtp_dns_support_level: {
    type: 'enum',
    default: '',
    words: ['', 'disabled', 'enabled', 'dnssec'],
    lmtp: { name: 'lmtp_dns_support_level' },
    since: '2.11',
    group: 'dns',
    meaning: 'No DNS, plain DNS, or DNSSEC-aware DNS; empty leaves it to disable_dns_lookups.',
  },
  disable_dns_lookups: {
    type: 'bool',
    default: 'no',
    since: 'before 2.0',
    group: 'dns',
    meaning: 'Old switch against DNS, read only while smtp_dns_support_level is empty.',
  },
  smtp_dns_reply_filter: {
    type: 'tables',
    default: '',
    lmtp: { name: 'lmtp_dns_reply_filter' },
    since: '3.0',
    group: 'dns',
    meaning: 'Lookup tables that are asked about each DNS record, as a zone file writes it; IGNORE drops it.',
  },
  ignore_mx_lookup_error: {
    type: 'bool',
    default: 'no',
    lmtp: false,
    since: 'before 2.0',
    group: 'dns',
    meaning: "A failed MX query falls back to the domain's own address instead of deferring.",
  },
  smtp_defer_if_no_mx_address_found: {
    type: 'bool',
    default: 'no',
    lmtp: { name: 'lmtp_defer_if_no_mx_address_found' },
    since: '2.1',
    group: 'dns',
    meaning: 'Mail is kept, not returned, when no mail exchanger of a domain has an address.',
  },
  smtp_host_lookup: {
    type: 'list',
    default: 'dns',
    words: ['dns', 'native'],
    minLength: 1,
    lmtp: { name: 'lmtp_host_lookup' },
    since: '2.1',
    group: 'dns',
    meaning: 'Where host names become addresses: DNS, the native host table, or both in this order.',
  },
  smtp_randomize_addresses: {
    type: 'bool',
    default: 'yes',
    lmtp: { name: 'lmtp_randomize_addresses' },
    since: 'before 2.0',
    group: 'connect',
    meaning: "Exchangers of equal preference and a host's addresses are tried in random order.",
  },
  smtp_address_preference: {
    type: 'enum',
    default: 'any',
    words: ['any', 'ipv4', 'ipv6'],
    minLength: 1,
    lmtp: { name: 'lmtp_address_preference' },
    since: '2.8',
    group: 'connect',
    meaning: 'The address family tried first among addresses of equal preference.',
  },
  smtp_balance_inet_protocols: {
    type: 'bool',
    default: 'yes',
    lmtp: { name: 'lmtp_balance_inet_protocols' },
    since: '3.3',
    group: 'connect',
    meaning: 'Cutting the address list to its limit keeps addresses of both families.',
  },
  smtp_mx_address_limit: {
    type: 'int',
    default: '5',
    lmtp: { name: 'lmtp_mx_address_limit' },
    since: '2.1',
    group: 'connect',
    meaning: 'Addresses tried per delivery; 0 or less is no limit.',
  },
  smtp_mx_session_limit: {
    type: 'int',
    default: '2',
    lmtp: { name: 'lmtp_mx_session_limit' },
    since: '2.1',
    group: 'connect',
    meaning:
      'Sessions past the handshake per delivery before other hosts are given up; 0 or less is no limit.',
  },
  smtp_connection_cache_on_demand: {
    type: 'bool',
    default: 'yes',
    lmtp: { name: 'lmtp_connection_cache_on_demand' },
    since: '2.2',
    group: 'cache',
    meaning: 'Connections are kept and looked for when the delivery request asks for it.',
  },
  smtp_connection_cache_destinations: {
    type: 'list',
    default: '',
    lmtp: { name: 'lmtp_connection_cache_destinations' },
    since: '2.2',
    group: 'cache',
    meaning:
      'Domains or hosts whose connections are always kept and looked for; `static:all` is every destination.',
  },
  smtp_connection_cache_time_limit: {
    type: 'time',
    default: '2s',
    unit: 's',
    min: 1,
    lmtp: { name: 'lmtp_connection_cache_time_limit' },
    since: '2.2',
    group: 'cache',
    meaning: 'How long a connection that is kept may wait for its next use.',
  },
  connection_cache_ttl_limit: {
    type: 'time',
    default: '2s',
    unit: 's',
    min: 1,
    since: '2.2',
    group: 'cache',
    meaning: 'The most that any service may ask for in its connection cache time limit.',
  },
  smtp_connection_reuse_time_limit: {
    type: 'time',
    default: '300s',
    unit: 's',
    min: 1,
    lmtp: { name: 'lmtp_connection_reuse_time_limit' },
    since: '2.3',
    group: 'cache',
    meaning: 'Age, counted from connecting, at which a connection is ended instead of kept.',
  },
  smtp_connection_reuse_count_limit: {
    type: 'int',
    default: '0',
    lmtp: { name: 'lmtp_connection_reuse_count_limit' },
    since: '2.11',
    group: 'cache',
    meaning: 'How often a connection is used again before it is ended; 0 or less is no limit.',
  },
  smtp_cname_overrides_servername: {
    type: 'bool',
    default: 'no',
    lmtp: { name: 'lmtp_cname_overrides_servername' },
    since: '2.3',
    group: 'dns',
    meaning: "A server known by an alias is called by the alias's target in logs, policies and certificates.",
  },
  smtp_bind_address: {
    type: 'string',
    default: '',
    syntax: 'ipv4',
    lmtp: { name: 'lmtp_bind_address' },
    since: 'before 2.0',
    group: 'connect',
    meaning: 'Numeric IPv4 source address of connections.',
  },
  smtp_bind_address6: {
    type: 'string',
    default: '',
    syntax: 'ipv6',
    lmtp: { name: 'lmtp_bind_address6' },
    since: '2.2',
    group: 'connect',
    meaning: 'Numeric IPv6 source address of connections.',
  },
  smtp_bind_address_enforce: {
    type: 'bool',
    default: 'no',
    lmtp: { name: 'lmtp_bind_address_enforce' },
    since: '3.7',
    group: 'connect',
    meaning: 'A source address that cannot be used fails the attempt instead of causing a warning.',
  },
  enable_idna2003_compatibility: {
    type: 'bool',
    default: 'no',
    since: '3.2',
    group: 'i18n',
    meaning: 'Domains are converted for DNS with the transitional mapping of IDNA2003.',
  },
  smtp_connect_timeout: {
    type: 'time',
    default: '30s',
    unit: 's',
    lmtp: { name: 'lmtp_connect_timeout', default: '0s' },
    since: 'before 2.0',
    group: 'timeouts',
    meaning: 'Longest wait for a TCP connection; 0 leaves it to the system.',
  },
  smtp_helo_name: {
    type: 'string',
    default: '$myhostname',
    minLength: 1,
    lmtp: { name: 'lmtp_lhlo_name' },
    since: '2.0',
    group: 'ehlo',
    meaning: 'The name announced in EHLO, HELO or LHLO.',
  },
  smtp_helo_timeout: {
    type: 'time',
    default: '300s',
    unit: 's',
    min: 1,
    lmtp: { name: 'lmtp_lhlo_timeout' },
    since: 'before 2.0',
    group: 'timeouts',
    meaning: 'Longest wait for the greeting, and for each of EHLO and HELO.',
  },
  smtp_always_send_ehlo: {
    type: 'bool',
    default: 'yes',
    lmtp: false,
    since: 'before 2.0',
    group: 'ehlo',
    meaning: 'EHLO is tried even when the greeting does not mention ESMTP.',
  },
  smtp_never_send_ehlo: {
    type: 'bool',
    default: 'no',
    lmtp: false,
    since: 'before 2.0',
    group: 'ehlo',
    meaning: 'Only HELO is ever sent; stronger than smtp_always_send_ehlo.',
  },
  smtp_skip_5xx_greeting: {
    type: 'bool',
    default: 'yes',
    lmtp: { name: 'lmtp_skip_5xx_greeting' },
    since: 'before 2.0',
    group: 'ehlo',
    meaning: 'A 5xx greeting sends the client to the next host instead of returning the mail.',
  },
  smtp_skip_quit_response: {
    type: 'bool',
    default: 'yes',
    lmtp: { name: 'lmtp_skip_quit_response', default: 'no' },
    since: 'before 2.0',
    group: 'ehlo',
    meaning: 'The connection closes without waiting for the reply to QUIT.',
  },
  smtp_xforward_timeout: {
    type: 'time',
    default: '300s',
    unit: 's',
    min: 1,
    lmtp: { name: 'lmtp_xforward_timeout' },
    since: '2.1',
    group: 'timeouts',
    meaning: 'Longest wait for XFORWARD and its reply.',
  },
  smtp_mail_timeout: {
    type: 'time',
    default: '300s',
    unit: 's',
    min: 1,
    lmtp: { name: 'lmtp_mail_timeout' },
    since: 'before 2.0',
    group: 'timeouts',
    meaning: 'Longest wait for MAIL FROM and its reply.',
  },
  smtp_rcpt_timeout: {
    type: 'time',
    default: '300s',
    unit: 's',
    min: 1,
    lmtp: { name: 'lmtp_rcpt_timeout' },
    since: 'before 2.0',
    group: 'timeouts',
    meaning: 'Longest wait for RCPT TO and its reply.',
  },
  smtp_data_init_timeout: {
    type: 'time',
    default: '120s',
    unit: 's',
    min: 1,
    lmtp: { name: 'lmtp_data_init_timeout' },
    since: 'before 2.0',
    group: 'timeouts',
    meaning: 'Longest wait for DATA and its reply.',
  },
  smtp_data_xfer_timeout: {
    type: 'time',
    default: '180s',
    unit: 's',
    min: 1,
    lmtp: { name: 'lmtp_data_xfer_timeout' },
    since: 'before 2.0',
    group: 'timeouts',
    meaning: 'Longest wait for one write of the content.',
  },
  smtp_data_done_timeout: {
    type: 'time',
    default: '600s',
    unit: 's',
    min: 1,
    lmtp: { name: 'lmtp_data_done_timeout' },
    since: 'before 2.0',
    group: 'timeouts',
    meaning: 'Longest wait for the reply to the final dot.',
  },
  smtp_rset_timeout: {
    type: 'time',
    default: '20s',
    unit: 's',
    min: 1,
    lmtp: { name: 'lmtp_rset_timeout' },
    since: '2.1',
    group: 'timeouts',
    meaning: 'Longest wait for RSET and its reply.',
  },
  smtp_quit_timeout: {
    type: 'time',
    default: '300s',
    unit: 's',
    min: 1,
    lmtp: { name: 'lmtp_quit_timeout' },
    since: 'before 2.0',
    group: 'timeouts',
    meaning: 'Longest wait for QUIT and its reply.',
  },
  smtp_send_xforward_command: {
    type: 'bool',
    default: 'no',
    lmtp: { name: 'lmtp_send_xforward_command' },
    since: '2.1',
    group: 'envelope',
    meaning: 'A server that takes XFORWARD is told where the message came from.',
  },
  smtp_quote_rfc821_envelope: {
    type: 'bool',
    default: 'yes',
    lmtp: { name: 'lmtp_quote_rfc821_envelope' },
    since: '2.1',
    group: 'envelope',
    meaning: 'Local parts in MAIL FROM and RCPT TO are quoted where RFC 5321 demands it.',
  },
  smtp_line_length_limit: {
    type: 'int',
    default: '998',
    lmtp: { name: 'lmtp_line_length_limit' },
    since: '2.0',
    group: 'content',
    meaning: 'Longest content line sent; longer ones are folded. 0 or less is no limit.',
  },
  disable_mime_output_conversion: {
    type: 'bool',
    default: 'no',
    since: '2.0',
    group: 'content',
    meaning:
      'Content beyond 7-bit goes as it is to servers without 8BITMIME, instead of as quoted-printable.',
  },
  mime_nesting_limit: {
    type: 'int',
    default: '100',
    min: 1,
    since: '2.0',
    group: 'content',
    meaning: 'How deep multiparts may lie inside each other; what is deeper cannot be converted to 7-bit.',
  },
  mime_boundary_length_limit: {
    type: 'int',
    default: '2048',
    unit: 'bytes',
    min: 1,
    since: '2.0',
    group: 'content',
    meaning: 'How much of the boundary string of a multipart counts.',
  },
  header_size_limit: {
    type: 'int',
    default: '102400',
    unit: 'bytes',
    min: 1,
    since: 'before 2.0',
    group: 'content',
    meaning: 'How much of a header is kept when a message is looked through; the rest is not sent.',
  },
  smtp_header_checks: {
    type: 'tables',
    default: '',
    lmtp: { name: 'lmtp_header_checks' },
    since: '2.5',
    group: 'content',
    meaning: 'Lookup tables of what to do with headers of the message: change them, drop them, log them.',
  },
  smtp_mime_header_checks: {
    type: 'tables',
    default: '',
    lmtp: { name: 'lmtp_mime_header_checks' },
    since: '2.5',
    group: 'content',
    meaning: 'The same for MIME headers, wherever they are, and for all headers of parts.',
  },
  smtp_nested_header_checks: {
    type: 'tables',
    default: '',
    lmtp: { name: 'lmtp_nested_header_checks' },
    since: '2.5',
    group: 'content',
    meaning: 'The same for headers of attached messages.',
  },
  smtp_body_checks: {
    type: 'tables',
    default: '',
    lmtp: { name: 'lmtp_body_checks' },
    since: '2.5',
    group: 'content',
    meaning: 'The same for lines that are no headers, those of parts and their boundaries included.',
  },
  smtp_generic_maps: {
    type: 'tables',
    default: '',
    lmtp: { name: 'lmtp_generic_maps' },
    since: '2.2',
    group: 'envelope',
    meaning: 'Lookup tables of addresses that take the place of others, in the envelope and in headers.',
  },
  recipient_delimiter: {
    type: 'string',
    default: '',
    since: 'before 2.0',
    group: 'envelope',
    meaning: 'Characters that separate a user from an address extension; any of them may.',
  },
  propagate_unmatched_extensions: {
    type: 'list',
    default: 'canonical, virtual',
    since: 'before 2.0',
    group: 'envelope',
    meaning:
      'Whether the extension of an address is kept when it was looked up without it: if `generic` is here.',
  },
  myorigin: {
    type: 'string',
    default: '$myhostname',
    minLength: 1,
    since: 'before 2.0',
    group: 'general',
    meaning: 'The domain of addresses that have none, such as results of generic maps.',
  },
  owner_request_special: {
    type: 'bool',
    default: 'yes',
    since: 'before 2.0',
    group: 'envelope',
    meaning: 'With `-` as a delimiter, owner-LIST and LIST-request have no extension.',
  },
  mydestination: {
    type: 'list',
    default: '$myhostname, localhost.$mydomain, localhost',
    since: 'before 2.0',
    group: 'general',
    meaning: 'Domains of this host: their users are found in generic maps by their names alone.',
  },
  line_length_limit: {
    type: 'int',
    default: '2048',
    unit: 'bytes',
    min: 512,
    since: 'before 2.0',
    group: 'content',
    meaning: 'How much of a reply line is kept, and of a content line when it is looked at.',
  },
  smtp_discard_ehlo_keywords: {
    type: 'list',
    default: '',
    lmtp: { name: 'lmtp_discard_lhlo_keywords' },
    since: '2.2',
    group: 'ehlo',
    meaning: 'EHLO keywords that count as not offered; `silent-discard` keeps this out of the log.',
  },
  smtp_discard_ehlo_keyword_address_maps: {
    type: 'tables',
    default: '',
    lmtp: { name: 'lmtp_discard_lhlo_keyword_address_maps' },
    since: '2.2',
    group: 'ehlo',
    meaning: 'Lookup tables, by server address, of what takes the place of smtp_discard_ehlo_keywords.',
  },
  smtp_reply_filter: {
    type: 'table',
    default: '',
    lmtp: { name: 'lmtp_reply_filter' },
    since: '2.7',
    group: 'trouble',
    meaning:
      "A lookup table of what takes the place of a line of a server's reply, before it is interpreted.",
  },
  notify_classes: {
    type: 'list',
    words: ['bounce', '2bounce', 'data', 'delay', 'policy', 'protocol', 'resource', 'software'],
    default: 'resource, software',
    since: 'before 2.0',
    group: 'trouble',
    meaning:
      'Which kinds of trouble the postmaster is told of by mail; this client meets only protocol and data.',
  },
  error_notice_recipient: {
    type: 'string',
    default: 'postmaster',
    minLength: 1,
    since: 'before 2.0',
    group: 'trouble',
    meaning: 'Who gets the mail about trouble.',
  },
  double_bounce_sender: {
    type: 'string',
    default: 'double-bounce',
    minLength: 1,
    since: 'before 2.0',
    group: 'envelope',
    meaning: 'Local part of the sender of such mail, about which no further mail is sent.',
  },
  header_from_format: {
    type: 'enum',
    default: 'standard',
    words: ['standard', 'obsolete'],
    minLength: 1,
    since: '3.3',
    group: 'trouble',
    meaning:
      'How mail about trouble names its author and its reader: display names before, or comments after.',
  },
  mail_name: {
    type: 'string',
    default: 'Postfix',
    minLength: 1,
    since: 'before 2.0',
    group: 'general',
    meaning: 'The name of the mail system in such mail.',
  },
  default_delivery_status_filter: {
    type: 'string',
    default: '',
    since: '3.0',
    group: 'trouble',
    meaning: 'What smtp_delivery_status_filter and its like in other services are when they are not set.',
  },
  smtp_delivery_status_filter: {
    type: 'tables',
    default: '$default_delivery_status_filter',
    lmtp: { name: 'lmtp_delivery_status_filter' },
    since: '3.0',
    group: 'trouble',
    meaning:
      'Lookup tables, by status code and reason, of what an outcome is told as; a delay may become a failure and the other way round.',
  },
  soft_bounce: {
    type: 'bool',
    default: 'no',
    since: 'before 2.0',
    group: 'trouble',
    meaning: 'Every permanent failure becomes a temporary one.',
  },
  smtp_pix_workarounds: {
    type: 'list',
    default: 'disable_esmtp,delay_dotcrlf',
    lmtp: { name: 'lmtp_pix_workarounds' },
    since: '2.4',
    group: 'ehlo',
    meaning: 'What is done differently for a server behind a PIX `fixup` greeting of stars.',
  },
  smtp_pix_workaround_maps: {
    type: 'tables',
    default: '',
    lmtp: { name: 'lmtp_pix_workaround_maps' },
    since: '2.4',
    group: 'ehlo',
    meaning: 'Lookup tables, by server address, of what takes the place of smtp_pix_workarounds.',
  },
  smtp_pix_workaround_delay_time: {
    type: 'time',
    default: '10s',
    unit: 's',
    min: 1,
    lmtp: { name: 'lmtp_pix_workaround_delay_time' },
    since: 'before 2.0',
    group: 'ehlo',
    meaning: 'Pause before the final dot for such a server.',
  },
  smtp_pix_workaround_threshold_time: {
    type: 'time',
    default: '500s',
    unit: 's',
    lmtp: { name: 'lmtp_pix_workaround_threshold_time' },
    since: 'before 2.0',
    group: 'ehlo',
    meaning: 'How long a message must have waited before those work-arounds apply.',
  },
  smtputf8_enable: {
    type: 'bool',
    default: '${{$compatibility_level} <level {1} ? {no} : {yes}}',
    since: '3.0',
    group: 'i18n',
    meaning: 'Addresses and domains may be UTF-8, and SMTPUTF8 is used where needed.',
  },
  smtp_address_verify_target: {
    type: 'enum',
    default: 'rcpt',
    words: ['rcpt', 'data'],
    minLength: 1,
    lmtp: { name: 'lmtp_address_verify_target' },
    since: '3.0',
    group: 'envelope',
    meaning: 'The last command of an address probe whose reply decides it.',
  },
  address_verify_negative_cache: {
    type: 'bool',
    default: 'yes',
    since: '2.1',
    group: 'envelope',
    meaning: 'What probes of the mail system find undeliverable is kept on record too.',
  },
  info_log_address_format: {
    type: 'enum',
    default: 'external',
    words: ['external', 'internal'],
    minLength: 1,
    since: '3.5',
    group: 'logging',
    meaning: 'Addresses in the log are quoted (external) or as stored (internal).',
  },
  delay_logging_resolution_limit: {
    type: 'int',
    default: '2',
    max: 6,
    since: '2.3',
    group: 'logging',
    meaning: 'Digits after the decimal point of logged delays.',
  },
  smtp_per_request_deadline: {
    type: 'bool',
    default: '${smtp_per_record_deadline?{$smtp_per_record_deadline}:{no}}',
    lmtp: {
      name: 'lmtp_per_request_deadline',
      default: '${lmtp_per_record_deadline?{$lmtp_per_record_deadline}:{no}}',
    },
    since: '3.7',
    group: 'timeouts',
    meaning: 'Time limits span a whole request instead of each read or write.',
  },
  smtp_min_data_rate: {
    type: 'int',
    default: '500',
    unit: 'bytes/s',
    min: 1,
    lmtp: { name: 'lmtp_min_data_rate' },
    since: '3.7',
    group: 'timeouts',
    meaning: 'Under a request deadline, this many bytes earn one more second for the content.',
  },
  message_size_limit: {
    type: 'size',
    default: '10240000',
    unit: 'bytes',
    since: 'before 2.0',
    group: 'content',
    meaning: 'Largest message this host accepts, header included; 0 is no limit.',
  },
  socketmap_max_reply_size: {
    type: 'int',
    default: '100000',
    unit: 'bytes',
    min: 1,
    since: '3.10',
    group: 'content',
    meaning: 'Longest answer that is taken from the server of a socketmap table.',
  },
  socketmap_max_query_size: {
    type: 'int',
    default: '10000',
    unit: 'bytes',
    min: 1,
    since: '3.12',
    group: 'content',
    meaning: 'Longest key that a socketmap table is asked for; a longer one is not found.',
  },
  relayhost: {
    type: 'string',
    default: '',
    since: 'before 2.0',
    group: 'connect',
    meaning: 'The default nexthop of non-local mail; failures of a configured relay are softened.',
  },
  non_bdb_migration_level: {
    type: 'enum',
    default: 'disable',
    words: ['disable', 'enable-redirect', 'enable-reindex'],
    since: '3.11',
    group: 'general',
    meaning:
      'Whether tables of the types hash and btree are looked for as those of a type without Berkeley DB. The levels that enable it differ in nothing here: a database that is not there is replaced by its source.',
  },
  non_bdb_custom_mapping: {
    type: 'table',
    default: '',
    since: '3.11',
    group: 'general',
    meaning: 'Lookup table, by `type:name` or type, of the types that hash and btree are redirected to.',
  },
  non_bdb_migration_log_redirect: {
    type: 'bool',
    default: 'yes',
    since: '3.11',
    group: 'logging',
    meaning: 'Log each table that is redirected.',
  },
  default_database_type: {
    type: 'string',
    default: 'lmdb',
    minLength: 1,
    since: 'before 2.0',
    group: 'general',
    meaning: 'The type that hash is redirected to.',
  },
  default_cache_db_type: {
    type: 'string',
    default: 'lmdb',
    minLength: 1,
    since: '3.11',
    group: 'general',
    meaning: 'The type that btree is redirected to.',
  },
  compatibility_level: {
    type: 'string',
    default: '0',
    syntax: 'release',
    since: '3.0',
    group: 'general',
    meaning: 'Release whose defaults are wanted, `major.minor.patch`.',
  },
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

/** The register as a plain list, for code that walks over it. */
export const parameters: readonly (readonly [ParameterName, Parameter])[] = (
  Object.keys(register) as ParameterName[]
).map((name) => [name, register[name]] as const);
