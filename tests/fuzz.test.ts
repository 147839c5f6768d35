/**
 * Whatever a configuration, an address or a header holds: it is read, or refused with one line.
 *
 * 300 runs each; `NEXTHOP_FUZZ_RUNS=100000 npx vitest run tests/fuzz.test.ts` for more.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AddressError, parseAddress, quoteAddress } from '../client/address.ts';
import { ConfigError } from '../client/config/config-error.ts';
import { entries } from '../client/config/entries.ts';
import { listParameters, namesToList } from '../client/config/listing.ts';
import { parseMainCf } from '../client/config/main-cf.ts';
import { parseMasterCf } from '../client/config/master-cf.ts';
import { namesNobodyReads, undefinedNames, whyNotRead } from '../client/config/names.ts';
import { parseOverrides } from '../client/config/overrides.ts';
import { findProblems } from '../client/config/settings.ts';
import { splitGroupedList, splitList } from '../client/config/text.ts';
import { readAddresses, replaceAddresses } from '../client/content/addresses.ts';
import { allowsEightBit, readContentType } from '../client/content/mime/entity.ts';
import { headerItems, MAIL_SPECIALS, MIME_SPECIALS } from '../client/content/mime/header-tokens.ts';
import { MimeParser } from '../client/content/mime/parser.ts';
import { askTable } from './fixtures/ask-table.ts';

const RUNS = Number(process.env.NEXTHOP_FUZZ_RUNS ?? 300);
const timeout = Math.max(30_000, RUNS * 20);
const facts = { hostname: 'mail.example.test' };

/** Text of pieces that mean something, and of any others. */
function textOf(...pieces: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...pieces) }, fc.string({ maxLength: 3 }));
  return fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(''));
}

const names = entries.map(({ name }) => name);
const value = textOf(
  ...['$', '${', '$(', '{', '}', ')', '?', ':', ' ', '==', '<level', '{3.6}', '$$', 'x', '${x', '$y', '-1'],
  ...[
    '10',
    's',
    'yes',
    'no',
    ',',
    '/',
    '[::1]',
    '127.0.0.1',
    'static:',
    'inline:{',
    '!',
    '99999999999999999999',
  ],
);
const assignments = fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z_1', ...names), value), { maxLength: 12 });
const mainCf = fc.oneof(
  assignments.map((all) => all.map(([name, text]) => `${name} = ${text}\n`).join('')),
  textOf('x', ' = ', '=', '\n', '\n ', '#', '\0', '\r\n', '\t', 'relayhost', '\ufeff', '$x', '{', '}'),
);

function readOrRefused(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof AddressError)) throw error;
    isOneLine(error.message);
  }
}

function isOneLine(text: string): void {
  expect(text).toMatch(/^[^\n\r\0]{1,1000}$/);
}

function fuzz<T>(input: fc.Arbitrary<T>, property: (input: T) => void | Promise<void>): Promise<void> {
  return Promise.resolve(
    fc.assert(
      fc.asyncProperty(input, async (one) => property(one)),
      { numRuns: RUNS },
    ),
  );
}

