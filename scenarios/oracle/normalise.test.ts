import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normaliseContent, normaliseLogLine, normaliseText } from './normalise.ts';

const status = (delay: string, rest: string) =>
  `4C0FFEE000: to=<user@example.test>, relay=a.example.test[192.0.2.1]:25, ${delay}, dsn=2.0.0, status=sent (${rest})`;

describe('text that differs and means nothing', () => {
  test.each([
    ['queue numbers of the server', '250 2.0.0 Ok: queued as 1', '250 2.0.0 Ok: queued as 4XyZk82'],
    ['short and long queue ids', '4C0FFEE000: host a said no', '4SxJ3t0Zz2zYqK: host a said no'],
    ['the process that logs', 'postfix/smtp[123]: 4C0FFEE000: hello', 'nexthop/smtp[7]: 4C0FFEE001: hello'],
    [
      'times',
      status('delay=0.01, delays=0/0/0.01/0', '250 Ok'),
      status('delay=3602, delays=3600/0.1/0/2', '250 Ok'),
    ],
    ['dates', 'Date: Mon, 23 Nov 2026 21:29:00 +0000', 'Date: Tue, 1 Dec 2026 01:02:03 +0100 (CET)'],
    [
      'places in the sources of OpenSSL',
      'TLS library problem: error:0A0000BF:SSL routines::no protocols available:',
      'TLS library problem: error:0A0000BF:SSL routines::no protocols available:../ssl/statem/statem_lib.c:102:',
    ],
    ['versions', 'X-Mailer: Nexthop 0.1.0', 'X-Mailer: Postfix 3.7.11'],
  ])('%s', (_, left, right) => {
    expect(normaliseText(left)).toBe(normaliseText(right));
  });
});

describe('text that differs and means something', () => {
  test.each([
    ['a status code', '250 2.0.0 Ok: queued as 1', '250 2.1.0 Ok: queued as 1'],
    ['a size', 'MAIL FROM:<a@b.test> SIZE=167', 'MAIL FROM:<a@b.test> SIZE=168'],
    ['an address', 'connect to a[192.0.2.1]:25', 'connect to a[192.0.2.2]:25'],
    ['a limit', 'response longer than 2048', 'response longer than 1024'],
    ['a word that could be a queue id, elsewhere', 'said: DEADBEEF00: no', 'said: DEADBEEF11: no'],
    ['a warning', 'warning: 4C0FFEE000: relayhost problem', 'warning: relayhost problem'],
    [
      'a fault that OpenSSL found',
      'TLS library problem: error:0A0000BF:SSL routines::no protocols available:',
      'TLS library problem: error:0A0000B9:SSL routines::no cipher match:../ssl/ssl_lib.c:2759:',
    ],
    ['a software name without a version', '250 Postfix', '250 Exim'],
  ])('%s', (_, left, right) => {
    expect(normaliseText(left)).not.toBe(normaliseText(right));
  });
});

test('doing it twice changes nothing more', () => {
  const pieces = fc.constantFrom(
    'queued as ',
    '4C0FFEE000: ',
    'delay=0.1, delays=0/0/0/0',
    'smtp[1]: ',
    'Postfix 3.7.11',
    ' ',
    'x',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const once = normaliseText(parts.join(''));
      // What stood behind the process that logs may look like another process.
      const settled = normaliseText(normaliseText(normaliseText(once)));
      expect(normaliseText(settled)).toBe(settled);
    }),
  );
});

describe('log lines', () => {
  test("a recipient's line keeps its shape only: the rest is compared as its outcome", () => {
    const left = status('delay=0.01, delays=0/0/0.01/0', '250 2.0.0 Ok');
    const right = left
      .replace('a.example.test[192.0.2.1]:25', 'none')
      .replace('2.0.0', '4.4.1')
      .replace('status=sent (250 2.0.0 Ok)', 'status=deferred (connect to a: refused)');
    expect(normaliseLogLine(left)).toBe(normaliseLogLine(right));
    expect(normaliseLogLine(left)).toBe(normaliseLogLine(left.replace(', dsn', ', tls=may:none, dsn')));
    expect(normaliseLogLine(left)).not.toBe(normaliseLogLine(left.replace('to=<user', 'to=<other')));
    expect(normaliseLogLine(left)).not.toBe(normaliseLogLine(left.replace(', delay', ', conn_use=2, delay')));
  });

  test('other lines are kept whole', () => {
    const line =
      '4C0FFEE000: host a.example.test[192.0.2.1] said: 450 4.2.0 later (in reply to RCPT TO command)';
    expect(normaliseLogLine(line)).not.toBe(normaliseLogLine(line.replace('450', '451')));
  });
});

describe('content', () => {
  const mime = (boundary: string, id: string) => [
    `Message-ID: <${id}@client.test>`,
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'text',
    `--${boundary}--`,
  ];

  test('made up boundaries and ids mean nothing', () => {
    expect(normaliseContent(mime('b1.a', '1'))).toEqual(normaliseContent(mime('=_xyz', '20261123.4C0')));
  });

  test('but a boundary that is not the one announced does', () => {
    const broken = mime('b1', '1').with(5, '--b2--');
    expect(normaliseContent(broken)).not.toEqual(normaliseContent(mime('b1', '1')));
  });

  test('one boundary may begin with another', () => {
    const nested = (outer: string, inner: string) => [
      `Content-Type: multipart/mixed; boundary=${outer}`,
      `Content-Type: multipart/mixed; boundary=${inner}`,
      `--${inner}`,
      `--${outer}`,
    ];
    expect(normaliseContent(nested('b', 'bb'))).toEqual(normaliseContent(nested('q1', 'z2')));
    expect(normaliseContent(nested('b', 'bb'))).not.toEqual(normaliseContent(nested('bb', 'b').toReversed()));
  });
});
