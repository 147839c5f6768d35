/** What the scenarios of converted messages share. */
import {
  check,
  delivered,
  dialogue,
  mailHost,
  message,
  postfixOnly,
  received,
  type Scenario,
  scenario,
  verifies,
  zone,
} from '../../scenario.ts';

export const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
export const to = 'user@example.test';

/** Every server here lacks 8BITMIME, and would like to know the size. */
export const sevenBit = mailHost({ extensions: ['PIPELINING', 'SIZE 10000000'] });
export const lines = (...texts: string[]) => texts.map((text) => `${text}\r\n`).join('');

export interface Conversion {
  readonly name: string;
  readonly title: string;
  readonly content: string;
  /** How it has to arrive. */
  readonly arrives: string;
  readonly clauses?: readonly string[];
  readonly origins?: readonly string[];
  /** What a reader of mail finds in it. */
  readonly reads?: string;
  /** What goes out is not 7-bit, because nobody said that it is 8-bit. */
  readonly staysEightBit?: string;
  readonly config?: Readonly<Record<string, string>>;
  readonly encoding?: '7bit' | '8bit';
}

export const TEXT = 'Content-Type: text/plain; charset=utf-8';
export const EIGHT_BIT = 'Content-Transfer-Encoding: 8bit';
export const QUOTED = 'Content-Transfer-Encoding: quoted-printable';
export const SEVEN_BIT = 'Content-Transfer-Encoding: 7bit';
export const MIXED = 'Content-Type: multipart/mixed; boundary=b';

const sevenBitOnArrival = check('what arrives is 7-bit', ({ deliveries }) => {
  const beyond = deliveries.find(({ content }) => content.some((byte) => byte > 0x7f));
  return beyond && 'there are octets beyond ASCII';
});

/** Whether a message that is one part is quoted-printable as RFC 2045 section 6.7 has it, if it says so. */
const wellQuoted = check('quoted-printable is well-formed', ({ deliveries }) => {
  for (const { content } of deliveries) {
    const [head = '', ...rest] = content.toString('latin1').split('\r\n\r\n');
    if (!/^content-transfer-encoding: quoted-printable$/im.test(head)) continue;
    for (const line of rest.join('\r\n\r\n').split('\r\n')) {
      if (/=(?![0-9A-F]{2}|$)/.test(line)) return `no pair of upper-case digits: ${line}`;
      if (/[ \t]$/.test(line)) return `white space at the end: ${JSON.stringify(line)}`;
      if (line.length > 76) return `${line.length} characters: ${line}`;
      if (/=0D=?0?A?/.test(line)) return `an encoded line end: ${line}`;
    }
  }
  return undefined;
});

const WELL_QUOTED = ['rfc2045-6.7-01', 'rfc2045-6.7-02', 'rfc2045-6.7-03', 'rfc2045-6.7-04'];

/** A message on its way to such a server. */
export function conversionScenario(conversion: Conversion): Scenario {
  return scenario(`content/convert-${conversion.name}`, {
    title: conversion.title,
    clauses: conversion.clauses ?? ['postfix:delivery-7.4', 'rfc6152-3-07'],
    origins: conversion.origins ?? [],
    dns,
    hosts: { mx: sevenBit },
    config: conversion.config ?? {},
    send: message({
      to,
      content: conversion.content,
      ...(conversion.encoding && { encoding: conversion.encoding }),
    }),
    expect: [
      delivered(to, { via: 'mx' }),
      postfixOnly(received('mx', { count: 1, content: conversion.arrives })),
      ...(conversion.staysEightBit === undefined
        ? [verifies(['rfc6152-3-08', 'rfc6152-3-10', 'rfc1652-3-01'], sevenBitOnArrival)]
        : []),
      verifies(WELL_QUOTED, wellQuoted),
      ...(conversion.reads === undefined
        ? []
        : [verifies('rfc6152-3-09', received('mx', { body: conversion.reads }))]),
      dialogue('mx', [
        '...',
        conversion.encoding === '7bit' || conversion.config?.disable_mime_output_conversion
          ? 'C: MAIL FROM:<sender@client.test> SIZE=*'
          : 'C: MAIL FROM:<sender@client.test>',
        '...',
      ]),
    ],
    tolerates:
      conversion.staysEightBit === undefined
        ? {}
        : { 'rfc5321-2.4-04': conversion.staysEightBit, 'rfc6152-3-07': conversion.staysEightBit },
  });
}
