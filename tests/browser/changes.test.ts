/** What changed since the baseline, in the first view, in the filter, and in a scenario. */
import { expect, test } from 'vitest';
import { withBaseline } from '../../reports/diff/diff.ts';
import type { Result, Results } from '../../scenarios/results.ts';
import { sampleResults } from '../sample-results.ts';
import { expectAccessible, expectNoSidewaysScroll, openReport } from './browser.ts';

const hostile = '<img src=x onerror=alert(1)>\u202e';
const plain = sampleResults(8);
const of = (results: readonly Result[], more: Partial<Results> = {}): Results => ({
  ...plain,
  ...more,
  results: [...results],
});
const [first, second, third, gone, ...rest] = plain.results.map(
  (result): Result => ({ ...result, verdict: 'passed', reason: '', checks: [] }),
);
if (first === undefined || second === undefined || third === undefined || gone === undefined)
  throw new Error('the sample has results');
const sessions = first.sessions.map((session) => ({
  ...session,
  lines: session.lines.map((line) =>
    line.from === 'C' && line.text.startsWith('MAIL') ? { ...line, text: hostile } : line,
  ),
}));
const broken: Result = { ...first, verdict: 'failed', reason: `refused: ${hostile}`, sessions };
const compared = withBaseline(
  of([broken, second, { ...third, virtualMs: third.virtualMs + 5 }, ...rest], {
    run: { ...plain.run, selectors: ['*'] },
  }),
  of([first, { ...second, verdict: 'failed', reason: 'x' }, third, gone, ...rest]),
);

test('the first view has the figures, each a link to its results', async () => {
  const page = await openReport(compared);
  const section = page.locator('section', { has: page.getByRole('heading', { name: 'Since the baseline' }) });
  expect(await section.textContent()).toContain('2 regressions in 7 results compared with the run of');
  expect(await section.getByText(gone.scenario).count()).toBe(1);
  expect(await section.locator('img').count()).toBe(0);
  await section.getByRole('link', { name: '1 broken' }).click();
  await page.getByText('1 of 7 results').waitFor();
  expect(await page.evaluate(() => location.hash)).toBe('#/suites?q=changed%3Abroken');
  await page.getByRole('link', { name: broken.scenario }).click();
  await page.getByRole('heading', { name: 'Since the baseline' }).waitFor();
});

test('a scenario has both dialogues, with the first difference marked', async () => {
  const page = await openReport(compared, `#/scenario/${broken.scenario}`);
  const section = page.locator('section', { has: page.getByRole('heading', { name: 'Since the baseline' }) });
  await section.getByText('First difference').waitFor();
  const marked = (await section.locator('.is-first').textContent()) ?? '';
  expect(marked).toMatch(/before: C: MAIL FROM.*now: C: <img src=x onerror=alert\(1\)>\\u\{202e\}/s);
  expect(await section.getByText('passed → failed').count()).toBe(1);
});

test('a scenario that is as it was says nothing of it', async () => {
  const page = await openReport(compared, `#/scenario/${rest[0]?.scenario}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByText('Reading the evidence').waitFor({ state: 'detached' });
  expect(await page.getByText('Since the baseline').count()).toBe(0);
});

test('the first view is for everybody, at a desk and on a phone', async () => {
  const page = await openReport(compared);
  await page.getByRole('heading', { name: 'Since the baseline' }).waitFor();
  for (const [width, colorScheme] of [
    [1280, 'light'],
    [390, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  }
});
