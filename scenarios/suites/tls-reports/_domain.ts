/** A domain that wants reports about TLS, and a client that makes them. */
import { authority, type Expectation, logged, mailHost, notLogged, zone } from '../../scenario.ts';

export const to = 'user@example.test';
export const SERVER = 'mx.example.test[192.0.2.1]';
export const RECORD = 'v=TLSRPTv1; rua=mailto:tls@example.test';

export const ca = authority('Example CA');
export const files = { '/run/ca.pem': ca.pem };
export const good = ca.issue('mx.example.test');

type ZoneEntries = Parameters<typeof zone>[1];
type Tls = NonNullable<Parameters<typeof mailHost>[0]>['tls'];

/** The domain with its exchanger. `texts` are the TXT records that say where reports go. */
export function domain(texts: string | readonly string[] = RECORD, more: ZoneEntries = {}) {
  return zone('example.test', { MX: '10 mx', mx: '192.0.2.1', '_smtp._tls': { TXT: texts }, ...more });
}

export function server(tls: Tls = {}, switches: Parameters<typeof mailHost>[0] = {}) {
  return mailHost({ tls: { credential: good, ...tls }, ...switches });
}

/** Reports at a level of main.cf. */
export function reporting(
  level: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    smtp_tlsrpt_enable: 'yes',
    smtp_tlsrpt_socket_name: 'tlsrpt.sock',
    smtp_tls_security_level: level,
    smtp_tls_CAfile: '/run/ca.pem',
    ...more,
  };
}

export function succeeded(server = SERVER): Expectation {
  return logged(`TLSRPT: status=success, domain=example.test, receiving_mx=${server}`);
}

/** With underscores in the type, and the reason if there is one. */
export function failed(type: string, reason?: string): Expectation {
  const why = reason === undefined ? '' : `, failure_reason=${reason}`;
  const text = `TLSRPT: status=failure, domain=example.test, receiving_mx=${SERVER}, failure_type=${type}${why}`;
  return logged(new RegExp(`^${text.replaceAll(/[.[\]]/g, '\\$&')}$`));
}

export const noReport = notLogged('TLSRPT: status=');
