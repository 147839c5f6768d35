/** The readers on files that postmap(1) made, and on the same files damaged in all ways. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askTable } from '../../../tests/fixtures/ask-table.ts';
import {
  database,
  databaseTypes,
  databaseWithOtherEnds,
  entriesOf,
} from '../../../tests/fixtures/databases.ts';
import { readBerkeleyBtree } from './berkeley-btree.ts';
import { readBerkeleyHash } from './berkeley-hash.ts';
import { DamagedError, type DatabaseReader } from './bytes.ts';
import { readCdb } from './cdb.ts';
import { readLmdb } from './lmdb.ts';

const readers: Readonly<Record<(typeof databaseTypes)[number], DatabaseReader>> = {
  hash: readBerkeleyHash,
  btree: readBerkeleyBtree,
  cdb: readCdb,
  lmdb: readLmdb,
};
const suffixes = { hash: 'db', btree: 'db', cdb: 'cdb', lmdb: 'lmdb' } as const;

describe.each(databaseTypes)('%s', (type) => {
  const bytes = database(type);
  const path = `/m.${suffixes[type]}`;
  const label = `${type}:/m`;

  test('every key has its value, in any case, and no other key has one', async () => {
    const entries = entriesOf(type);
    const found = entries.map(([key]) => key.toUpperCase());
    const missing = ['', 'a', 'user600@here.test', 'zz', 'strasse@here.tes', 'a'.repeat(2_999)];
    expect(await askTable(label, [...found, ...missing, 'STRASSE@here.test'], { [path]: bytes })).toEqual({
      answers: [...entries.map(([, value]) => value), ...missing.map(() => undefined), 'ümlaut@there.test'],
      told: [],
      keyed: true,
    });
  });

  test('keys and values may end with a NUL or not', async () => {
    const files = { [path]: databaseWithOtherEnds(type) };
    expect((await askTable(label, ['local@here.test', 'local'], files)).answers).toEqual([
      'out@there.test',
      undefined,
    ]);
  });

  test('a file that is none is told of at once, and at each lookup', async () => {
    for (const content of ['', 'no database', bytes.slice(0, 100)]) {
      const { answers, told } = await askTable(label, ['user1@here.test'], { [path]: content });
      expect(told[0]).toMatch(`error: open database ${path}: `);
      expect(answers[0]).toMatch(`!${label} is unavailable. open database ${path}: `);
    }
  });

  test('without a file its source is read, and the first of two lines for a key counts', async () => {
    const { answers, told } = await askTable(label, ['A', 'b'], { '/m': 'a 1\nA 2\nb 3\n' });
    expect(answers).toEqual(['1', '3']);
    expect(told).toEqual([
      `database ${path} is missing: reading its source file /m`,
      '/m, line 2: duplicate entry: "A" -- ignoring this line',
    ]);
    expect((await askTable(label, [])).told).toEqual([
      `error: open database ${path}: No such file or directory`,
    ]);
  });

  test('a source that was changed later is told of, unless that was a moment ago', async () => {
    const told = async (databaseAgeMs: number, sourceAgeMs: number) => {
      const files = {
        [path]: { content: bytes, ageMs: databaseAgeMs },
        '/m': { content: '', ageMs: sourceAgeMs },
      };
      return (await askTable(label, [], files)).told;
    };
    expect(await told(900_000, 600_000)).toEqual([`database ${path} is older than source file /m`]);
    expect(await told(900_000, 50_000)).toEqual([]);
    expect(await told(600_000, 900_000)).toEqual([]);
  });

  test('a damaged file gives an answer or an error, soon', () => {
    const keys = [...entriesOf(type).slice(0, 8), ...entriesOf(type).slice(-3)].map(([key]) =>
      Buffer.from(`${key.toLowerCase()}\0`),
    );
    const survive = (content: Uint8Array) => {
      try {
        const find = readers[type](content);
        for (const key of keys) expect(find(key)?.length ?? 0).toBeLessThanOrEqual(content.length);
      } catch (error) {
        if (!(error instanceof DamagedError)) throw error;
      }
    };
    const at = fc.nat({ max: bytes.length - 1 });
    // The head, and the small numbers that counts and offsets are, do the most harm.
    const change = fc.record({
      at: fc.oneof(
        at,
        fc.nat({ max: 300 }),
        at.map((place) => place & ~0xfff).chain((page) => fc.nat({ max: 40 }).map((offset) => page + offset)),
      ),
      value: fc.oneof(fc.constantFrom(0, 1, 2, 3, 5, 7, 0x7f, 0x80, 0xff), fc.nat({ max: 255 })),
      repeat: fc.constantFrom(1, 1, 2, 4, 8, 64),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), fc.option(at), (changes, end) => {
        const content = bytes.slice(0, end ?? bytes.length);
        for (const { at: place, value, repeat } of changes) content.fill(value, place, place + repeat);
        survive(content);
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 10_000 }), survive), { numRuns: 100 });
  });
});

test('chains of pages that lead back to themselves end', () => {
  const bytes = database('hash');
  const pageSize = 4096;
  for (let page = pageSize; page < bytes.length; page += pageSize) {
    const number = page / pageSize;
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(page + 16, number, true);
  }
  const find = readBerkeleyHash(bytes);
  expect(find(Buffer.from('user1@here.test\0'))).toBeDefined();
  expect(find(Buffer.from('nobody@here.test\0'))).toBeUndefined();
  expect(find(Buffer.from('long@here.test\0'))).toHaveLength(9_000 + '@there.test\0'.length);
});

test('a value that is not UTF-8 fails the lookup', async () => {
  const bytes = Buffer.from(database('cdb'));
  bytes.writeUInt8(0xe9, bytes.indexOf('to7@there.test'));
  const problem =
    'cdb:/m: key "user7@here.test": non-UTF-8 value "?o7@there.test": malformed UTF-8 or invalid codepoint';
  expect(await askTable('cdb:/m', ['user7@here.test'], { '/m.cdb': bytes })).toEqual({
    answers: [`!${problem}`],
    told: [problem],
    keyed: true,
  });
});
