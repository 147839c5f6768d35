import { expect, test } from 'vitest';
import type { Reply } from '../reply.ts';
import { parseFeatures, readDiscards } from './features.ts';

function ehlo(...lines: string[]): Reply {
  const text = lines.map((line, index) => `250${index === lines.length - 1 ? ' ' : '-'}${line}`).join('\n');
  return { code: 250, status: '2.0.0', text, malformed: false };
}

const NOTHING = new Set<string>();
const never = () => {
  throw new Error('no warning expected');
};

test('keywords in any case, with their arguments', () => {
  expect(
    parseFeatures(
      ehlo('mx.test at your service', 'PipeLining', 'size 1000', '8BITMIME', 'DSN', 'VRFY'),
      NOTHING,
      false,
      never,
    ),
  ).toEqual({
    serverName: 'mx.test',
    authentication: [],
    pipelining: true,
    eightBitMime: true,
    dsn: true,
    smtputf8: false,
    size: true,
    sizeLimitBytes: 1000,
    starttls: false,
    requireTls: false,
    xforward: new Set(),
  });
});

test.each([
  ['SIZE=500000', 500_000],
  ['SIZE', 0],
  ['SIZE 0', 0],
  ['SIZE 99999999999999999999', 0],
])('%s announces a limit of %d', (line, limit) => {
  expect(parseFeatures(ehlo('mx.test', line), NOTHING, false, never)).toMatchObject({
    size: true,
    sizeLimitBytes: limit,
  });
});

test('a SIZE that is no number is warned about and still counts', () => {
  const warnings: string[] = [];
  expect(
    parseFeatures(ehlo('mx.test', 'SIZE huge'), NOTHING, false, (value) => warnings.push(value)),
  ).toMatchObject({
    size: true,
    sizeLimitBytes: 0,
  });
  expect(warnings).toEqual(['huge']);
});

test('an empty first line costs the next keyword', () => {
  const features = parseFeatures(ehlo('', 'PIPELINING', 'DSN'), NOTHING, false, never);
  expect(features).toMatchObject({ serverName: 'PIPELINING', pipelining: false, dsn: true });
});

test('discarded keywords are not offered', () => {
  const features = parseFeatures(ehlo('mx.test', 'PIPELINING', 'DSN'), new Set(['PIPELINING']), false, never);
  expect(features).toMatchObject({ pipelining: false, dsn: true });
});

test.each([
  [['pipelining', 'DSN'], ['PIPELINING', 'DSN'], false],
  [['dsn', 'Silent-Discard', 'dsn', 'pipelining'], ['PIPELINING', 'DSN'], true],
  [['no-such-keyword', 'starttls'], ['STARTTLS'], false],
  [[], [], false],
])('%j discards %j, silently: %j', (words, keywords, silent) => {
  const discards = readDiscards(words);
  expect([...discards.keywords]).toEqual(keywords);
  expect(discards.silent).toBe(silent);
});

test.each([
  [true, [], true],
  [false, [], false],
  [true, ['REQUIRETLS'], false],
])('REQUIRETLS counts inside TLS only: in TLS %s, discarding %j: %s', (inTls, discard, expected) => {
  expect(parseFeatures(ehlo('mx.test', 'RequireTLS'), new Set(discard), inTls, never).requireTls).toBe(
    expected,
  );
});

test('AUTH of every line, in the old form too', () => {
  const reply = ehlo('mx.test', 'auth LOGIN  PLAIN', 'AUTH=CRAM-MD5', 'AUTH');
  const offered = (...discard: string[]) =>
    parseFeatures(reply, new Set(discard), false, never).authentication;
  expect(offered()).toEqual(['LOGIN PLAIN', 'CRAM-MD5', '']);
  expect(offered('AUTH')).toEqual([]);
});
