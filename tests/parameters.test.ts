/** The parameter register against the code that reads it, the scenarios that show it, and Postfix 3.12. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { entries } from '../client/config/entries.ts';
import { AGENT_ONLY } from '../client/config/parameter.ts';
import { parameters, type register, type Settings } from '../client/config/register.ts';
import { resolveSettings } from '../client/config/settings.ts';
import { loadSuites } from '../scenarios/load.ts';
import { runScenarios } from '../scenarios/runner.ts';
import { nexthopSender } from '../scenarios/senders/nexthop.ts';
import { PAGE, parametersPage } from '../tools/parameters-page.ts';

const top = join(import.meta.dirname, '..');

/** Words of the client's sources but for config/, or of its agent. Tests left out, comments blanked: a mention in one is no use. */
function wordsOf(part: 'delivery' | 'agent'): ReadonlySet<string> {
  const text = readdirSync(join(top, 'client'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter((path) => {
      const isOfAgent = path.startsWith(join('postfix', sep));
      return part === 'agent' ? isOfAgent : !isOfAgent && !path.startsWith(join('config', sep));
    })
    .map((path) => readFileSync(join(top, 'client', path), 'utf8'))
    .join('\n')
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ' ');
  return new Set(text.match(/\w+/g));
}

/** Their only effect is on other parameters: an assignment, and the setting that it changes. */
const readThroughOthers: ReadonlyMap<
  string,
  readonly [value: string, changed: keyof Settings, others?: Readonly<Record<string, string>>]
> = new Map([
  ['mydomain', ['example.org', 'myhostname']],
  ['compatibility_level', ['3.6', 'smtputf8_enable']],
  ['fallback_relay', ['[relay.test]', 'smtp_fallback_relay']],
  ['default_delivery_status_filter', ['static:x', 'smtp_delivery_status_filter']],
  ['default_destination_recipient_limit', ['7', 'smtp_destination_recipient_limit']],
  ['default_destination_concurrency_limit', ['7', 'smtp_destination_concurrency_limit']],
  ['smtp_per_record_deadline', ['yes', 'smtp_per_request_deadline']],
  ['relay_domains', ['example.org', 'fast_flush_domains']],
  ['mail_version', ['3.13', 'smtp_helo_name', { smtp_helo_name: 'mail-$mail_version' }]],
  ['mail_release_date', ['20270101', 'smtp_helo_name', { smtp_helo_name: 'mail-$mail_release_date' }]],
]);

/** Read where settings are checked, which is all that they are for. */
const readByChecks: ReadonlySet<string> = new Set(['smtp_sasl_type']);

/** The code that they rule is not reached in the service that has the name. */
const inert: ReadonlyMap<string, string> = new Map([
  ['lmtp_defer_if_no_mx_address_found', 'LMTP never asks for mail exchangers.'],
  ['lmtp_sender_dependent_authentication', 'Credentials for LMTP never depend on the sender.'],
  ['smtp_sasl_type', 'Whatever it names but Cyrus is refused at the start.'],
  ['lmtp_sasl_type', 'Whatever it names but Cyrus is refused at the start.'],
  ['lmtp_tlsrpt_socket_name', 'LMTP makes no reports.'],
  ['lmtp_tlsrpt_skip_reused_handshakes', 'LMTP makes no reports.'],
]);

const effective = parameters.filter(([, { noEffect }]) => noEffect === undefined).map(([name]) => name);

describe('every parameter of the register is read', () => {
  const words = wordsOf('delivery');
  const agentWords = wordsOf('agent');
  test.each(effective.filter((name) => !readThroughOthers.has(name) && !readByChecks.has(name)))(
    '%s',
    (name) => {
      expect(words.has(name), `no code reads ${name}`).toBe(true);
    },
  );

  test.each([...readThroughOthers])('%s, through another one', (name, [value, changed, others = {}]) => {
    const facts = { hostname: 'mail' };
    const without = new Map(Object.entries(others));
    const assigned = resolveSettings(new Map([...without, [name, value]]), 'smtp', facts);
    expect(assigned[changed]).not.toEqual(resolveSettings(without, 'smtp', facts)[changed]);
  });

  test.each(parameters.flatMap(([name, { noEffect }]) => (noEffect === undefined ? [] : [[name, noEffect]])))(
    '%s is not, as it says',
    (name, reason) => {
      expect(words.has(name ?? '')).toBe(false);
      if (reason === AGENT_ONLY) expect(agentWords.has(name ?? '')).toBe(true);
      expect(reason).toMatch(/^[A-Z].*\.$/);
    },
  );
});

describe('every name, those of lmtp included, is shown by scenarios', async () => {
  const scenarios = (await loadSuites()).map(({ scenario }) => scenario);

  test('none is without one', () => {
    const shown = new Set(scenarios.flatMap(({ clauses }) => clauses));
    const names = entries.map(({ name }) => name);
    expect(names.filter((name) => !shown.has(`postfix:${name}`))).toEqual([]);
  });

  const decisive = entries.filter(({ name, noEffect }) => noEffect === undefined && !inert.has(name));
  test.each(decisive.map(({ name }) => name))('%s: one of them fails when it is ignored', async (name) => {
    const without = scenarios
      .filter(({ clauses, config }) => clauses.includes(`postfix:${name}`) && name in config)
      .map((scenario) => {
        const { [name]: _, ...config } = scenario.config;
        return { ...scenario, config };
      });
    const senders = [nexthopSender('0')];
    for await (const { verdict } of runScenarios(without, { senders, seed: 1 }).results)
      if (verdict === 'failed') return;
    expect.fail(`none of ${without.length} scenarios that set it`);
  });
});

/** Where a default is easily got wrong: text in the source, before expansion. */
const defaultsOfPostfix312: readonly (readonly [
  keyof typeof register,
  string,
  lmtp?: readonly [string, string],
])[] = [
  ['smtp_tcp_port', 'smtp', ['lmtp_tcp_port', '24']],
  ['smtp_fallback_relay', '$fallback_relay', ['lmtp_fallback_relay', '']],
  ['smtp_connect_timeout', '30s', ['lmtp_connect_timeout', '0s']],
  ['smtp_helo_timeout', '300s', ['lmtp_lhlo_timeout', '300s']],
  ['smtp_helo_name', '$myhostname', ['lmtp_lhlo_name', '$myhostname']],
  ['smtp_discard_ehlo_keywords', '', ['lmtp_discard_lhlo_keywords', '']],
  ['smtp_skip_quit_response', 'yes', ['lmtp_skip_quit_response', 'no']],
  ['smtp_skip_5xx_greeting', 'yes', ['lmtp_skip_5xx_greeting', 'yes']],
  ['smtp_rset_timeout', '20s', ['lmtp_rset_timeout', '20s']],
  ['smtp_data_init_timeout', '120s', ['lmtp_data_init_timeout', '120s']],
  ['smtp_data_xfer_timeout', '180s', ['lmtp_data_xfer_timeout', '180s']],
  ['smtp_data_done_timeout', '600s', ['lmtp_data_done_timeout', '600s']],
  ['smtp_dns_support_level', '', ['lmtp_dns_support_level', '']],
  ['smtp_line_length_limit', '998', ['lmtp_line_length_limit', '998']],
  ['smtp_pix_workaround_threshold_time', '500s', ['lmtp_pix_workaround_threshold_time', '500s']],
  [
    'smtp_per_request_deadline',
    '${smtp_per_record_deadline?{$smtp_per_record_deadline}:{no}}',
    ['lmtp_per_request_deadline', '${lmtp_per_record_deadline?{$lmtp_per_record_deadline}:{no}}'],
  ],
  ['smtputf8_enable', '${{$compatibility_level} <level {1} ? {no} : {yes}}'],
  ['known_tcp_ports', 'lmtp=24, smtp=25, smtps=submissions=465, submission=587'],
  ['inet_protocols', 'all'],
  ['compatibility_level', '0'],
];

describe('defaults are those of Postfix 3.12', () => {
  test.each(defaultsOfPostfix312)('%s', (name, text, twin) => {
    const parameter = parameters.find(([known]) => known === name)?.[1];
    expect(parameter?.default).toBe(text);
    const { lmtp } = parameter ?? {};
    expect(lmtp ? [lmtp.name, lmtp.default ?? text] : undefined).toEqual(twin);
  });
});

test('the page about them is that of the register; renew it with: npm run docs', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(parametersPage());
});

describe('the register is in order', () => {
  test('every name has one owner', () => {
    const names = parameters.flatMap(([name, { lmtp }]) => (lmtp ? [name, lmtp.name] : [name]));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test.each(parameters)('%s has a name, a meaning and a twin of the right form', (name, parameter) => {
    expect(name).toMatch(/^[a-z][A-Za-z0-9_]*$/);
    expect(parameter.meaning).toMatch(/^[A-Z].*\.$/);
    if (parameter.lmtp) expect(parameter.lmtp.name).toMatch(/^lmtp_/);
    expect('default' in parameter).not.toBe('computed' in parameter);
    expect(parameter.meaning.length).toBeLessThan(330);
  });

  test('the lmtp service has a twin for every smtp_ parameter but those it does not know', () => {
    const without = parameters
      .filter(([name, { lmtp }]) => name.startsWith('smtp_') && !lmtp)
      .map(([name]) => name);
    expect(without.sort()).toEqual([
      'smtp_always_send_ehlo',
      'smtp_never_send_ehlo',
      'smtp_skip_4xx_greeting',
      'smtp_tls_cipherlist',
      'smtp_tls_dane_insecure_mx_policy',
    ]);
  });
});
