/** What is tried with every server: mail, and what must come of it. */
import { longBody, messageText, mimeMessage } from './messages.ts';

export const DOMAIN = 'example.test';
export const MAILBOXES = ['anna', 'bert', 'carl', 'returns', 'zoë'] as const;
/** Every server refuses this recipient. */
export const REFUSED = 'refused';
export const MESSAGE_LIMIT_BYTES = 10_240_000;

export type Expected =
  | 'sent'
  /** The server said so, with a 5xx reply. */
  | 'refused'
  /** The client found out from what the server offers; the enhanced status code. */
  | { readonly bounced: string };

export interface Trial {
  readonly name: string;
  /** Parameters of the client. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** `returns@example.test` when absent. */
  readonly sender?: string;
  /** Local parts. */
  readonly recipients: readonly string[];
  readonly smtputf8?: boolean;
  readonly dsn?: DsnRequest;
  /** Messages, sent one after another or all at once; 1 when absent. */
  readonly count?: number;
  readonly atOnce?: boolean;
  readonly content: (id: string) => string | Buffer;
  /** What must be stored when it is not the content as it stands. */
  readonly stored?: (id: string) => string | Buffer;
  /** By recipient; `sent` for those who are not named. `offers` are the server's EHLO keywords. */
  readonly expect?: (offers: ReadonlySet<string>) => Readonly<Record<string, Expected>>;
  /** What is wrong with the commands that went out, or undefined. */
  readonly dialogue?: (lines: readonly DialogueLine[], offers: ReadonlySet<string>) => string | undefined;
}

export interface DsnRequest {
  readonly envelopeId: string;
  readonly originalRecipient: string;
  /** Both in xtext, as the client has to send them. */
  readonly onTheWire: readonly [envelopeId: string, originalRecipient: string];
}

export type DialogueLine =
  | { readonly command: string }
  | { readonly content: number }
  | { readonly reply: number };

const text = (fields: readonly string[], body: string, lineEnd?: string) => (id: string) =>
  messageText(id, fields, body, lineEnd);

const PLAIN = text(['Subject: plain'], 'A line.\r\nAnother.\r\n');
const LATIN_1 = Buffer.from(Array.from({ length: 128 }, (_, index) => index + 128));

function latin1(fields: readonly string[]) {
  return (id: string) =>
    Buffer.concat([
      Buffer.from(messageText(id, ['Subject: 8-bit', ...fields], '')),
      LATIN_1,
      Buffer.from('\r\n'),
    ]);
}

const DSN: DsnRequest = {
  envelopeId: 'envelope+1=2 3',
  originalRecipient: 'rfc822;old+bert=1@example.test',
  onTheWire: ['envelope+2B1+3D2+203', 'rfc822;old+2Bbert+3D1@example.test'],
};

