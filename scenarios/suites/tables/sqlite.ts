/** Tables in SQLite databases: `sqlite:/file.cf`. */
import { logged } from '../../scenario.ts';
import { databases } from './_databases.ts';
import { failingScenario } from './_failing.ts';
import { genericScenario } from './_generic.ts';

const clauses = ['postfix:smtp_generic_maps'];
const query = "query = SELECT out FROM mail WHERE address = '%s'";

/** The files of one table; each scenario has its own, since a process of Postfix keeps what it has opened. */
function table(name: string, lines: readonly string[], database: string | Uint8Array = databases.sqlite) {
  const path = `/run/tables/${name}.sqlite`;
  const configuration = `/run/tables/${name}.cf`;
  return {
    name: `sqlite:${configuration}`,
    configuration,
    files: { [path]: database, [configuration]: [`dbpath = ${path}`, ...lines, ''].join('\n') },
  };
}

const lookups = [
  {
    name: 'query',
    title: 'A key is put into the query, in small letters',
    lines: [query],
    sent: 'out@there.test',
    sentTo: 'other@example.test',
  },
  {
    name: 'old-form',
    title: 'The query is made of table and fields where there is none',
    lines: ['table = mail', 'select_field = out', 'where_field = address', 'additional_conditions = LIMIT 1'],
    sent: 'out@there.test',
    sentTo: 'other@example.test',
  },
  {
    name: 'parts',
    title: 'A query may ask for the parts of a key, and a format take those of key and value',
    lines: ["query = SELECT out FROM mail WHERE address = '%u@%2.%1'", 'result_format = %u.%U@%d'],
    sent: 'out.local@there.test',
    sentTo: 'other.user@example.test',
  },
  {
    name: 'part-of-address',
    title: 'A table is asked for parts of an address, whatever its query takes of the key',
    lines: ["query = SELECT out FROM mail WHERE address = '%s' AND domain = '%d'"],
    from: 'anybody@else.test',
    sent: 'all@there.test',
    sentTo: 'other@example.test',
  },
  {
    name: 'domain',
    title: 'Keys of other domains than those listed are not looked up',
    lines: [query, 'domain = !example.test, here.test'],
    sent: 'out@there.test',
  },
  {
    name: 'null',
    title: 'A row without a value is none',
    lines: [query, 'domain = here.test'],
    from: 'null@here.test',
    sent: 'null@here.test',
  },
  {
    name: 'quote',
    title: 'A quote in a key does not end the text in the query',
    lines: [query, 'domain = here.test'],
    from: "o'local@here.test",
    sent: "o'local@here.test",
  },
  {
    name: 'several',
    title: 'The values of all rows are one answer',
    lines: [query, 'domain = here.test'],
    from: 'twice@here.test',
    sent: 'one@there.test',
    log: [logged('multi-valued smtp_generic_maps result for twice@here.test')],
  },
  {
    name: 'empty-value',
    title: 'An empty value is ignored, with a warning',
    lines: [query, 'domain = here.test'],
    from: 'empty@here.test',
    sent: 'empty@here.test',
    log: [logged('empty lookup result for: "empty@here.test" -- ignored')],
  },
];

const limited = table('sqlite-limit', [
  "query = SELECT out FROM mail WHERE out LIKE '%%test' OR out = '%s'",
  'expansion_limit = 1',
]);
const wrong = table('sqlite-query-fails', ["query = SELECT out FROM nowhere WHERE address = '%s'"]);
const unopened = table('sqlite-no-database', [query]);
const noConfiguration = 'sqlite:/run/tables/nowhere.cf';

export default [
  ...lookups.map(({ name, lines, ...rest }) => {
    const { name: maps, files } = table(`sqlite-${name}`, lines);
    return genericScenario(`tables/sqlite-${name}`, { clauses, maps, files, ...rest });
  }),
  failingScenario('tables/sqlite-limit', {
    title: 'More values than expansion_limit fail the lookup',
    table: limited.name,
    files: limited.files,
    log: [logged(`${limited.configuration}: Expansion limit exceeded for key '192.0.2.1'`)],
  }),
  failingScenario('tables/sqlite-no-database', {
    title: 'A database that is not there fails each lookup',
    table: unopened.name,
    files: { [unopened.configuration]: unopened.files[unopened.configuration] ?? '' },
    log: [
      logged(
        'open database /run/tables/sqlite-no-database.sqlite: unable to open database file: No such file or directory',
      ),
    ],
    virtualOnly: 'Postfix 3.7 takes a database that is not there for an empty one',
  }),
  failingScenario('tables/sqlite-query-fails', {
    title: 'A query that fails fails the lookup',
    table: wrong.name,
    files: wrong.files,
    log: [logged(`${wrong.configuration}: SQL query failed: no such table: nowhere`)],
    virtualOnly: 'Postfix ends with a fatal error when a query fails',
  }),
  failingScenario('tables/sqlite-no-configuration', {
    title: 'A table whose configuration is not there fails each lookup',
    table: noConfiguration,
    log: [logged('open /run/tables/nowhere.cf: No such file or directory')],
  }),
];
