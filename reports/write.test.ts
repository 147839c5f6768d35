import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeResults } from '../scenarios/results-file.ts';
import { sampleResults } from '../tests/sample-results.ts';
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
