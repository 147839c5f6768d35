import { describe, expect, test } from 'vitest';
import { asLogLine, isFatal, readMailLogLine, readOutcome } from './mail-log.ts';

describe('a line of the mail log', () => {
  test('has a program, a process and a text', () => {
    const line =
      'Nov  3 02:03:04 client postfix/smtp-0-0/smtp[51]: connect to a.test[192.0.2.1]:25: Connection refused';
    expect(readMailLogLine(line)).toEqual({
      program: 'postfix/smtp-0-0/smtp',
      processId: 51,
      text: 'connect to a.test[192.0.2.1]:25: Connection refused',
    });
  });

  test.each(['', 'postfix/smtp[51]: text', 'Nov 03 02:03:04 client postfix/smtp: text'])(
    '%j is none',
    (line) => {
      expect(readMailLogLine(line)).toBeUndefined();
    },
  );

  test('is a warning, or the last one, by its first word', () => {
    expect(asLogLine('warning: 4F: odd')).toEqual({ level: 'warning', text: 'warning: 4F: odd' });
    expect(asLogLine('4F: warning: said the server').level).toBe('info');
    expect([isFatal('fatal: bad'), isFatal('panic: bad'), isFatal('warning: fatal: bad')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('an outcome', () => {
  const outcome = (more: object) => ({
    queueId: '4F',
    address: 'user@example.test',
    relay: 'mx.example.test[192.0.2.1]:25',
    ...more,
  });

  test('sent, with the reply', () => {
    const text =
      '4F: to=<user@example.test>, relay=mx.example.test[192.0.2.1]:25, delay=0.02, delays=0/0.01/0.01/0, dsn=2.0.0, status=sent (250 2.0.0 Ok (really))';
    const reply = '250 2.0.0 Ok (really)';
    expect(readOutcome(text)).toEqual(outcome({ status: 'sent', dsn: '2.0.0', reason: reply, reply }));
  });

  test('deferred, with every attribute that may stand between', () => {
    const text =
      '4F: to=<user@example.test>, orig_to=<alias, relay=odd@example.test>, relay=mx.example.test[192.0.2.1]:25, conn_use=2, delay=103, delays=100/0/0/3, tls=none, dsn=4.2.1, status=deferred (host mx.example.test[192.0.2.1] said: 450 4.2.1 later, status=sent (x) (in reply to RCPT TO command))';
    const reason =
      'host mx.example.test[192.0.2.1] said: 450 4.2.1 later, status=sent (x) (in reply to RCPT TO command)';
    expect(readOutcome(text)).toEqual(outcome({ status: 'deferred', dsn: '4.2.1', reason }));
  });

  test.each([
    ['bounced', '5.1.1', 'bounced', undefined],
    ['SOFTBOUNCE', '4.1.1', 'deferred', undefined],
    ['deliverable', '2.1.5', 'sent', true],
    ['undeliverable', '4.2.1', 'deferred', true],
    ['undeliverable', '5.1.1', 'bounced', true],
  ])('%s with %s means %s', (word, dsn, status, probe) => {
    const text = `4F: to=<user@example.test>, relay=none, delay=1, delays=0/0/1/0, dsn=${dsn}, status=${word} (text)`;
    expect(readOutcome(text)).toMatchObject({ status, dsn, relay: 'none', reason: 'text' });
    expect(readOutcome(text)?.probe).toBe(probe);
  });

  test.each([
    ['"a b"@example.test', 'a b@example.test'],
    ['"a@b\\"c"@example.test', 'a@b"c@example.test'],
    ['jürgen@example.test', 'jürgen@example.test'],
    ['a b@example.test', 'a b@example.test'],
    ['postmaster', 'postmaster'],
  ])('to=<%s> is %s', (logged, address) => {
    const text = `4F: to=<${logged}>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (text)`;
    expect(readOutcome(text)?.address).toBe(address);
  });

  test('whose reason is so long that its end is cut off', () => {
    const text =
      '4F: to=<u@example.test>, relay=none, delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host said: xxx';
    expect(readOutcome(text)?.reason).toBe('host said: xxx');
  });

  test('is in no other line', () => {
    expect(
      readOutcome('4F: host a.test[192.0.2.1] said: 450 4.2.1 later (in reply to RCPT TO command)'),
    ).toBeUndefined();
    expect(readOutcome('connect to a.test[192.0.2.1]:25: to=<x>, relay=none, delay=1')).toBeUndefined();
  });
});
