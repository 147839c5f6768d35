/** REQUIRETLS: who demands what, what comes of it, and what the log shows (security reference 14, 17). */
import { describe, expect, test } from 'vitest';
import { messageFromBytes } from '../../content/message.ts';
import { FeatureStatus } from '../feature-status.ts';
import { TLS_LEVELS, type TlsLevel } from '../level.ts';
import { tlsWishes } from '../policy/wishes.ts';
import { configured } from '../testing.ts';
import { RequireTls } from './requiretls.ts';
import { type RequireTlsAction, requireTlsAction } from './requiretls-policy.ts';

describe('what a message asks', () => {
  function wishes(headers: string, requireTls: boolean, parameters: Record<string, string> = {}) {
    const { settings, emit, log } = configured(parameters);
    const message = messageFromBytes(Buffer.from(headers));
    return { ...tlsWishes({ message, requireTls }, { settings, emit }), log };
  }
  const nothing = { requireTls: false, tlsNotRequired: false, log: [] };
  const required = { ...nothing, requireTls: true };
  const notRequired = { ...nothing, tlsNotRequired: true };
  test.each([
    ['Subject: x\n\n', false, {}, nothing],
    ['Subject: x\n\n', true, {}, required],
    ['Subject: x\n\n', true, { requiretls_enable: 'no' }, nothing],
    ['require-tls-esmtp:  YES \n\n', false, {}, required],
    ['Require-TLS-ESMTP:\n yes\n\n', false, {}, required],
    ['Require-TLS-ESMTP: yes please\n\n', false, {}, nothing],
    ['Require-TLS-ESMTP: yes\n\n', false, { requiretls_esmtp_header: 'no' }, nothing],
    ['Require-TLS-ESMTP: yes\n\n', false, { requiretls_enable: 'no' }, nothing],
    ['\nRequire-TLS-ESMTP: yes\n\n', false, {}, nothing],
    ['Subject: x\n\nTLS-Required: no\n', false, {}, nothing],
    ['TLS-Required: No\r\n\r\n', false, {}, notRequired],
    ['Subject: x\nTLS-Required : no', false, {}, notRequired],
    ['X-TLS-Required: no\n\n', false, {}, nothing],
    ['Subject: x\rTLS-Required: no\n\n', false, {}, nothing],
    ['A: x\r\nTLS-Required: no\r\nTLS-Required: NO\r\n\r\n', false, {}, notRequired],
    ['TLS-Required: no\n\n', false, { tls_required_enable: 'no' }, nothing],
    ['TLS-Required: no\nRequire-TLS-ESMTP: yes\n\n', false, {}, required],
    ['TLS-Required: no\n\n', true, {}, required],
    ['TLS-Required: no\n\n', true, { requiretls_enable: 'no' }, notRequired],
  ])('%j, asked otherwise %s, with %j', (headers, asked, parameters, expected) => {
    expect(wishes(headers, asked, parameters)).toEqual(expected);
  });

  test('TLS-Required says nothing but no', () => {
    const log = ["ignoring malformed header: 'TLS-Required: maybe'"];
    expect(wishes('TLS-Required: maybe\n\n', false)).toEqual({ ...nothing, log });
    expect(wishes('TLS-Required: maybe\n\n', false, { tls_required_enable: 'no' })).toEqual(nothing);
    expect(wishes('TLS-Required: maybe\nTLS-Required: no\n\n', false)).toEqual({ ...notRequired, log });
  });
});

