/** What the scenarios of converted messages share. */
import {
  delivered,
  dialogue,
  mailHost,
  message,
  received,
  type Scenario,
  scenario,
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
      received('mx', { count: 1, content: conversion.arrives }),
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
