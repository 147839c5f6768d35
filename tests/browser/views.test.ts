/** What every view has to be, at a desk and on a phone, light and dark. */
import { describe, expect, test } from 'vitest';
import { withBaseline } from '../../reports/diff/diff.ts';
import { sampleMatrix } from '../sample-comparisons.ts';
import { sampleResults } from '../sample-results.ts';
import { expectAccessible, expectNoSidewaysScroll, openReport } from './browser.ts';

/** At a desk by day, on a phone by night. */
const looks = [
  [1280, 'light'],
  [390, 'dark'],
] as const;

const alone = sampleResults(60);
const compared = sampleMatrix(20);
const failed = alone.results.find(({ verdict }) => verdict === 'failed')?.scenario ?? '';
const differing = compared.comparisons?.find(({ differences }) => differences.length > 0)?.scenario ?? '';

const clause = compared.results[0]?.clauses[0] ?? '';
/** The baseline of these passed everything. */
const changed = withBaseline(alone, {
  ...alone,
  results: alone.results.map((result) => ({ ...result, verdict: 'passed' })),
});
const broken = changed.baseline?.changes.find(({ kind }) => kind === 'broken')?.of?.scenario ?? '';

const views = [
  ['the overview', alone, '#/'],
  ['the overview of several senders', compared, '#/'],
  ['suites', alone, '#/suites'],
  ['suites without a match', alone, '#/suites?q=nothing+of+that+name'],
  ['the matrix of scenarios', compared, '#/matrix'],
  ['the matrix of clauses', compared, '#/matrix?rows=clauses'],
  ['clauses', alone, '#/clauses'],
  ['clauses of a state', alone, '#/clauses?state=exercised'],
  ['a scenario', alone, `#/scenario/${failed}`],
  ['what changed since a baseline', changed, '#/'],
  ['a scenario that changed', changed, `#/scenario/${broken}`],
  ['a clause', compared, `#/clauses/${clause}`],
  ['a clause that is not there', alone, '#/clauses/no-such'],
  ['two senders side by side', compared, `#/scenario/${differing}?sender=nexthop&world=live&seed=1`],
  ['a scenario that is not there', alone, '#/scenario/no/such'],
] as const;

test.each(views)('%s', async (_, results, hash) => {
  const page = await openReport(results, hash);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByText('Reading the evidence').waitFor({ state: 'detached' });
  expect(await page.locator('h1').count()).toBe(1);
  expect(await page.title()).toMatch(/ · Nexthop report$/);
  // Each width and each scheme is looked at once: the two do not depend on each other.
  for (const [width, colorScheme] of looks) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  }
});

describe('of little', () => {
  const nothing = sampleResults(0);
  const {
    results: [only],
  } = sampleResults(1);
  const one = { ...nothing, results: only === undefined ? [] : [only] };
  const interrupted = { ...alone, run: { ...alone.run, selected: 300, interrupted: true } };

  test.each([
    ['nothing', nothing, 'Nothing was run'],
    ['one result', one, 'The only result did not fail'],
    ['an interrupted run', interrupted, /60 of 300 finished/],
  ] as const)('%s has every view', async (_, results, text) => {
    const page = await openReport(results);
    await page.getByText(text).waitFor();
    await expectAccessible(page);
    for (const name of ['Suites', 'Matrix', 'Clauses']) {
      await page.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      await expectAccessible(page);
    }
  });
});

test('without JavaScript the page says where the results are', async () => {
  const page = await openReport(alone, '#/', { javaScript: false });
  expect(await page.locator('noscript').textContent()).toMatch(/needs JavaScript.*results\.json/);
});

test('on paper there is what was found, without what can be pressed', async () => {
  const page = await openReport(alone, `#/scenario/${failed}`);
  await page.getByText('Session 1', { exact: true }).first().waitFor();
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('navigation', { name: 'Views' }).isVisible()).toBe(false);
  expect(await page.getByRole('heading', { level: 1 }).isVisible()).toBe(true);
  expect(await page.getByText('Session 1', { exact: true }).first().isVisible()).toBe(true);
  await page.goto(page.url().replace(/#.*/, '#/suites'));
  await page.getByRole('heading', { level: 1, name: 'Suites' }).waitFor();
  expect(await page.getByRole('searchbox').isVisible()).toBe(false);
});
