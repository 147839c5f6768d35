import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { withHistory } from '../../reports/history/remember.ts';
import type { Results } from '../../scenarios/results.ts';
import { sampleResults } from '../sample-results.ts';
import { expectAccessible, expectNoSidewaysScroll, openReport } from './browser.ts';

const folder = mkdtempSync(join(tmpdir(), 'nexthop-history-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The last of some runs, in which the first scenario passes and fails by turns. */
async function lastOf(count: number): Promise<Results> {
  const sample = sampleResults(60);
  let last = sample;
  for (let day = 1; day <= count; day += 1) {
    const startedAt = `2026-11-${String(day).padStart(2, '0')}T12:00:00.000Z`;
    const [first, ...others] = sample.results;
    if (first === undefined) throw new RangeError('no sample');
    const results = [
      { ...first, verdict: day % 2 === 0 ? ('failed' as const) : ('passed' as const) },
      ...others,
    ];
    const run = { ...sample.run, id: startedAt, startedAt, wallMs: 1_000 * day };
    last = await withHistory({ ...sample, run, results }, join(folder, `${count}.sqlite`));
  }
  return last;
}

test.each([
  [1280, 'light'],
  [1280, 'dark'],
  [390, 'light'],
  [390, 'dark'],
] as const)('the history at %i px, %s', async (width, colorScheme) => {
  const page = await openReport(await lastOf(9), '#/history', { width, colorScheme });
  await page.getByRole('heading', { level: 1, name: '9 runs' }).waitFor();
  const duration = page.getByRole('img', {
    name: /^Duration of the run in 9 runs: from 1 s to 9 s, last 9 s/,
  });
  await duration.waitFor();
  await expect.poll(() => page.getByRole('img', { name: /in 9 runs/ }).count()).toBeGreaterThan(10);
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
});

test('a flaky scenario leads to its result', async () => {
  const results = await lastOf(4);
  const scenario = results.history?.flaky[0]?.scenario ?? '';
  const page = await openReport(results, '#/');
  await page.getByRole('link', { name: 'History' }).click();
  const section = page.locator('section', { hasText: 'Flaky scenarios' });
  expect(await section.innerText()).toContain('2 failed, 2 passed');
  await section.getByRole('link', { name: scenario, exact: true }).click();
  await page.waitForURL(/#\/scenario\//);
});

test('without a history there is no such view', async () => {
  const page = await openReport(sampleResults(5), '#/');
  await page.getByRole('link', { name: 'Overview' }).waitFor();
  expect(await page.getByRole('link', { name: 'History' }).count()).toBe(0);
  expect(await page.locator('#nexthop-plots').count()).toBe(0);
});
