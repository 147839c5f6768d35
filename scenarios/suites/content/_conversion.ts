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
import { quotedPrintableFault, readEntity } from './_mime.ts';

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
  /** Headers in UTF-8 go out without SMTPUTF8, because nobody asked for it. */
  readonly staysInHeaders?: true;
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

const wellQuoted = check('quoted-printable is well-formed', ({ deliveries }) => {
  for (const { content } of deliveries) {
    const fault = quotedPrintableFault(readEntity(content.toString('latin1')));
    if (fault !== undefined) return fault;
  }
  return undefined;
});

const WELL_QUOTED = ['rfc2045-6.7-01', 'rfc2045-6.7-02', 'rfc2045-6.7-03', 'rfc2045-6.7-04'];

const EIGHT_BIT_RULES = ['rfc5321-2.4-04', 'rfc6152-3-07', 'rfc1652-3-01', 'rfc822-3.3-01'];
const UTF8_HEADER_RULES = ['rfc5321-2.3.1-01', 'rfc6532-3.7-01'];

const NOT_ASKED_FOR = 'Postfix asks for SMTPUTF8 only where the submitter did';

/** What a scenario tolerates whose headers in UTF-8 go out without SMTPUTF8, though the server has it. */
export const headersInUtf8 = breaking(UTF8_HEADER_RULES, NOT_ASKED_FOR);

function breaking(rules: readonly string[], reason: string): Readonly<Record<string, string>> {
  return Object.fromEntries(rules.map((rule) => [rule, reason]));
}

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
        ? [verifies(['rfc6152-3-08', 'rfc6152-3-10'], sevenBitOnArrival)]
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
    tolerates: {
      ...(conversion.staysEightBit !== undefined && breaking(EIGHT_BIT_RULES, conversion.staysEightBit)),
      ...(conversion.staysInHeaders && breaking([...UTF8_HEADER_RULES, 'rfc6531-3.2-04'], NOT_ASKED_FOR)),
    },
  });
}
