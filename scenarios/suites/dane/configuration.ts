/** Configurations that would make DANE a pretence (security reference 5.1). */
import { logged, notQueried, selfSigned } from '../../scenario.ts';
import { DANE, DANE_ONLY, dane, opportunistic, published, skipped } from './_site.ts';

const level = 'postfix:smtp_tls_security_level';
const PROBLEM = 'client TLS configuration problem';

/** The administrator's own doing: what looks like DANE would be none. */
const misconfigured: readonly Misconfigured[] = [
  {
    name: 'no-dnssec',
    what: 'smtp_dns_support_level is not dnssec',
    clauses: ['postfix:smtp_dns_support_level', 'rfc7672-2.1.1-01', 'rfc7672-2.1.1-04'],
    origins: ['security-123'],
    config: { smtp_dns_support_level: 'enabled' },
    warning: 'configured with dnssec lookups disabled',
  },
  {
    name: 'native-lookup',
    what: 'smtp_host_lookup does without dns',
    clauses: ['postfix:smtp_host_lookup'],
    origins: ['security-123'],
    config: { smtp_host_lookup: 'native' },
    files: {
      '/etc/hosts': '192.0.2.1 mx.native-lookup-opportunistic.test mx.native-lookup-mandatory.test\n',
    },
    warning: 'configured with dnssec lookups disabled',
  },
  {
    name: 'mx-errors-ignored',
    what: 'errors of MX lookups are ignored',
    clauses: ['postfix:ignore_mx_lookup_error'],
    origins: ['security-124'],
    config: { ignore_mx_lookup_error: 'yes' },
    warning: 'configured with MX lookup errors ignored',
  },
  ...['res_defnames', 'res_dnsrch'].map((option) => ({
    name: option.replace('_', '-'),
    what: `names are completed (${option})`,
    clauses: ['postfix:smtp_dns_resolver_options'],
    origins: [],
    config: { smtp_dns_resolver_options: option },
    warning: 'dns resolver options incompatible with',
  })),
];

interface Misconfigured {
  readonly name: string;
  readonly what: string;
  readonly clauses: readonly string[];
  readonly origins: readonly string[];
  readonly config: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly warning: string;
}

export default misconfigured.flatMap(({ name, what, clauses, origins, config, warning, files = {} }) => [
  dane(`${name}-opportunistic`, `When ${what}, dane is no more than may, with a warning`, (site) => ({
    clauses: [level, ...clauses],
    origins,
    files,
    config: { ...DANE, ...config },
    zone: published(selfSigned('elsewhere.test'), '3 1 1'),
    expect: [
      ...opportunistic(site),
      logged(`warning: ${site.domain}: *${warning}`),
      notQueried(`_25._tcp.${site.mx}`),
    ],
  })),
  dane(`${name}-mandatory`, `When ${what}, dane-only leaves the server out`, (site) => ({
    clauses: [level, ...clauses],
    origins,
    files,
    hosts: {},
    config: { ...DANE_ONLY, ...config },
    zone: published(site.own, '3 1 1'),
    expect: [...skipped(site, PROBLEM), logged(`warning: ${site.domain}: *${warning}`)],
  })),
]);
