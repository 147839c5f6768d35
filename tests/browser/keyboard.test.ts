/** Everything can be done without a mouse. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { sampleResults } from '../sample-results.ts';
import { openReport } from './browser.ts';

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
  for (let step = 0; step < 8; step += 1) {
    await page.keyboard.press('Tab');
    order.push((await name(page)) ?? (await focused(page)));
  }
  expect(order.slice(0, 7)).toEqual([
    'Nexthop',
    'Overview',
    'Suites',
    'Matrix',
    'Clauses',
    'Filter scenarios',
    'Suite',
  ]);
  expect(order[7]).toMatch(/^all/);
});

test('what has the focus can be seen', async () => {
  const page = await openReport(results, '#/suites');
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
  const row = page.locator('a.row').nth(60);
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

test('a long list grows as one goes through it', async () => {
  const page = await openReport(sampleResults(400), '#/suites');
  const more = page.getByRole('button', { name: /^Show more/ });
  await more.waitFor();
  const before = await page.locator('a.row').count();
  await more.press('Enter');
  await expect.poll(() => page.locator('a.row').count()).toBeGreaterThan(before);
});
