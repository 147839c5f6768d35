/** What a table that cannot be asked is shown with: the keywords of a server, without which the session ends. */
import {
  connections,
  deferred,
  type Expectation,
  logged,
  mailHost,
  message,
  scenario,
} from '../../scenario.ts';
import { dns, server, to } from './_generic.ts';

type Spec = Parameters<typeof scenario>[1];

interface FailingSpec extends Pick<Spec, 'config' | 'files' | 'origins' | 'virtualOnly'> {
  readonly title: string;
  readonly clauses?: readonly string[];
  readonly table: string;
  /** The table, where the log gives it another name. */
  readonly named?: string;
  readonly log: readonly Expectation[];
}

export function failingScenario(id: string, spec: FailingSpec) {
  const { title, clauses = [], table, named = table, log, config, ...rest } = spec;
  return scenario(id, {
    title,
    clauses: ['postfix:smtp_discard_ehlo_keyword_address_maps', 'postfix:delivery-8.4', ...clauses],
    dns,
    hosts: { mx: mailHost() },
    config: { ...config, smtp_discard_ehlo_keyword_address_maps: table },
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.0', reason: `local data error while talking to ${server}` }),
      connections('mx', 1),
      logged(`${named} lookup error for "192.0.2.1"`),
      logged('smtp_discard_ehlo_keyword_address_maps map lookup error for 192.0.2.1'),
      ...log,
    ],
    ...rest,
  });
}
