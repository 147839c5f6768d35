/** Everything can be done without a mouse. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { sampleMatrix } from '../sample-comparisons.ts';
import { sampleResults } from '../sample-results.ts';
import { expectAccessible, openReport } from './browser.ts';

const results = sampleResults(120);
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
const name = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));

test('Tab goes through the page as it is read', async () => {
  const page = await openReport(results, '#/suites');
  await page.getByRole('heading', { level: 1 }).waitFor();
  const order: string[] = [];
  await page.evaluate(() => {
    document.body.tabIndex = -1;
    document.body.focus();
  });
  for (let step = 0; step < 9; step += 1) {
    await page.keyboard.press('Tab');
    order.push((await name(page)) ?? (await focused(page)));
  }
  expect(order.slice(0, 8)).toEqual([
    'Nexthop',
    'Overview',
    'Suites',
    'Matrix',
    'Clauses',
    'Keys?',
    'Filter scenarios',
    'Suite',
  ]);
  expect(order[8]).toMatch(/^all/);
});

test('what has the focus can be seen', async () => {
  const page = await openReport(results, '#/suites');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Tab');
  const outline = await page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement ?? document.body);
    return `${outlineStyle} ${outlineWidth}`;
  });
  expect(outline).toBe('solid 2px');
});

test('/ goes to the filter, Escape empties it', async () => {
  const page = await openReport(results, '#/suites');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('/');
  expect(await name(page)).toBe('Filter scenarios');
  await page.keyboard.type('helo/');
  const box = page.getByRole('searchbox');
  expect(await box.inputValue()).toBe('helo/');
  await page.keyboard.press('Escape');
  await expect.poll(() => box.inputValue()).toBe('');
  await expect.poll(() => page.url()).toMatch(/#\/suites$/);
});

test('Enter opens a view, whose heading has the focus then, and the back button returns to the place', async () => {
  const page = await openReport(results, '#/suites');
  const row = page.locator('a.row').nth(14);
  await row.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => scrollY > 0);
  const scrolled = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(scrollY)));
      }),
  );
  await row.press('Enter');
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await page.goBack();
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(scrolled / 2);
});

test('a filter is no step to go back through', async () => {
  const page = await openReport(results, '#/');
  await page.getByRole('link', { name: 'Suites', exact: true }).click();
  await page.getByRole('searchbox').fill('mx');
  await page.getByRole('button', { name: /^passed/ }).press('Space');
  await expect.poll(() => page.url()).toContain('verdict=passed');
  await page.goBack();
  await expect.poll(() => page.url()).toMatch(/#\/$/);
});

test('arrows go from row to row, beyond what is in sight, Home and End to the ends', async () => {
  const page = await openReport(results, '#/suites');
  const names = [
    ...Map.groupBy(results.results.map(({ scenario }) => scenario).sort(), suiteOf).values(),
  ].flat();
  await page.getByRole('searchbox').press('ArrowDown');
  const row = () =>
    page.evaluate(() => document.activeElement?.querySelector('.row-name')?.textContent ?? '');
  expect(await row()).toBe(names[0]);
  for (let step = 0; step < 40; step += 1) await page.keyboard.press('ArrowDown');
  expect(await row()).toBe(names[40]);
  await page.keyboard.press('ArrowUp');
  expect(await row()).toBe(names[39]);
  await page.keyboard.press('End');
  await expect.poll(row).toBe(names.at(-1));
  await page.keyboard.press('Home');
  await expect.poll(row).toBe(names[0]);
});

test('arrows go sideways through the verdicts of the matrix', async () => {
  const page = await openReport(sampleMatrix(30), '#/matrix');
  await page.getByRole('searchbox').press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  expect(await name(page)).toMatch(/^nexthop: /);
  await page.keyboard.press('ArrowDown');
  expect(await name(page)).toMatch(/^nexthop: /);
  await page.keyboard.press('ArrowLeft');
  expect(await name(page)).toBeNull();
});

test('? tells of the keys, Escape closes that', async () => {
  const page = await openReport(results, '#/matrix');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keys' });
  await dialog.waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
});

function suiteOf(name: string): string {
  return name.split('/')[0] ?? '';
}
