/**
 * Tables and lists that a configuration of this machine names. The virtual world has no files but those of its scenario,
 * so a run under somebody's own main.cf brings theirs along.
 */
import type { Files } from '../client/platform/platform.ts';
import { FILE_LIMIT_BYTES } from '../client/tables/source.ts';
import { type AgedFile, aged } from '../simulator/file-content.ts';

/** A path that begins an item, or follows the type of a table. */
const PATH = /(?:^|[\s,{!:])(\/[^\s,{}]+)/g;
/** The file of a table in an SQLite database, and the database that it names. */
const SQLITE = /\bsqlite:(\/[^\s,{}]+)/g;
const DATABASE = /^dbpath\s*=\s*(\/.*\S)/gm;
/** What postmap(1) makes of a source file. */
const SUFFIXES = ['', '.db', '.cdb', '.lmdb'] as const;

/** Those that can be read, by path. A world without the others finds them missing, as the client would here. */
export async function configuredFiles(
  values: Iterable<string>,
  files: Files,
): Promise<Record<string, AgedFile>> {
  const texts = [...values];
  const paths = namedIn(texts, PATH).flatMap((path) => SUFFIXES.map((suffix) => path + suffix));
  const found = await readFiles(paths, files);
  const sqlite = namedIn(texts, SQLITE).map((path) => String(Buffer.from(found[path]?.content ?? '')));
  return { ...found, ...(await readFiles(namedIn(sqlite, DATABASE), files)) };
}

function namedIn(texts: readonly string[], pattern: RegExp): string[] {
  const named = texts.flatMap((text) => Array.from(text.matchAll(pattern), ([, path = '']) => path));
  return [...new Set(named)];
}

async function readFiles(paths: readonly string[], files: Files): Promise<Record<string, AgedFile>> {
  const found = await Promise.all(paths.map((path) => readFile(path, files)));
  return Object.fromEntries(found.filter((entry) => entry !== undefined));
}

async function readFile(path: string, files: Files): Promise<[string, AgedFile] | undefined> {
  try {
    const content = await files.read(path, FILE_LIMIT_BYTES);
    return [path, aged(`${Math.max(0, Math.floor((await files.ageMs(path)) / 1000))}s`, content)];
  } catch {
    return undefined;
  }
}
