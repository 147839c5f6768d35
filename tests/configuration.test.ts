/** The configuration of a whole mail server, of which the client is one part. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseMainCf } from '../client/config/main-cf.ts';
import { parseMasterCf } from '../client/config/master-cf.ts';
import { namesNobodyReads, undefinedNames, whyNotRead } from '../client/config/names.ts';
import { parseOverrides } from '../client/config/overrides.ts';
import { findProblems, resolveSettings } from '../client/config/settings.ts';
import { root } from './source-tree.ts';

const facts = { hostname: 'mx1.example.com' };

async function read(name: string): Promise<string> {
  return readFile(join(root, 'tests/fixtures/postfix', name), 'utf8');
}

async function complaints(change: (mainCf: string) => string): Promise<string[]> {
  const { assigned, warnings } = parseMainCf(change(await read('main.cf')), 'main.cf');
  const { arguments: mentioning } = parseMasterCf(await read('master.cf'), 'master.cf');
  return [
    ...warnings,
    ...namesNobodyReads(assigned, mentioning).map((name) => `${name}: ${whyNotRead(name)}`),
    ...[...undefinedNames(assigned)].map(([name, parameter]) => `${parameter}: $${name}`),
    ...findProblems(assigned, facts),
  ];
}

test('settings of other programs, tables, restriction classes and transports are no mistakes', async () => {
  expect(await complaints((mainCf) => mainCf)).toEqual([]);
});

test.each([
  [
    'smtp_hello_timeout = 5',
    'smtp_hello_timeout: no such parameter; the nearest known name is smtp_helo_timeout',
  ],
  ['shape = round', 'shape: no such parameter, and no value mentions it'],
  ['folks_server_host = x', 'folks_server_host: no such parameter, and no value mentions it'],
  ['smtp_helo_name = x', 'main.cf, line 154: this smtp_helo_name replaces the earlier one; keep only one'],
  ['smtp_bind_address6 = ${adress}', 'smtp_bind_address6: $adress'],
  ['smtp_mail_timeout = 5 minutes', 'smtp_mail_timeout = 5 minutes: not a time'],
  ['lmtp_mail_timeout = soon', 'lmtp_mail_timeout = soon: not a time'],
  ['smtp_quit_timeout = ${stress', 'smtp_quit_timeout = ${stress: no "}" for "${stress"; add it'],
])('%s is one', async (line, complaint) => {
  const [first, ...others] = await complaints((mainCf) => `${mainCf}${line}\n`);
  expect(first).toContain(complaint);
  expect(others).toEqual([]);
});

test('a service has what its entry says, over main.cf', async () => {
  const { assigned } = parseMainCf(await read('main.cf'), 'main.cf');
  const { services } = parseMasterCf(await read('master.cf'), 'master.cf');
  expect([...services.keys()]).toEqual(['smtp', 'slow', 'lmtp', 'scan']);
  const { overrides = [], program = 'smtp' } = services.get('slow') ?? {};
  const all = new Map([...assigned, ...parseOverrides(overrides, assigned)]);
  const settings = resolveSettings(all, program, { ...facts, serviceName: 'slow' });
  expect(settings).toMatchObject({
    syslog_name: 'postfix/slow',
    smtp_fallback_relay: [],
    smtp_helo_timeout: 300,
    smtp_mail_timeout: 600,
    relayhost: '[relay.example.net]:587',
    smtp_connect_timeout: 10,
  });
});
