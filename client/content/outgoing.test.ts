import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { VirtualFiles } from '../../simulator/virtual/files.ts';
import { resolveSettings } from '../config/settings.ts';
import type { ClientEvent } from '../events.ts';
import { nodePlatform } from '../platform/node.ts';
import type { DeliveryRequest } from '../request.ts';
import { Tables } from '../tables/tables.ts';
import { replaceAddresses } from './addresses.ts';
import { CheckError } from './checks.ts';
import { parseFlags } from './flags.ts';
import { GenericMapError } from './generic.ts';
import { messageFromBytes } from './message.ts';
import { Outgoing } from './outgoing.ts';
import { contentPieces } from './writer.ts';

/** `NEXTHOP_FUZZ_RUNS=100000` for more. */
const RUNS = Number(process.env.NEXTHOP_FUZZ_RUNS ?? 200);

interface Sending {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly flags?: string;
  readonly eightBitMime?: boolean;
  /** Where the message is cut. */
  readonly cuts?: readonly number[];
}

/** The message as it goes out, without the final dot. */
async function send(content: Buffer, sending: Sending = {}): Promise<Buffer> {
  const { parameters = {}, files = {}, flags = '', eightBitMime = false, cuts = [] } = sending;
  const settings = resolveSettings(new Map(Object.entries(parameters)), 'smtp', { hostname: 'client.test' });
  const emit = (_event: ClientEvent) => {};
  const tables = new Tables({
    settings,
    service: 'smtp',
    platform: { ...nodePlatform(), files: new VirtualFiles(files) },
    addressesOf: async () => [],
    emit,
  });
  const recipient = { address: 'to@example.test' };
  const request: DeliveryRequest = {
    queueId: 'ID',
    service: 'smtp',
    nexthop: 'example.test',
    sender: 'from@client.test',
    recipients: [recipient],
    message: { ...messageFromBytes(content), encoding: '8bit', chunks: () => pieces(content, cuts) },
    arrivedAtMs: 0,
  };
  const outgoing = await Outgoing.open(request, {
    settings,
    tables,
    flags: parseFlags(flags),
    emit,
    isLocal: async () => false,
  });
  const written: Buffer[] = [];
  const options = { lineLimitBytes: settings.smtp_line_length_limit, onBreak: () => {} };
  for await (const piece of contentPieces(outgoing.content(eightBitMime, recipient), options))
    written.push(piece);
  return Buffer.concat(written);
}

function pieces(content: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts, content.length].map((cut) => Math.min(cut, content.length)).sort((a, b) => a - b);
  return ends.map((end, index) => content.subarray(ends[index - 1] ?? 0, end));
}

/** Lines that mean something to the parser, and lines of anything. */
const line = fc.oneof(
  fc.constantFrom(
    'Content-Type: multipart/mixed; boundary=b',
    'Content-Type: multipart/digest; boundary="bb"',
    'Content-Type: message/rfc822',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    'Content-Transfer-Encoding: base64',
    'From : a@client.test, "x" <b@client.test>',
    '\tfolded',
    '--b',
    '--bb',
    '--b--',
    '--bb--',
    '',
    '.',
    `long ${'x'.repeat(2100)}`,
  ),
  fc.string({ unit: 'binary', maxLength: 90 }),
);
const end = fc.constantFrom('\n', '\r\n', '\r', '\r\r\n', '');
const messages = fc
  .array(fc.tuple(line, end), { maxLength: 25 })
  .map((lines) => Buffer.from(lines.flat().join('')));

const everything: Sending = {
  parameters: {
    smtp_header_checks: 'regexp:{{/^from/ PREPEND X-Before: 1}}',
    smtp_body_checks: 'regexp:{{/^long/ REPLACE short} {/^--/ WARN boundary} {/^[.]$$/ IGNORE}}',
    smtp_generic_maps: 'inline:{a@client.test=c@example.test}',
    mime_nesting_limit: '1000',
  },
  flags: 'DR',
};

