/** One exchanger that offers AUTH, and what the client knows of it. */
import { mailHost, zone } from '../../scenario.ts';

export const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
export const to = 'user@example.test';
export const SERVER = 'mx.example.test[192.0.2.1]';
export const via = { relay: `${SERVER}:25` };

type Switches = NonNullable<Parameters<typeof mailHost>[0]>;

/** Offers these mechanisms; what is said to AUTH is for the scenario to say. */
export function offering(mechanisms: string, switches: Switches = {}): ReturnType<typeof mailHost> {
  const startTls = switches.tls === undefined ? [] : ['STARTTLS'];
  return mailHost({ extensions: [...startTls, `AUTH ${mechanisms}`], ...switches });
}

/** Knows the user `user`, or `users`, by these mechanisms. */
export function knowing(
  mechanisms: readonly string[],
  sasl: Partial<Switches['sasl']> = {},
  switches: Switches = {},
) {
  return mailHost({ extensions: [], sasl: { mechanisms, users: { user: 'pass' }, ...sasl }, ...switches });
}

/** Authentication without demands on mechanisms. */
export function credentials(
  user = 'user:pass',
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    smtp_sasl_auth_enable: 'yes',
    smtp_sasl_password_maps: `inline:{ mx.example.test=${user} }`,
    smtp_sasl_security_options: '',
    ...more,
  };
}

/** `user` and `pass` as PLAIN says them. */
export const PLAIN = 'AUTH PLAIN AHVzZXIAcGFzcw==';
export const USER = 'dXNlcg==';
export const PASS = 'cGFzcw==';

export function failed(reason: string): string {
  return `SASL authentication failed; ${reason}`;
}

/** What the mechanism itself does not accept. */
export function cannot(fault: string): string {
  return failed(`cannot authenticate to server ${SERVER}: ${fault}`);
}

export function said(reply: string): string {
  return failed(`server ${SERVER} said: ${reply}`);
}

export const NO_MECHANISM = cannot('no mechanism available');
export const NONE_WORTHY = 'SASL authentication failure: No worthy mechs found';
export const AFTER_THE_END = 'SASL authentication problem: attempting client step after doneflag';
