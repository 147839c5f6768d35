/**
 * Makes the databases that tests and scenarios read, with the postmap(1) that `npm run peers` fetched:
 *
 *     node tools/table-databases.ts
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { findProgram } from '../scenarios/senders/peers.ts';
import { mainCf } from '../scenarios/senders/postfix/configuration.ts';
import { findInstallation } from '../scenarios/senders/postfix/installation.ts';
import { DATABASES_FOLDER, databaseTypes, entriesOf } from '../tests/fixtures/databases.ts';

const SUFFIXES = { hash: 'db', btree: 'db', cdb: 'cdb', lmdb: 'lmdb' } as const;
const MODULE = join(import.meta.dirname, '../scenarios/suites/tables/_databases.ts');

const run = promisify(execFile);

const few = [
  'local@here.test out@there.test',
  '@else.test all@there.test',
  'user@example.test other@example.test',
];

const folder = await mkdtemp(join(tmpdir(), 'nexthop-databases-'));
try {
  const postmap = await findProgram('postfix', 'usr/sbin/postmap');
  const installation = await findInstallation();
  const root = postmap?.root;
  if (postmap === undefined || root === undefined || installation === undefined)
    throw new Error('no postmap here: npm run peers');
  const folders = { config: folder, queue: folder, data: folder };
  const text = mainCf({ ...installation, folders, hostname: 'client.test' });
  await writeFile(join(folder, 'main.cf'), `${text}shlib_directory = ${root}/usr/lib/postfix\n`);
  await copyFile(`${root}/usr/share/postfix/dynamicmaps.cf`, join(folder, 'dynamicmaps.cf'));
  const make = async (
    type: keyof typeof SUFFIXES,
    lines: readonly string[],
    ...flags: readonly string[]
  ): Promise<Buffer> => {
    const source = join(folder, type);
    // What LMDB finds there stays in the file.
    await rm(`${source}.${SUFFIXES[type]}`, { force: true });
    await writeFile(source, `${lines.join('\n')}\n`);
    const env = { ...process.env, ...postmap.env };
    await run(postmap.path, ['-c', folder, ...flags, `${type}:${source}`], { env });
    return readFile(`${source}.${SUFFIXES[type]}`);
  };
  await mkdir(DATABASES_FOLDER, { recursive: true });
  const texts: string[] = [];
  for (const type of databaseTypes) {
    const lines = entriesOf(type).map(([key, value]) => `${key} ${value}`);
    await writeFile(join(DATABASES_FOLDER, `${type}.gz`), packed(await make(type, lines)));
    // With a NUL at the end of keys and values where there is none as a rule, and without where there is one.
    const other = await make(type, few, type === 'cdb' ? '-N' : '-n');
    await writeFile(join(DATABASES_FOLDER, `${type}-other-ends.gz`), packed(other));
    texts.push(`  ${type}: unpacked('${packed(await make(type, few)).toString('base64')}'),\n`);
  }
  texts.push(`  sqlite: unpacked('${packed(await makeSqlite()).toString('base64')}'),\n`);
  await writeFile(MODULE, moduleText(texts));
} finally {
  await rm(folder, { recursive: true });
}

function packed(bytes: Uint8Array): Buffer {
  return gzipSync(bytes, { level: 9 });
}

/** The same entries in a table `mail`, with others that give no value or several. */
async function makeSqlite(): Promise<Buffer> {
  const path = join(folder, 'sqlite');
  const database = new DatabaseSync(path);
  database.exec('CREATE TABLE mail (address TEXT, domain TEXT, out TEXT)');
  const insert = database.prepare('INSERT INTO mail VALUES (?, ?, ?)');
  for (const line of few) {
    const [address = '', out = ''] = line.split(' ');
    insert.run(address, address.slice(address.indexOf('@') + 1), out);
  }
  insert.run('twice@here.test', 'here.test', 'one@there.test');
  insert.run('twice@here.test', 'here.test', 'two@there.test');
  insert.run('empty@here.test', 'here.test', '');
  insert.run('null@here.test', 'here.test', null);
  database.close();
  return readFile(path);
}

function moduleText(entries: readonly string[]): string {
  return `/** Databases that postmap(1) of Postfix 3.7.11 made of the source below, and one of SQLite; by tools/table-databases.ts. */
import { gunzipSync } from 'node:zlib';

const unpacked = (text: string): Uint8Array => gunzipSync(Buffer.from(text, 'base64'));

export const source = ${JSON.stringify(`${few.join('\n')}\n`)};

export const databases = {
${entries.join('')}};
`;
}
