import { describe, expect, test } from 'vitest';
import { configured } from '../testing.ts';
import { readLogLevel, tlsLogFeatures } from './log-level.ts';

describe('words (security reference 11.1)', () => {
  const debug = ['summary', 'verbose', 'cache', 'ssl-debug'];
  const expert = [...debug, 'ssl-handshake-packet-dump'];
  const developer = [...expert, 'ssl-session-packet-dump'];
  test.each([
    ['', []],
    ['0', []],
    ['none', []],
    ['1', ['summary']],
    ['Routine', ['summary']],
    ['2', debug],
    ['debug', debug],
    ['3', expert],
    ['SSL-expert', expert],
    ['4', developer],
    ['9', developer],
    ['ssl-developer', developer],
    ['untrusted, peercert certmatch', ['untrusted', 'peercert', 'certmatch']],
    ['0 dane', ['dane']],
    ['ssl-session-packet-dump', ['ssl-handshake-packet-dump', 'ssl-session-packet-dump']],
  ])('%s: %j', (text, features) => {
    const warnings: string[] = [];
    expect([...readLogLevel('x', text, (line) => warnings.push(line))]).toEqual(features);
    expect(warnings).toEqual([]);
  });

  test.each([
    ['1 10', 'unknown smtp_tls_loglevel value "10" in "1 10"'],
    ['summary,valueOf', 'unknown smtp_tls_loglevel value "valueOf" in "summary,valueOf"'],
  ])('%s counts for nothing', (text, warning) => {
    const warnings: string[] = [];
    expect([...readLogLevel('smtp_tls_loglevel', text, (line) => warnings.push(line))]).toEqual([]);
    expect(warnings).toEqual([warning]);
  });

  test('a trace of the library is not to be had', () => {
    const warnings: string[] = [];
    expect([...readLogLevel('x', '1 trace', (line) => warnings.push(line))]).toEqual(['summary']);
    expect(warnings).toEqual(['x: ignoring "trace" log level: SSL_trace() is not available in this build']);
  });
});

describe('smtp_tls_loglevel_maps', () => {
  async function of(table: string, server = {}, more: Record<string, string> = {}) {
    const context = configured({ smtp_tls_loglevel: 'dane', smtp_tls_loglevel_maps: table, ...more });
    const features = await tlsLogFeatures({ host: 'a.b.test', address: '192.0.2.1', ...server }, context);
    return [...features, ...context.log];
  }
  test.each([
    ['inline:{a.b.test=summary}', ['summary']],
    ['inline:{.b.test=summary}', ['summary']],
    ['inline:{.test=cache, .b.test=summary}', ['summary']],
    ['inline:{b.test=summary}', ['dane']],
    ['inline:{192.0.2.1=summary}', ['summary']],
    ['inline:{192.0=summary}', ['summary']],
    ['inline:{192.=summary}', ['dane']],
    ['inline:{.test=DUNNO, 192.0.2.1=summary}', ['dane']],
    ['inline:{{a.b.test = dunno}}', ['dane']],
    ['inline:{a.b.test=what}', ['unknown smtp_tls_loglevel_maps value "what" in "what"']],
    ['inline:{other=summary}', ['dane']],
  ])('%s: %j', async (table, expected) => {
    expect(await of(table)).toEqual(expected);
  });

  test('bare parents where these stand for subdomains', async () => {
    const parents = { parent_domain_matches_subdomains: 'smtp_tls_loglevel_maps' };
    expect(await of('inline:{b.test=summary}', {}, parents)).toEqual(['summary']);
    expect(await of('inline:{.b.test=summary}', {}, parents)).toEqual(['dane']);
  });

  test('addresses of the other family; a table that fails', async () => {
    expect(await of('inline:{{2001:db8 = summary}}', { address: '2001:db8::1' })).toEqual(['summary']);
    expect((await of('fail:x'))[0]).toBe('dane');
  });
});
