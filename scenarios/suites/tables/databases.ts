/** Databases that postmap(1) made: hash, btree, cdb and lmdb. */
import { aged, logged, notLogged } from '../../scenario.ts';
import { databases, source } from './_databases.ts';
import { failingScenario } from './_failing.ts';
import { genericScenario } from './_generic.ts';

/** With what is logged of a file that is none. */
const types = [
  { type: 'hash', suffix: 'db', damaged: 'Invalid argument', empty: 'Invalid argument', extra: {} },
  { type: 'btree', suffix: 'db', damaged: 'Invalid argument', empty: 'Invalid argument', extra: {} },
  {
    type: 'cdb',
    suffix: 'cdb',
    damaged: 'nothing at ',
    empty: 'Protocol error',
    extra: { virtualOnly: 'Postfix ends with a fatal error when it meets such a file' },
  },
  {
    type: 'lmdb',
    suffix: 'lmdb',
    damaged: 'MDB_INVALID: File is not an LMDB file',
    empty: /Bad file descriptor|MDB_INVALID: File is not an LMDB file/,
    extra: {},
  },
] as const;

const NO_DATABASE = 'this is no database\n'.repeat(1000);
const found = { sent: 'out@there.test', sentTo: 'other@example.test' };

export default types.flatMap(({ type, suffix, damaged, empty, extra }) => {
  // A process of Postfix keeps what it has opened: each scenario has a file of its own.
  const at = (name: string) => {
    const sourcePath = `/run/tables/${type}-${name}`;
    return {
      id: `tables/${type}-${name}`,
      table: `${type}:${sourcePath}`,
      sourcePath,
      path: `${sourcePath}.${suffix}`,
    };
  };
  const generic = (
    name: string,
    title: string,
    describe: (place: ReturnType<typeof at>) => Partial<Parameters<typeof genericScenario>[1]>,
  ) => {
    const place = at(name);
    return genericScenario(place.id, { title, maps: place.table, ...found, ...describe(place) });
  };
  const failing = (name: string, title: string, why: string | RegExp, content?: string | Uint8Array) => {
    const { id, table, path } = at(name);
    return failingScenario(id, {
      title,
      table,
      ...(content !== undefined && { ...extra, files: { [path]: content } }),
      log: [logged(typeof why === 'string' ? `${path}: ${why}` : why)],
    });
  };
  return [
    generic('whole-address', `Keys are found in a ${type} database, in any case`, ({ path }) => ({
      files: { [path]: databases[type] },
    })),
    generic('part-of-address', `A ${type} database is asked for parts of an address too`, ({ path }) => ({
      files: { [path]: databases[type] },
      from: 'anybody@else.test',
      sent: 'all@there.test',
    })),
    generic(
      'older-than-source',
      `A ${type} database that was not made anew when its source was changed is warned of, and used`,
      ({ path, sourcePath }) => ({
        files: { [path]: aged('1h', databases[type]), [sourcePath]: aged('10m', source) },
        log: [logged(`database ${path} is older than source file ${sourcePath}`)],
      }),
    ),
    generic(
      'source-just-changed',
      `A source that was changed a moment ago is not held against a ${type} database`,
      ({ path, sourcePath }) => ({
        files: { [path]: aged('1h', databases[type]), [sourcePath]: aged('10s', source) },
        log: [notLogged('older')],
      }),
    ),
    generic(
      'source-only',
      `Where there is no ${type} database its source is read`,
      ({ path, sourcePath }) => ({
        files: { [sourcePath]: source },
        log: [logged(`database ${path} is missing: reading its source file ${sourcePath}`)],
        virtualOnly: 'Postfix reads databases only',
      }),
    ),
    failing('missing', `A ${type} database that is not there fails each lookup`, 'No such file or directory'),
    failing('damaged', `A file that is no ${type} database fails each lookup`, damaged, NO_DATABASE),
    ...(suffix === 'db'
      ? [
          failing(
            'cut',
            `A ${type} database that lacks its end is none`,
            damaged,
            databases[type].slice(0, 5000),
          ),
        ]
      : []),
    failing('empty', `A file without content is no ${type} database`, empty, ''),
  ];
});