describe('what goes out', () => {
  test('is the same wherever the source is cut', async () => {
    const cuts = fc.array(fc.nat(1500), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(messages, cuts, fc.boolean(), async (content, where, eightBitMime) => {
        const sending = { ...everything, eightBitMime };
        const whole = await send(content, sending);
        expect((await send(content, { ...sending, cuts: where })).equals(whole)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('whatever tables answer, it is sent or refused', {
    timeout: Math.max(30_000, RUNS * 20),
  }, async () => {
    const word = fc.constantFrom(
      'WARN',
      'REPLACE',
      'PREPEND',
      'IGNORE',
      'STRIP',
      'FILTER',
      'X: y',
      '@',
      'a@b',
      ',',
      '"',
    );
    const piece = fc.oneof(word, fc.string({ unit: 'grapheme', maxLength: 6 }));
    const answer = fc
      .array(piece, { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join(' ').replace(/[{}$\r\n]/g, '?'));
    await fc.assert(
      fc.asyncProperty(messages, answer, answer, answer, async (content, header, body, generic) => {
        const parameters = {
          smtp_header_checks: `regexp:{{/^/ ${header}}}`,
          smtp_body_checks: `regexp:{{/^/ ${body}}}`,
          smtp_generic_maps: `regexp:{{/@/ ${generic}}}`,
        };
        await send(content, { parameters, eightBitMime: true }).catch((error: unknown) => {
          if (!(error instanceof CheckError || error instanceof GenericMapError)) throw error;
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('is what came in, where nothing is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(messages, async (content) => {
        const straight: Buffer[] = [];
        for await (const piece of contentPieces([content], { lineLimitBytes: 998, onBreak: () => {} }))
          straight.push(piece);
        expect((await send(content, { eightBitMime: true })).equals(Buffer.concat(straight))).toBe(true);
      }),
    );
  });

  test('reads the same after conversion, and is made of printable ASCII', async () => {
    const text = fc.array(fc.string({ unit: 'grapheme', maxLength: 120 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(text, async (lines) => {
        const body = lines.map((each) => each.replace(/[\r\n\0]/g, ' ')).join('\n');
        const content = multipart(body);
        const sent = (await send(Buffer.from(content))).toString('latin1').replace(/^\.\./gm, '.');
        expect(sent).toMatch(/^[\t\r\n -~]*$/);
        const [before, after] = [await simpleParser(content), await simpleParser(sent)];
        expect(after.text?.trimEnd()).toBe(before.text?.trimEnd());
        expect(after.attachments.map(({ content: bytes }) => bytes.toString('base64'))).toEqual(
          before.attachments.map(({ content: bytes }) => bytes.toString('base64')),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('lines of quoted-printable have at most 76 characters', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 400 }), async (text) => {
        const sent = await send(Buffer.from(`Content-Transfer-Encoding: 8bit\n\n${text}\n`));
        const body = sent.toString('latin1').split('\r\n\r\n').slice(1).join('\r\n\r\n');
        // A dot that was added does not count.
        for (const each of body.split('\r\n'))
          expect(each.replace(/^\.\./, '.').length).toBeLessThanOrEqual(76);
      }),
    );
  });
});

describe('an address list', () => {
  const upper = async (address: string) => (address.includes('@') ? address.toUpperCase() : undefined);

  test.each([
    ['a@b', 'A@B'],
    ['Me <a@b>, c@d (x)', 'Me <A@B>,\nC@D (x)'],
    ['team: a@b, c@d;, "e f"@g', 'team: A@B,\nC@D;,\n"E F"@G'],
    ['"q \\"x\\"" <a@b>', '"q \\"x\\"" <A@B>'],
    ['a @ b . c', 'A@B.C'],
    ['a@b c@d', 'A@B,\nC@D'],
    ['<a@[1.2.3.4]>', '<A@[1.2.3.4]>'],
    ['(only a comment)', undefined],
    ['', undefined],
    ['<>', undefined],
  ])('%j becomes %j', async (list, written) => {
    expect(await replaceAddresses(list, upper)).toBe(written);
  });

  test('of any bytes is written in bounded length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (list) => {
        const written = await replaceAddresses(`a@b, ${list}`, upper);
        expect((written ?? '').length).toBeLessThanOrEqual(list.length * 3 + 10);
      }),
    );
  });
});

function multipart(body: string): string {
  return [
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="=_b"',
    'Content-Transfer-Encoding: 8bit',
    '',
    '--=_b',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    body,
    '--=_b',
    'Content-Type: application/octet-stream',
    'Content-Transfer-Encoding: base64',
    '',
    'AAECA/8=',
    '--=_b--',
    '',
  ].join('\n');
}
