/** The first view in a real browser. */
import { expect, test } from 'vitest';
import { sampleResults } from '../sample-results.ts';
import { expectAccessible, expectNoSidewaysScroll, openReport } from './browser.ts';

const results = sampleResults(120);

test('shows how the run went', async () => {
  const page = await openReport(results);
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(/of 120 results failed/);
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
});
