import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askTable } from '../../../tests/fixtures/ask-table.ts';
import { TableError } from '../table.ts';
import { parseTemplates } from './template.ts';

function image(...statements: readonly string[]): Uint8Array {
  const database = new DatabaseSync(':memory:');
  for (const statement of statements) database.exec(statement);
  return database.serialize();
}

const mail = image(
  'CREATE TABLE mail (k TEXT, v)',
  "INSERT INTO mail VALUES ('one@a.test', 'x@b.test'), ('o''neil@a.test', 'quoted'), ('n@a.test', 2), ('r@a.test', 3.0)",
  "INSERT INTO mail VALUES ('two@a.test', 'x@b.test'), ('two@a.test', NULL), ('two@a.test', ''), ('two@a.test', 'y')",
);

const ask = (lines: readonly string[], keys: readonly string[], database: Uint8Array | string = mail) =>
  askTable('sqlite:/m.cf', keys, { '/m.cf': lines.join('\n'), '/m.sqlite': database });

const path = 'dbpath = /m.sqlite';
const query = "query = SELECT v FROM mail WHERE k = '%s'";

describe('a table in SQLite', () => {
  test('all values of a key, in any case, quotes in it included', async () => {
    const keys = ['ONE@a.test', "o'neil@a.test", 'two@a.test', 'n@a.test', 'r@a.test', "' OR 1=1 --"];
    expect(await ask([path, query], keys)).toEqual({
      answers: ['x@b.test', 'quoted', 'x@b.test,y', '2', '3.0', undefined],
      told: ['table "sqlite:/m.cf": empty lookup result for: "two@a.test" -- ignored'],
      keyed: true,
    });
  });

  test('the form before there was a query', async () => {
    const old = [
      'table = mail',
      'select_field = v',
      'where_field = k',
      "additional_conditions = AND v != 'y'",
    ];
    expect((await ask([path, ...old], ['two@a.test'])).answers).toEqual(['x@b.test']);
  });

  test('a format, a limit, and domains', async () => {
    const format = 'result_format = %S=%u+%d';
    expect((await ask([path, query, format], ['one@a.test', "o'neil@a.test"])).answers).toEqual([
      'one@a.test=x+b.test',
      undefined,
    ]);
    const problem = "dict_sqlite_lookup: /m.cf: Expansion limit exceeded for key 'two@a.test'";
    const limited = await ask([path, query, 'expansion_limit = 1'], ['one@a.test', 'two@a.test']);
    expect(limited.answers).toEqual(['x@b.test', `!${problem}`]);
    expect(limited.told).toContain(problem);
    const others = await ask(
      [path, query, 'domain = !x.test, A.test, x.test'],
      ['one@a.test', '1@x.test', 'a'],
    );
    expect(others.answers).toEqual(['x@b.test', undefined, undefined]);
  });

  test.each<readonly [string, readonly string[]]>([
    ['bad string length 0 < 1: dbpath = ', [query]],
    ['bad string length 0 < 1: select_field = ', [path, 'table = mail']],
    ['bad string length 0 < 1: result_format = ', [path, query, 'result_format =']],
    ['bad numerical configuration: expansion_limit = 1x', [path, query, 'expansion_limit = 1x']],
    ['Invalid query template: %x', [path, 'query = %x']],
    ['Invalid result template: 50%', [path, query, 'result_format = 50%']],
    [
      'open database /none: unable to open database file: No such file or directory',
      ['dbpath = /none', query],
    ],
    ['no "=" after the name', ['nonsense']],
  ])('%s', async (problem, lines) => {
    const { answers, told } = await ask(lines, ['one@a.test']);
    expect(told).toContainEqual(expect.stringContaining(problem));
    expect(answers[0]).toMatch(/^!sqlite:\/m.cf is unavailable/);
  });

  test.each<readonly [string, string, Uint8Array | string]>([
    ['no such table: none', "query = SELECT v FROM none WHERE k = '%s'", mail],
    ['file is not a database', query, 'nonsense'.repeat(1000)],
    ['no such table: mail', query, ''],
    ['attempt to write a readonly database', "query = DELETE FROM mail WHERE k = '%s'", mail],
    ['not authorized', "query = ATTACH '%s' AS other", mail],
  ])('a query that fails: %s', async (problem, line, database) => {
    const { answers } = await ask([path, line], ['one@a.test'], database);
    expect(answers[0]).toBe(`!dict_sqlite_lookup: /m.cf: SQL query failed: ${problem}`);
  });

  test('an endless answer is cut off', async () => {
    const endless = 'query = WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
    expect((await ask([path, endless], ['a'])).answers[0]).toMatch(/more than 1000000 characters/);
  });

  test('a query that lets a key end its text is warned of', async () => {
    const { told } = await ask([path, 'query = SELECT v FROM mail WHERE k = "%s" AND 100%% > %d'], []);
    expect(told).toEqual([expect.stringContaining("contains >%s< without the recommended '' quotes")]);
  });

  test('a damaged database', async () => {
    const at = fc.nat({ max: mail.length - 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(at, fc.nat({ max: 255 })), { maxLength: 30 }), async (changes) => {
        const damaged = mail.slice();
        for (const [place, value] of changes) damaged[place] = value;
        await ask([path, query], ['one@a.test', 'two@a.test'], damaged);
      }),
      { numRuns: 100 },
    );
  });
});

describe('templates', () => {
  const asIs = (text: string) => text;

  test.each([
    ['%s %S %u %U %d %D %2.%1 %%', 'a@b.c.d@e.f', 'a@b.c.d@e.f a@b.c.d@e.f a@b.c.d a@b.c.d e.f e.f e.f %'],
    ['%u', 'local', 'local'],
    ['%d', 'local', undefined],
    ['%u', '@e.f', undefined],
    ['%d', '@e.f', 'e.f'],
    ['%3', 'a@e.f', undefined],
  ])('%s of %s', (template, key, expected) => {
    expect(parseTemplates(template, '%s', 't').query(key, asIs)).toBe(expected);
  });

  test('a format that needs a part of the key keeps keys without it from being looked up', () => {
    const templates = parseTemplates('%s', '%s@%D', 't');
    expect(templates.query('local', asIs)).toBeUndefined();
    expect(templates.result('new', 'a@e.f')).toBe('new@e.f');
  });

  test('anything else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (template, key, value) => {
        try {
          const templates = parseTemplates(template, template, 't');
          templates.query(key, asIs);
          templates.result(value, key);
        } catch (error) {
          if (!(error instanceof TableError)) throw error;
        }
      }),
    );
  });
});