describe('configuration', { timeout }, () => {
  test('main.cf', () =>
    fuzz(mainCf, (text) =>
      readOrRefused(() => {
        const { assigned, warnings } = parseMainCf(text, 'main.cf');
        for (const warning of warnings) isOneLine(warning);
        for (const name of namesNobodyReads(assigned)) isOneLine(whyNotRead(name));
        undefinedNames(assigned);
        for (const problem of findProblems(assigned, facts)) isOneLine(problem);
        const listed = { facts, names: namesToList(assigned, true) };
        for (const expanded of [true, false]) {
          for (const problem of listParameters(assigned, { ...listed, expanded }).problems)
            isOneLine(problem);
        }
      }),
    ));

  test('master.cf and -o', () => {
    const words = textOf(
      ...[
        'smtp',
        'unix',
        ' - ',
        'n',
        ' -o ',
        'relayhost=x',
        '{',
        '}',
        '\n',
        '\n ',
        '#',
        ' lmtp ',
        '-o',
        'flags=',
      ],
      ...[' - - n - - smtp ', 'smtp unix - - n - - smtp', '--', '-v', '=', ' ', '\0'],
    );
    return fuzz(words, (text) =>
      readOrRefused(() => {
        const { services, warnings } = parseMasterCf(text, 'master.cf');
        for (const warning of warnings) isOneLine(warning);
        for (const { overrides } of services.values()) readOrRefused(() => parseOverrides(overrides));
      }),
    );
  });

  test('lists', () =>
    fuzz(value, (text) => {
      for (const item of splitList(text)) expect(item).not.toMatch(/[, \t\r\n]/);
      expect(splitGroupedList(text).join('')).toBe(
        splitGroupedList(splitGroupedList(text).join(' , ')).join(''),
      );
    }));
});

describe('addresses and headers', { timeout }, () => {
  const list = textOf(
    ...[
      'a',
      '@',
      '.',
      'example.test',
      ' ',
      ',',
      ';',
      ':',
      '<',
      '>',
      '"',
      '\\',
      '(',
      ')',
      '[',
      ']',
      '\n ',
      '\t',
    ],
    ...['a@b.test', '"a b"@c', '<@r:a@b>', '%', '!', '\u00e9', '=?utf-8?q?x?='],
  );

  test('an address that is read is written and read the same', () =>
    fuzz(list, (text) =>
      readOrRefused(() => {
        const address = parseAddress(text);
        expect(parseAddress(quoteAddress(address))).toBe(address);
      }),
    ));

  test('addresses of a header are replaced, each of them', () =>
    fuzz(list, async (text) => {
      const found = readAddresses(text);
      expect(await replaceAddresses(text, async () => undefined)).toBeUndefined();
      const written = await replaceAddresses(text, async () => 'new@example.test');
      expect(written?.split('new@example.test').length ?? 1).toBe(found.length + 1);
    }));

  test('structured fields', () =>
    fuzz(list, (text) => {
      for (const specials of [MAIL_SPECIALS, MIME_SPECIALS])
        for (const { text: token } of headerItems(text, specials).flat())
          expect(token.length).toBeLessThanOrEqual(text.length);
      readContentType(`multipart/mixed; boundary=${text}`);
      allowsEightBit(text);
    }));

  test('no line of a message is lost or made up', () => {
    const line = fc.oneof(
      fc.constantFrom(
        ...['', '--b', '--b--', 'Content-Type: multipart/mixed; boundary=b', 'Content-Type: message/rfc822'],
        ...[
          'Content-Transfer-Encoding: 8bit',
          ' folded',
          'Subject: x',
          'no field',
          '\xe9',
          '--c',
          ':',
          '>From',
        ],
        ...['Content-Type: multipart/digest; boundary="c"', 'Content-Transfer-Encoding: base64', '.'],
      ),
      fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, '')),
    );
    const message = fc.array(line, { maxLength: 30 });
    return fuzz(message, (lines) => {
      const parser = new MimeParser({
        convert: false,
        structure: true,
        headerLimitBytes: 100_000,
        nestingLimit: 100,
        boundaryLimitBytes: 100,
      });
      const events = [...lines.flatMap((text) => [...parser.add({ text, partial: false })]), ...parser.end()];
      const told = events.map(({ text }) => text).join('');
      expect(told.replace(/\s/g, '')).toBe(lines.join('').replace(/\s/g, ''));
    });
  });
});

