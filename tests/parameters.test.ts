/** The parameter register against the code that reads it, and against Postfix 3.12. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parameters, type register, type Settings } from '../client/config/register.ts';
import { resolveSettings } from '../client/config/settings.ts';

const top = join(import.meta.dirname, '..');

/**
 * The sources of the client outside config/, and of the commands, where message_size_limit belongs: Postfix applies it
 * before a delivery agent sees the message. Tests left out, comments blanked: a mention in one is no use.
 */
function sources(): string {
  return ['client', 'cli']
    .flatMap((folder) =>
      readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
    )
    .filter(
      (path) =>
        path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith(join('client', 'config', sep)),
    )
    .map((path) => readFileSync(join(top, path), 'utf8'))
    .join('\n')
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ' ');
}

/** Their only effect is on other parameters: an assignment, and the setting that it changes. */
const readThroughOthers: ReadonlyMap<string, readonly [value: string, changed: keyof Settings]> = new Map([
  ['mydomain', ['example.org', 'myhostname']],
  ['compatibility_level', ['3.6', 'smtputf8_enable']],
  ['fallback_relay', ['[relay.test]', 'smtp_fallback_relay']],
  ['default_delivery_status_filter', ['static:x', 'smtp_delivery_status_filter']],
]);

describe('every parameter of the register is read', () => {
  const words = new Set(sources().match(/\w+/g));
  test.each(parameters.map(([name]) => name).filter((name) => !readThroughOthers.has(name)))('%s', (name) => {
    expect(words.has(name), `no code reads ${name}`).toBe(true);
  });

  test.each([...readThroughOthers])('%s, through another one', (name, [value, changed]) => {
    const facts = { hostname: 'mail' };
    const assigned = resolveSettings(new Map([[name, value]]), 'smtp', facts);
    expect(assigned[changed]).not.toEqual(resolveSettings(new Map(), 'smtp', facts)[changed]);
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

describe('the register is in order', () => {
  test('every name has one owner', () => {
    const names = parameters.flatMap(([name, { lmtp }]) => (lmtp ? [name, lmtp.name] : [name]));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test.each(parameters)('%s has a name, a meaning and a twin of the right form', (name, parameter) => {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(parameter.meaning).toMatch(/^[A-Z].*\.$/);
    if (parameter.lmtp) expect(parameter.lmtp.name).toMatch(/^lmtp_/);
    expect('default' in parameter).not.toBe('computed' in parameter);
  });

  test('the lmtp service has a twin for every smtp_ parameter but those it does not know', () => {
    const without = parameters
      .filter(([name, { lmtp }]) => name.startsWith('smtp_') && !lmtp)
      .map(([name]) => name);
    expect(without).toEqual(['smtp_always_send_ehlo', 'smtp_never_send_ehlo']);
  });
});
