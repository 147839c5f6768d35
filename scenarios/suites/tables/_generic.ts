/** What most tables are shown with: generic maps, which replace the sender and the recipient. */
import { delivered, dialogue, type Expectation, mailHost, message, scenario, zone } from '../../scenario.ts';

export const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
export const to = 'user@example.test';
export const server = 'mx.example.test[192.0.2.1]';

type Spec = Parameters<typeof scenario>[1];

interface GenericSpec extends Pick<Spec, 'config' | 'files' | 'origins' | 'virtualOnly'> {
  readonly title: string;
  readonly clauses?: readonly string[];
  readonly maps: string;
  readonly from?: string;
  /** The sender, as it stands in MAIL. */
  readonly sent: string;
  /** As it stands in RCPT; the recipient stays when absent. */
  readonly sentTo?: string;
  readonly log?: readonly Expectation[];
}

/** One delivery, of which the envelope shows what the table answered. */
export function genericScenario(id: string, spec: GenericSpec) {
  const { title, clauses = ['postfix:smtp_generic_maps'], maps, sent, sentTo = to, log = [], ...rest } = spec;
  const { from = 'local@Here.test', config, ...others } = rest;
  return scenario(id, {
    title,
    clauses,
    dns,
    hosts: { mx: mailHost() },
    config: { ...config, smtp_generic_maps: maps },
    send: message({ from, to, headers: { From: '<>', To: '<>' } }),
    expect: [
      delivered(to),
      dialogue('mx', ['...', `C: MAIL FROM:<${sent}> SIZE=*`, `C: RCPT TO:<${sentTo}>`, '...']),
      ...log,
    ],
    ...(sentTo !== to && {
      tolerates: { 'rfc5321-4.2.5-01': 'the outcome is that of the address before it was replaced' },
    }),
    ...others,
  });
}