describe('tables', { timeout }, () => {
  const type = fc.constantFrom(
    ...['inline', 'static', 'texthash', 'hash', 'btree', 'cdb', 'lmdb', 'regexp', 'pcre', 'cidr', 'unionmap'],
    ...['pipemap', 'randmap', 'environ', 'debug', 'sqlite', 'unix', 'proxy', 'fail', 'internal', 'nonesuch'],
  );
  const name = fc.oneof(
    fc.constantFrom('/r', 'passwd.byname', 'group.byname'),
    textOf(
      ...['{', '}', ',', '=', ' ', 'a', '"', '\\', ':', '!', '$1', 'static:x', 'inline:{a=b}', '/r', '\0'],
    ),
  );
  const rules = textOf(
    ...[
      '/a/',
      ' x',
      '\n',
      '!',
      'IF ',
      'ENDIF',
      '(',
      ')',
      '*',
      '[',
      ']',
      '192.0.2.0',
      '/24',
      '::1',
      '${1}',
      '"',
      '#',
    ],
    ...['dbpath = /r.db\n', "query = SELECT '%s'\n", 'domain = ', 'static:x', '\ufffd', ':', '='],
  );
  const key = fc.oneof(
    fc.constantFrom('a', 'u@a.test', '192.0.2.1', 'constructor', '\ud800', '\0'),
    fc.string(),
  );

  test('whatever they hold, they are opened or refused, and answer or fail', () =>
    fc.assert(
      fc.asyncProperty(
        type,
        name,
        rules,
        fc.uint8Array(),
        key,
        async (...[kind, rest, text, bytes, asked]) => {
          const databases = { '/r.db': bytes, '/r.cdb': bytes, '/r.lmdb': bytes };
          const files = { ...databases, '/r': text, '/etc/passwd': text, '/etc/group': text };
          const { answers } = await askTable(`${kind}:${rest}`, [asked], files);
          expect(typeof (answers[0] ?? '')).toBe('string');
        },
      ),
      { numRuns: RUNS },
    ));

  test('patterns one behind the other', async () => {
    const files = { '/r': `/a/${'!/b/'.repeat(50_000)} x\n` };
    expect((await askTable('regexp:/r', ['b'], files)).answers).toEqual([undefined]);
    expect((await askTable('pcre:/r', ['b'], files)).answers).toEqual([undefined]);
  });
});

describe('work grows with the input', () => {
  const LENGTH = 100_000;
  /** A hundred times what it takes; anything that grows with the square takes far longer. */
  const LIMIT_MS = 5_000;
  const many = (piece: string): string => piece.repeat(LENGTH / piece.length);

  test.each<[string, () => unknown]>([
    ['folds in a quoted string', () => headerItems(`"${many('a \n ')}"`, MIME_SPECIALS)],
    ['spaces in a quoted string', () => headerItems(`"${many(' ')}a\n${many(' ')}b"`, MIME_SPECIALS)],
    ['comments in comments', () => headerItems(many('('), MIME_SPECIALS)],
    ['addresses', () => readAddresses(many('a@b.c, '))],
    ['names that resemble each other', () => parsedNames((index) => `t${index}_b = x\n`)],
    ['tables with parameters', () => parsedNames((index) => `t${index}_b = ldap:t${index}\n`)],
    ['a long value in many', () => expandedProblems()],
    ['braces', () => findProblems(new Map([['relayhost', many('${x?{')]]), facts)],
  ])('%s', (_name, work) => {
    const start = performance.now();
    work();
    expect(performance.now() - start).toBeLessThan(LIMIT_MS);
  });

  function parsedNames(line: (index: number) => string): string[] {
    const lines = Array.from({ length: LENGTH / 4 }, (_, index) => line(index));
    return namesNobodyReads(parseMainCf(lines.join(''), 'main.cf').assigned);
  }

  function expandedProblems(): string[] {
    const assigned = new Map([
      ['x', `\${nosuch?{${many('y')}}}`],
      ['relayhost', '$x'.repeat(5_000)],
    ]);
    const problems = findProblems(assigned, facts);
    expect(problems[0]).toContain('means to read more than 4000000 characters');
    return problems;
  }
});
