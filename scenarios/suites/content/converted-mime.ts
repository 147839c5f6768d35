/**
 * What arrives at a server without 8BITMIME, seen as RFC 2045 and RFC 6152 see it: any sender may encode as it likes,
 * or return the message, but what it sends must be valid MIME in 7 bits that says what was submitted.
 */
import {
  check,
  delivered,
  type Expectation,
  message,
  postfixOnly,
  received,
  scenario,
  verifies,
} from '../../scenario.ts';
import { dns, EIGHT_BIT, lines, MIXED, sevenBit, TEXT, to } from './_conversion.ts';
import { decoded, type Entity, entitiesOf, quotedPrintableFault, readEntity } from './_mime.ts';

/** Of message text, without CRLF (rfc5321-4.5.3.1.6-01). */
const LINE_LIMIT_BYTES = 998;
const VERSION = 'MIME-Version: 1.0';

interface Converted {
  readonly name: string;
  readonly what: string;
  readonly content: string;
  /** Clauses that ask for what it says to be kept, and for it to be made 7-bit, in this case. */
  readonly lossless?: readonly string[];
  readonly sevenBit?: readonly string[];
}

const messages: readonly Converted[] = [
  {
    name: 'text',
    what: 'text with blanks, dots and equals signs at awkward places',
    content: lines(
      VERSION,
      EIGHT_BIT,
      TEXT,
      '',
      'Grüße = =20 ',
      'ü\t',
      ' ',
      '.',
      '..ü',
      'From ü',
      '=3d',
      'ü=',
    ),
  },
  {
    name: 'long-lines',
    what: 'lines that are too long for quoted-printable, or for SMTP',
    content: lines(
      VERSION,
      EIGHT_BIT,
      TEXT,
      '',
      'ü'.repeat(80),
      `ü${'x'.repeat(5000)}`,
      `${'y'.repeat(76)} `,
      'z',
    ),
    sevenBit: ['rfc2046-4.1.1-01'],
  },
  {
    name: 'binary',
    what: 'a part that says binary',
    content: lines(VERSION, TEXT, 'Content-Transfer-Encoding: binary', '', 'é\0\t\u0001\u007f'),
    lossless: ['rfc3030-3-04'],
  },
  {
    name: 'nested-parts',
    what: 'a multipart in a multipart, beside a message and a part in base64',
    content: lines(
      VERSION,
      EIGHT_BIT,
      MIXED,
      '',
      'preamble',
      '--b',
      EIGHT_BIT,
      'Content-Type: multipart/alternative; boundary=inner',
      '',
      '--inner',
      EIGHT_BIT,
      TEXT,
      '',
      'ü = 1',
      '--inner',
      TEXT,
      '',
      'plain = 2',
      '--inner--',
      '--b',
      'Content-Type: application/octet-stream',
      'Content-Transfer-Encoding: base64',
      '',
      'w7w=',
      '--b',
      'Content-Type: message/rfc822',
      EIGHT_BIT,
      '',
      VERSION,
      EIGHT_BIT,
      TEXT,
      'Subject: inside',
      '',
      'ü = 3',
      '--b--',
    ),
    lossless: ['rfc2046-5.1.1-01'],
  },
  {
    name: 'global-message',
    what: 'an attached message with headers in UTF-8',
    content: lines(
      VERSION,
      EIGHT_BIT,
      MIXED,
      '',
      '--b',
      'Content-Type: message/global',
      EIGHT_BIT,
      '',
      'Subject: Grüße',
      '',
      'ü = 1',
      '--b--',
    ),
    lossless: ['rfc2046-5.1.1-01'],
    sevenBit: ['rfc6532-3.7-02'],
  },
];

export default messages.map(({ name, what, content, lossless = [], sevenBit: narrow = [] }) =>
  scenario(`content/converted-${name}`, {
    title: `Towards a server without 8BITMIME, ${what} becomes MIME in 7 bits that loses nothing`,
    clauses: ['postfix:delivery-7.4'],
    dns,
    hosts: { mx: sevenBit },
    send: message({ to, content }),
    expect: [
      postfixOnly(delivered(to, { via: 'mx' })),
      postfixOnly(received('mx', { count: 1 })),
      verifies(
        ['rfc6152-3-08', 'rfc6152-3-10', ...narrow],
        arriving('7 bits only, in lines that SMTP carries', sevenBitOnly),
      ),
      verifies(
        ['rfc6152-3-09', 'rfc2045-6.7-04', ...lossless],
        arriving('the parts that were submitted', (mail) =>
          sameParts(mail, readEntity(Buffer.from(content).toString('latin1'))),
        ),
      ),
      verifies(
        'rfc2045-4-01',
        arriving('MIME-Version', (mail) => (mail.version === '1.0' ? undefined : 'no MIME-Version: 1.0')),
      ),
      verifies(
        ['rfc2045-6.2-01', 'rfc2045-6.4-01', 'rfc2045-6.4-02'],
        arriving('labels that are true', trueLabels),
      ),
      verifies(
        ['rfc2045-6.7-01', 'rfc2045-6.7-02', 'rfc2045-6.7-03', 'rfc2045-6.7-04'],
        arriving('well-formed quoted-printable', quotedPrintableFault),
      ),
    ],
  }),
);

/** Holds for whatever arrives; a message that was returned instead has nothing to be examined. */
function arriving(what: string, examine: (mail: Entity) => string | undefined): Expectation {
  return check(`what arrives has ${what}`, ({ deliveries, outcomes }) => {
    const [delivery] = deliveries;
    if (delivery !== undefined) return examine(readEntity(delivery.content.toString('latin1')));
    return outcomes.some(({ status }) => status === 'bounced') ? undefined : 'neither sent nor returned';
  });
}

function sevenBitOnly(mail: Entity): string | undefined {
  for (const { type, body } of entitiesOf(mail)) {
    if (/[\u0080-\u00ff]/.test(body)) return `octets beyond ASCII in ${type}`;
    if (body.split('\r\n').some((line) => line.length > LINE_LIMIT_BYTES)) return `a long line in ${type}`;
  }
  return undefined;
}

/** Same parts in the same places, and each says what it said, once it is decoded. */
function sameParts(mail: Entity, original: Entity): string | undefined {
  const said = (entity: Entity) =>
    entitiesOf(entity).map((part) => `${part.type} ${part.parts.length > 0 ? '' : decoded(part)}`);
  const [arrived, submitted] = [said(mail), said(original)];
  const at = submitted.findIndex((part, index) => part !== arrived[index]);
  if (at < 0) return arrived.length === submitted.length ? undefined : `${arrived.length} parts`;
  return `${JSON.stringify(submitted[at])} became ${JSON.stringify(arrived[at] ?? 'nothing')}`;
}

function trueLabels(mail: Entity): string | undefined {
  for (const { type, encoding, parts, body } of entitiesOf(mail)) {
    const composite = parts.length > 0;
    if (composite && encoding !== '7bit') return `${type}, all of it 7-bit, says ${encoding}`;
    if (encoding === '7bit' && /[^\u0001-\u007f]/.test(body)) return `${type} says 7bit, but is not`;
    if (encoding === '8bit' || encoding === 'binary') return `${type} says ${encoding} on a 7-bit way`;
  }
  return undefined;
}