describe('smtp_requiretls_policy (17.1)', () => {
  async function action(domain: string, policy?: string, service: 'smtp' | 'lmtp' = 'smtp') {
    const name = `${service}_requiretls_policy`;
    const context = configured(
      { mydomain: 'own.test', ...(policy !== undefined && { [name]: policy }) },
      {},
      service,
    );
    return [await requireTlsAction(domain, context), ...context.log];
  }

  test.each([
    ['own.test', 'opportunistic'],
    ['OWN.test', 'opportunistic'],
    ['mx.own.test', 'opportunistic'],
    ['notown.test', 'enforce'],
    ['localhost', 'opportunistic'],
    ['192.0.2.1', 'opportunistic'],
    ['2001:db8::1', 'opportunistic'],
    ['example.test', 'enforce'],
  ])('by default %s: %s', async (domain, expected) => {
    expect(await action(domain)).toEqual([expected]);
    expect(await action(domain, undefined, 'lmtp')).toEqual(['opportunistic']);
  });

  const unknown = (origin: string, word: string) =>
    `${origin}: unknown policy action: '${word}' -- ignoring the remainder of this policy`;
  const notAllowed = (kind: string, table: string, text: string) =>
    `table ${table}: ${kind} lookup result "${text}" is not allowed -- ignoring remainder of policy`;
  test.each([
    ['', ['enforce']],
    ['Opportunistic+StartTLS enforce', ['opportunistic+starttls']],
    ['disable', ['disable']],
    ['ERROR', ['error']],
    ['inline:{x=disable} opportunistic', ['opportunistic']],
    ['inline:{x=disable}', ['enforce']],
    ['inline:{.b.example=disable}, error', ['disable']],
    ['inline:{.example=Enforce, .b.example=disable}', ['disable']],
    ['regexp:{{/^\\.b/ disable}} opportunistic', ['opportunistic']],
    ['regexp:{{/b/ disable}} opportunistic', ['disable']],
    ['maybe, disable', ['error', unknown('smtp_requiretls_policy', 'maybe')]],
    ['static:maybe', ['error', unknown('static:maybe', 'maybe')]],
    ['static:error disable', ['error']],
    ['static:inline:x', ['error', notAllowed('nested', 'static:inline:x', 'inline:x')]],
    [
      'static:{enforce, disable}',
      ['error', notAllowed('composite', 'static:{enforce, disable}', 'enforce, disable')],
    ],
  ])('%s', async (policy, expected) => {
    expect(await action('a.b.example', policy)).toEqual(expected);
  });

  test('a table that fails ends it', async () => {
    const [result, ...log] = await action('a.test', 'fail:x, opportunistic');
    expect(result).toBe('error');
    expect(log.at(-1)).toBe(
      'smtp_requiretls_policy: fail:x: table lookup error -- ignoring the remainder of this policy',
    );
  });

  test('names are looked for as A-labels; one that has none is held to the strictest', async () => {
    expect(await action('bücher.test', 'inline:{xn--bcher-kva.test=disable}')).toEqual(['disable']);
    expect(await action('b\u00fc cher.test', 'inline:{a=disable}')).toEqual([
      'enforce',
      "smtp_requiretls_policy: malformed next-hop destination: 'b\u00fc cher.test' -- using default policy 'enforce'",
    ]);
  });
});

function delivery(action: RequireTlsAction, level: TlsLevel) {
  const status = new FeatureStatus();
  const notes: string[] = [];
  const requireTls = new RequireTls({ action, status, note: (text) => notes.push(text) });
  status.begin(level, requireTls.isWanted);
  return { requireTls, status, notes };
}

const NAME = 'mx.test[192.0.2.1]';
const REFUSAL = { code: 454, status: '4.7.0', text: '454-4.7.0 not\n454 4.7.0 now', malformed: false };

describe('before connecting (17.2)', () => {
  const asked = (level: string, what: string) =>
    `Sender requested REQUIRETLS, but my configured TLS security level '${level}' disables ${what}. The last attempted server was mx.test`;
  test.each(TLS_LEVELS)('at level %s', (level) => {
    const weak = level === 'none' || level === 'may' || level === 'encrypt';
    const enforced = delivery('enforce', level);
    expect(enforced.requireTls.beforeConnecting(level, 'mx.test')).toEqual(
      weak ? { dsn: '5.7.10', reason: asked(level, 'certificate matching') } : undefined,
    );
    expect(String(enforced.status)).toBe(
      weak ? `${level}?/!requiretls:nocertmatch` : `${level}?/requiretls?`,
    );

    const encrypted = delivery('opportunistic+starttls', level);
    const result = encrypted.requireTls.beforeConnecting(level, 'mx.test');
    expect(result).toEqual(
      level === 'none' ? { dsn: '5.7.10', reason: asked(level, 'encryption') } : undefined,
    );
    expect(encrypted.notes).toEqual(weak && level !== 'none' ? [asked(level, 'certificate matching')] : []);
    expect(String(encrypted.status)).toBe(
      level === 'none' ? 'none?/!requiretls:noencryption' : `${level}?/requiretls?`,
    );

    for (const action of ['opportunistic', 'disable'] as const) {
      const { requireTls, status, notes } = delivery(action, level);
      expect(requireTls.beforeConnecting(level, 'mx.test')).toBeUndefined();
      expect(notes).toEqual([]);
      expect(String(status)).toBe(action === 'disable' ? `${level}?` : `${level}?/requiretls?`);
    }
    expect(delivery('error', level).requireTls.beforeConnecting(level, 'mx.test')).toEqual({
      dsn: '4.7.10',
      reason: 'REQUIRETLS policy configuration error. The last attempted server was mx.test',
    });
  });
});

