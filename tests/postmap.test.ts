/**
 * Our tables answer as `postmap -q` does. Its answers are kept in postmap/answers.json, and compared with those of the
 * Postfix that is installed, if one is; `NEXTHOP_RENEW_ANSWERS=1` writes them anew.
 */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openTable } from '../client/tables/open.ts';
import { TableError } from '../client/tables/table.ts';
import { testContext } from '../client/tables/testing.ts';
import { VirtualFiles } from '../simulator/virtual/files.ts';
import { ANSWERS_FILE, type Answer, filesOf, readAnswers } from './postmap/answers.ts';
import { askPostmap } from './postmap/postmap.ts';
import type { Sample } from './postmap/sample.ts';
import { environment, samples } from './postmap/samples.ts';

const LEAST_LOOKUPS = 500;

if (process.env.NEXTHOP_RENEW_ANSWERS !== undefined) {
  const renewed = await askPostmap(samples);
  if (renewed === undefined || renewed.answers.includes(undefined))
    throw new Error('Postfix is not installed here with all types of tables: npm run peers');
  writeFileSync(ANSWERS_FILE, `${JSON.stringify(renewed, null, 1)}\n`);
}
const kept = readAnswers();

async function ask(sample: Sample, index: number, key: string): Promise<Answer> {
  const lines: string[] = [];
  const files = new VirtualFiles(filesOf(sample, index, kept));
  const table = await openTable(sample.table, testContext({ files, environment }, lines));
  const failed = Symbol();
  const value = await table.lookup(key).catch((error: unknown) => {
    if (error instanceof TableError) return failed;
    throw error;
  });
  // Postmap ends where a table cannot be opened.
  const end = lines.findIndex((line) => line.startsWith(ERROR));
  const log = lines.slice(0, end < 0 ? lines.length : end + 1).map((line) => line.replace(ERROR, ''));
  return {
    ...(typeof value !== 'symbol' && { value: value ?? null }),
    ...(log.length > 0 && { log }),
  };
}

const ERROR = 'error: ';

describe('our tables answer as postmap does', () => {
  test.each(samples.map((sample, index) => ({ ...sample, index })))(
    '$index $table',
    async ({ index, ...sample }) => {
      const answers = kept.answers[index];
      expect(answers?.table).toBe(sample.table);
      const ours: Record<string, Answer> = {};
      for (const key of sample.keys) ours[key] = await ask(sample, index, key);
      expect(ours).toEqual(answers?.keys);
    },
  );

  test('for as many lookups as were asked for', () => {
    expect(samples.reduce((sum, { keys }) => sum + keys.length, 0)).toBeGreaterThanOrEqual(LEAST_LOOKUPS);
  });
});