export const trials: readonly Trial[] = [
  { name: 'a MIME message with an attachment', recipients: ['anna'], content: mimeMessage },
  { name: 'three recipients', recipients: ['anna', 'bert', 'carl'], content: PLAIN },
  {
    name: 'one of three recipients refused',
    recipients: ['anna', REFUSED, 'bert'],
    content: PLAIN,
    expect: () => ({ [REFUSED]: 'refused' }),
  },
  {
    name: 'the first and the last of three recipients refused, one at a time',
    parameters: withoutKeywords('pipelining'),
    recipients: [REFUSED, 'bert', 'unknown'],
    content: PLAIN,
    expect: () => ({ [REFUSED]: 'refused', unknown: 'refused' }),
  },
  {
    name: 'the only recipient refused',
    recipients: [REFUSED],
    content: PLAIN,
    expect: () => ({ [REFUSED]: 'refused' }),
  },
  {
    name: 'a large message',
    recipients: ['anna'],
    content: text(['Subject: large'], longBody(8_000_000)),
  },
  {
    name: 'a message beyond the limit that is offered',
    recipients: ['anna'],
    content: text(['Subject: too large'], longBody(MESSAGE_LIMIT_BYTES)),
    expect: (offers): Record<string, Expected> => (offers.has('SIZE') ? { anna: { bounced: '5.3.4' } } : {}),
    dialogue: (lines, offers) =>
      offers.has('SIZE') && commands(lines).some((line) => line.startsWith('MAIL'))
        ? 'MAIL was sent although SIZE is exceeded'
        : undefined,
  },
  {
    name: '8-bit content, declared',
    recipients: ['anna'],
    content: latin1([
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: 8bit',
    ]),
    dialogue: (lines, offers) => mustHave(lines, / BODY=8BITMIME\b/, offers.has('8BITMIME')),
  },
  {
    name: '8-bit content, not declared',
    recipients: ['anna'],
    content: latin1([]),
    dialogue: (lines) => mustHave(lines, / BODY=/, false),
  },
  {
    name: 'lines that begin with dots',
    recipients: ['anna'],
    content: text(['Subject: dots'], '.\r\n..\r\n...\r\n.x\r\n\r\n.\r\n.\r\nx.\r\n.'),
  },
  {
    name: 'lines of 998 octets',
    recipients: ['anna'],
    content: text(['Subject: long lines'], `${'x'.repeat(998)}\r\n.${'y'.repeat(997)}\r\n${'z'.repeat(998)}`),
  },
  {
    name: 'a line of 2500 octets, folded',
    recipients: ['anna'],
    content: text(['Subject: longer'], `${'x'.repeat(2500)}\r\n`),
    stored: text(['Subject: longer'], `${'x'.repeat(998)}\r\n ${'x'.repeat(997)}\r\n ${'x'.repeat(505)}\r\n`),
  },
  { name: 'no line end at the end', recipients: ['anna'], content: text(['Subject: end'], 'the end') },
  { name: 'LF as line end', recipients: ['anna'], content: text(['Subject: LF'], 'one\n.two\n', '\n') },
  {
    name: 'mixed line ends',
    recipients: ['anna'],
    content: text(['Subject: mixed'], 'a\nb\r\n\n.c\r\n', '\n'),
  },
  { name: 'no body', recipients: ['anna'], content: text(['Subject: empty'], '') },
  { name: 'the null sender', sender: '', recipients: ['anna'], content: PLAIN },
  {
    name: 'SMTPUTF8 addresses and a UTF-8 header',
    sender: `absender-ä@${DOMAIN}`,
    recipients: ['zoë', 'anna'],
    smtputf8: true,
    content: text(['Subject: Zoë'], 'Zoë\r\n'),
    expect: (offers): Record<string, Expected> =>
      offers.has('SMTPUTF8') ? {} : { zoë: { bounced: '5.6.7' }, anna: { bounced: '5.6.7' } },
    dialogue: (lines, offers) => mustHave(lines, /^MAIL .* SMTPUTF8\b/, offers.has('SMTPUTF8')),
  },
  {
    name: 'DSN parameters',
    recipients: ['bert'],
    dsn: DSN,
    content: PLAIN,
    dialogue: (lines, offers) =>
      mustHave(lines, ` ENVID=${DSN.onTheWire[0]} RET=HDRS`, offers.has('DSN')) ??
      mustHave(lines, ` ORCPT=${DSN.onTheWire[1]} NOTIFY=SUCCESS`, offers.has('DSN')),
  },
  {
    name: 'without pipelining',
    parameters: withoutKeywords('pipelining'),
    recipients: ['anna', 'bert', 'carl'],
    content: PLAIN,
    dialogue: (lines) => (longestRun(lines) > 1 ? 'several commands went out before a reply' : undefined),
  },
  {
    name: 'with pipelining',
    recipients: ['anna', 'bert', 'carl'],
    content: PLAIN,
    dialogue: (lines, offers) =>
      offers.has('PIPELINING') && longestRun(lines) < 5
        ? 'MAIL, RCPT and DATA did not go out together'
        : undefined,
  },
  {
    name: 'with no extension at all',
    parameters: withoutKeywords('pipelining, 8bitmime, size, dsn, smtputf8, enhancedstatuscodes, chunking'),
    recipients: ['anna', REFUSED],
    content: PLAIN,
    expect: () => ({ [REFUSED]: 'refused' }),
    dialogue: (lines) => mustHave(lines, /^(MAIL|RCPT) .*> ./, false),
  },
  { name: '5 messages, one after another', recipients: ['anna', 'bert'], count: 5, content: PLAIN },
  // No more: OpenSMTPD lets five connections wait, and clients of those beyond wait for its greeting in vain.
  { name: '5 messages at once', recipients: ['anna', 'bert'], count: 5, atOnce: true, content: PLAIN },
];

/** Both names: each service reads its own. */
function withoutKeywords(keywords: string): Record<string, string> {
  return { smtp_discard_ehlo_keywords: keywords, lmtp_discard_lhlo_keywords: keywords };
}

function commands(lines: readonly DialogueLine[]): string[] {
  return lines.flatMap((line) => ('command' in line ? [line.command] : []));
}

/** Whether any command matches, or holds a text, as it should or should not. */
function mustHave(
  lines: readonly DialogueLine[],
  wanted: RegExp | string,
  isWanted: boolean,
): string | undefined {
  const found = commands(lines).some((line) =>
    typeof wanted === 'string' ? line.includes(wanted) : wanted.test(line),
  );
  return found === isWanted ? undefined : `${isWanted ? 'no command' : 'a command'} has ${wanted}`;
}

/** Commands without a reply in between. */
function longestRun(lines: readonly DialogueLine[]): number {
  let longest = 0;
  let run = 0;
  for (const line of lines) {
    run = 'command' in line ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