describe('in the session (17.2)', () => {
  const failure = (dsn: string, problem: string) => ({
    scope: 'requirement',
    dsn,
    reason: `Sender requested REQUIRETLS, but ${problem}`,
  });
  const refusedText = `host ${NAME} refused to start TLS: 454-4.7.0 not 454 4.7.0 now`;
  const unmatched = (what: string) =>
    failure('5.7.10', `no ${what} server certificate was found. The last attempted server was ${NAME}`);
  const note = `Sender requested REQUIRETLS, but REQUIRETLS support was not offered by host ${NAME}`;
  const points = {
    notOffered: (each: RequireTls) => each.notOffered(NAME),
    refused: (each: RequireTls) => each.refused(NAME, REFUSAL),
    inTheClear: (each: RequireTls) => each.inTheClear(),
    untrusted: (each: RequireTls) => each.notMatched(NAME, false),
    misnamed: (each: RequireTls) => each.notMatched(NAME, true),
    announced: (each: RequireTls) => each.afterHello(NAME, true, true),
    announcedUnmatched: (each: RequireTls) => each.afterHello(NAME, true, false),
    notAnnounced: (each: RequireTls) => each.afterHello(NAME, false, true),
  };
  type Row = [RequireTlsAction, keyof typeof points, unknown, string, string[]];
  test.each<Row>([
    [
      'enforce',
      'notOffered',
      failure('5.7.30', `TLS service was not offered by host ${NAME}`),
      '!requiretls:nostarttls',
      [],
    ],
    [
      'opportunistic+starttls',
      'notOffered',
      failure('5.7.30', `TLS service was not offered by host ${NAME}`),
      '!requiretls:nostarttls',
      [],
    ],
    ['opportunistic', 'notOffered', undefined, 'requiretls?', []],
    ['enforce', 'refused', failure('5.7.10', refusedText), '!requiretls:nostarttls', []],
    ['opportunistic+starttls', 'refused', failure('5.7.10', refusedText), '!requiretls:nostarttls', []],
    ['opportunistic', 'refused', undefined, 'requiretls?', []],
    ['opportunistic', 'inTheClear', undefined, 'requiretls:none', []],
    ['enforce', 'untrusted', unmatched('trusted'), '!requiretls:nocertmatch', []],
    ['enforce', 'misnamed', unmatched('matching'), '!requiretls:nocertmatch', []],
    ['opportunistic+starttls', 'untrusted', undefined, 'requiretls:nocertmatch', []],
    ['opportunistic', 'misnamed', undefined, 'requiretls:nocertmatch', []],
    ['enforce', 'announced', undefined, 'requiretls', []],
    ['opportunistic', 'announcedUnmatched', undefined, 'requiretls:nocertmatch', []],
    [
      'enforce',
      'notAnnounced',
      failure(
        '5.7.30',
        `no server was found that supports REQUIRETLS. The last attempted server was ${NAME}`,
      ),
      '!requiretls:none',
      [],
    ],
    ['opportunistic+starttls', 'notAnnounced', undefined, 'requiretls:none', [note]],
    ['opportunistic', 'notAnnounced', undefined, 'requiretls:none', [note]],
  ])('%s, %s', (action, point, result, shown, notes) => {
    const one = delivery(action, 'secure');
    expect(points[point](one.requireTls)).toEqual(result);
    expect(String(one.status)).toBe(`secure?/${shown}`);
    expect(one.notes).toEqual(notes);
  });

  test.each(Object.keys(points) as (keyof typeof points)[])('nobody asked: %s', (point) => {
    const { requireTls, status, notes } = delivery('disable', 'may');
    expect([points[point](requireTls), String(status), notes]).toEqual([undefined, 'may?', []]);
    expect([requireTls.isWanted, requireTls.needsTls]).toEqual([false, false]);
  });
});

describe('the tls= field (14)', () => {
  const status = (level: TlsLevel | 'unknown', then?: (status: FeatureStatus) => void) => {
    const one = new FeatureStatus();
    one.begin(level, false);
    then?.(one);
    return String(one);
  };
  test.each([
    ['secure', (one: FeatureStatus) => one.levelMet('secure'), 'secure'],
    ['may', (one: FeatureStatus) => one.levelMet('none'), 'may:none'],
    ['none', (one: FeatureStatus) => one.levelMet('none'), 'none'],
    ['encrypt', (one: FeatureStatus) => one.levelViolated(), '!encrypt'],
    ['secure', (one: FeatureStatus) => one.levelViolated('secure'), '!secure'],
    ['dane', (one: FeatureStatus) => one.levelMet('encrypt'), 'dane:encrypt'],
    ['encrypt', undefined, 'encrypt?'],
    ['unknown', undefined, 'unknown?'],
  ] as const)('%s, then: %s', (level, then, shown) => {
    expect(status(level, then)).toBe(shown);
  });

  test('is that of the server tried last, and of none before the first', () => {
    const one = new FeatureStatus();
    one.levelMet('may');
    one.requireTlsMet('none');
    expect(String(one)).toBe('');
    one.begin('encrypt', true);
    one.levelViolated();
    one.requireTlsViolated('nostarttls');
    expect(String(one)).toBe('!encrypt/!requiretls:nostarttls');
    one.begin('may', false);
    expect(String(one)).toBe('may?');
  });
});
