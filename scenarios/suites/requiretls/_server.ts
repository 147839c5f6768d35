/** An exchanger whose certificate is good, a sender who asks for REQUIRETLS, and what each action and level make of it. */
import { authority, type Expectation, logged, mailHost, zone } from '../../scenario.ts';

export const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
export const to = 'user@example.test';
export const SERVER = 'mx.example.test[192.0.2.1]';

const ca = authority('Example CA');
export const files = { '/run/ca.pem': ca.pem };
/** What the level `verify` wants to see. */
export const good = ca.issue('mx.example.test');
export const misnamed = ca.issue('other.test');
export const untrusted = authority('Unknown CA').issue('mx.example.test');

type Switches = NonNullable<Parameters<typeof mailHost>[0]>;

/** Offers STARTTLS and, inside TLS, REQUIRETLS; nothing that would add to MAIL. */
export function server(tls: Switches['tls'] = {}, switches: Switches = {}): ReturnType<typeof mailHost> {
  return mailHost({
    extensions: ['STARTTLS'],
    tls: { credential: good, extensions: ['REQUIRETLS'], ...tls },
    ...switches,
  });
}

/** Without TLS. */
export function plainServer(extensions: readonly string[] = []): ReturnType<typeof mailHost> {
  return mailHost({ extensions });
}

/** The level for all, and what REQUIRETLS demands of all. */
export function demanding(
  action: string,
  level: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    smtp_requiretls_policy: action,
    smtp_tls_security_level: level,
    smtp_tls_CAfile: '/run/ca.pem',
    ...more,
  };
}

/** The `tls=` field of the line about the outcome. */
export function status(text: string): Expectation {
  return logged(`, tls=${text}, dsn=`);
}

export function asked(problem: string): string {
  return `Sender requested REQUIRETLS, but ${problem}`;
}

export function disables(level: string, what: string): string {
  return asked(
    `my configured TLS security level '${level}' disables ${what}. The last attempted server was mx.example.test`,
  );
}

/** The warning about a server that is not connected to. */
export function skipped(reason: string): Expectation {
  return logged(`warning: TLS policy lookup for example.test/mx.example.test: ${reason}`);
}

export const MAIL = 'C: MAIL FROM:<sender@client.test>';
