/**
 * A report folder: `results.json` (the stored model), `index.html`, and what other tools read: `junit.xml`, `ctrf.json`,
 * `results.sarif`, `results.tap` and `summary.md`.
 *
 * `prepareReport` says early whether one can be made, `writeReport` makes it, `readReport` takes the results of one back. All end in a `ReportError` of one line when the
 * folder cannot be used.
 */
import { createReadStream } from 'node:fs';
import { access, constants, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Results } from '../scenarios/results.ts';
import { ResultsError, storedText } from '../scenarios/results-file.ts';
import {
  ResultsReader,
  resultsFileLimitBytes,
  resultsLineLimitCharacters,
} from '../scenarios/results-reader.ts';
import { ctrfReport } from './exports/ctrf.ts';
import { junitXml } from './exports/junit.ts';
import { markdownSummary } from './exports/markdown.ts';
import { sarifLog } from './exports/sarif.ts';
import { tapReport } from './exports/tap.ts';
import { readTemplate, renderPage } from './html.ts';

export class ReportError extends Error {
  override name = 'ReportError';
}

export interface ReportFiles {
  readonly results: string;
  readonly page: string;
}

const exported: Readonly<Record<string, (results: Results) => string>> = {
  'junit.xml': junitXml,
  'ctrf.json': ctrfReport,
  'results.sarif': sarifLog,
  'results.tap': tapReport,
  'summary.md': markdownSummary,
};

/**
 * Makes the folder when it is missing, and finds out whether a report can be written into it.
 * @throws ReportError or PageError
 */
export async function prepareReport(outDir: string): Promise<void> {
  await readTemplate();
  try {
    await makeFolder(outDir);
    await access(outDir, constants.W_OK);
  } catch (error) {
    throw new ReportError(`cannot write report folder ${outDir}: ${reasonOf(error)}`);
  }
}

/**
 * Writes the files, making the folder when it is missing. Each file appears whole or not at all.
 * @throws ReportError, PageError or ResultsError
 */
export async function writeReport(results: Results, outDir: string): Promise<ReportFiles> {
  const template = await readTemplate();
  const files = { results: join(outDir, 'results.json'), page: join(outDir, 'index.html') };
  try {
    await makeFolder(outDir);
    await replaceFile(files.results, storedText(results));
    for (const [name, text] of Object.entries(exported)) await replaceFile(join(outDir, name), text(results));
    await replaceFile(files.page, renderPage(results, template));
  } catch (error) {
    if (error instanceof ResultsError) throw error;
    throw new ReportError(`cannot write report folder ${outDir}: ${reasonOf(error)}`);
  }
  return files;
}

/** Node's own recursive mkdir never ends where a parent exists and yet takes no folders, as /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

async function replaceFile(path: string, text: string | Iterable<string>): Promise<void> {
  const unfinished = `${path}.part`;
  await writeFile(unfinished, typeof text === 'string' ? text : inPieces(text));
  await rename(unfinished, path);
}

/** Pieces large enough to be worth a write of their own. */
const pieceCharacters = 1024 * 1024;

function* inPieces(texts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < pieceCharacters) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** Whether there is a report in the folder already, whatever it is worth. */
export async function hasReport(outDir: string): Promise<boolean> {
  return await access(join(outDir, 'results.json')).then(
    () => true,
    () => false,
  );
}

/**
 * The results of a report folder, or of a results file named directly.
 * @throws ReportError or ResultsError
 */
export async function readReport(path: string): Promise<Results> {
  let origin = path;
  try {
    let found = await stat(path);
    if (found.isDirectory()) {
      origin = join(path, 'results.json');
      found = await stat(origin);
    }
    // Opening a named pipe would wait for somebody to write to it.
    if (!found.isFile()) throw new ReportError(`cannot read report ${origin}: not a file`);
    if (found.size > resultsFileLimitBytes) {
      throw new ReportError(`cannot read report ${origin}: larger than ${resultsFileLimitBytes} bytes`);
    }
    const reader = new ResultsReader(origin);
    for await (const line of linesOf(createReadStream(origin, 'utf8'))) reader.line(line);
    return reader.end();
  } catch (error) {
    if (error instanceof ReportError || error instanceof ResultsError) throw error;
    throw new ReportError(`cannot read report ${origin}: ${reasonOf(error)}`);
  }
}

/** Without their ends. A line beyond the limit of the reader is given as far as it was read, for the reader to refuse. */
async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const text of texts) {
    const lines = text.split('\n');
    lines[0] = rest + (lines[0] ?? '');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > resultsLineLimitCharacters) break;
  }
  yield rest;
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'operation not permitted'],
  ['EROFS', 'read-only file system'],
  ['ENOSPC', 'no space left on the device'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['EEXIST', 'a file of that name is in the way'],
  ['EISDIR', 'a folder is in the way'],
  ['ENOENT', 'no such file or folder'],
  ['ENAMETOOLONG', 'name too long'],
  ['ELOOP', 'too many symbolic links'],
]);

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return (code === undefined ? undefined : (reasons.get(code) ?? code)) ?? message.replaceAll(/\s+/g, ' ');
}
