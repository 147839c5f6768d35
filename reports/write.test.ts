import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ResultsError, writeResults } from '../scenarios/results-file.ts';
import { resultsLineLimitCharacters } from '../scenarios/results-reader.ts';
import { hostileResults, hostileTexts } from '../tests/hostile-results.ts';
import { sampleResults } from '../tests/sample-results.ts';
import { pageLimitBytes } from './page-data.ts';
import { ReportError, readReport, writeReport } from './write.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nexthop-report-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a report folder holds the model, junit and the page, and is read back', async () => {
  const results = sampleResults(9);
  const out = join(folder, 'new', 'report');
  const files = await writeReport(results, out);
  expect(await readFile(files.results, 'utf8')).toBe(writeResults(results));
  expect(await readFile(join(out, 'junit.xml'), 'utf8')).toContain('tests="9"');
  expect(await readFile(files.page, 'utf8')).toContain('id="nexthop-summary"');
  const read = await readReport(out);
  expect(writeResults(read)).toBe(writeResults(results));
  expect(await readReport(files.results)).toEqual(read);
});

test('a report over an older one replaces it', async () => {
  await writeReport(sampleResults(9), folder);
  await writeReport(sampleResults(2), folder);
  expect((await readReport(folder)).results).toHaveLength(2);
});

test('a folder that cannot be written is one line', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(writeReport(sampleResults(1), file)).rejects.toThrow(
    new ReportError(`cannot write report folder ${file}: a file of that name is in the way`),
  );
  const below = join(file, 'below');
  await expect(writeReport(sampleResults(1), below)).rejects.toThrow(
    new ReportError(`cannot write report folder ${below}: a part of the path is not a folder`),
  );
});

test('what cannot be read is one line', async () => {
  await expect(readReport(join(folder, 'none'))).rejects.toThrow(
    new ReportError(`cannot read report ${join(folder, 'none')}: no such file or folder`),
  );
  await expect(readReport(folder)).rejects.toThrow(
    new ReportError(`cannot read report ${join(folder, 'results.json')}: no such file or folder`),
  );
  await expect(readReport('/dev/null')).rejects.toThrow(
    new ReportError('cannot read report /dev/null: not a file'),
  );
});

describe('a results file', () => {
  const path = () => join(folder, 'results.json');
  const message = async (content: string | Uint8Array): Promise<string> => {
    await writeFile(path(), content);
    const error = await readReport(folder).catch((reason: unknown) => reason);
    if (!(error instanceof ResultsError)) throw new Error(`not a ResultsError: ${error}`);
    return error.message.replace(path(), 'x');
  };
  const stored = writeResults(sampleResults(30));

  test('that is no text, or another one, is one line', async () => {
    const garbage = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7_919) % 256);
    expect(await message(garbage)).toBe('x: not JSON');
    expect(await message('')).toBe('x: not JSON (the file is empty)');
    expect(await message('[1, 2, 3]')).toBe('x: not a results file of nexthop');
    expect(await message('<!doctype html>\n<title>404</title>')).toBe('x: not JSON');
    expect(await message(stored.replace('"schema":1', '"schema":7'))).toBe(
      'x: schema version 7, this nexthop reads 1',
    );
  });

  test('that was cut short says in which line', async () => {
    const lines = stored.split('\n');
    expect(await message(stored.slice(0, -40))).toBe(
      `x: line ${lines.length - 2} is not JSON; was the file cut short?`,
    );
    expect(await message(lines.slice(0, 20).join('\n'))).toBe('x: cut short in line 20');
  });

  test('with a line that does not end is refused before it fills the memory', async () => {
    const endless = '{"schema":1,"run":{"id":"'.padEnd(resultsLineLimitCharacters + 2_000_000, 'x');
    expect(await message(endless)).toBe(`x: line 1 is longer than ${resultsLineLimitCharacters} characters`);
  });

  test('of broken UTF-8 in a text is read', async () => {
    const bytes = Buffer.from(stored.replace('A 554 greeting', 'A \u00e9 greeting'));
    const broken = bytes.filter((byte) => byte !== 0xc3);
    await writeFile(path(), broken);
    const { results } = await readReport(folder);
    expect(results.some(({ title }) => title.includes('A \ufffd greeting'))).toBe(true);
  });
});

test.each(Object.entries(hostileTexts))('a report of %s is written and read back', async (_, text) => {
  const results = hostileResults(text);
  const { page } = await writeReport(results, folder);
  const read = await readReport(folder);
  expect(writeResults(read)).toBe(writeResults(results));
  expect((await stat(page)).size).toBeLessThan(pageLimitBytes);
});
