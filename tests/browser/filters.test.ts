/** Filters and links: what they leave, and that the address says all of it. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { withBaseline } from '../../reports/diff/diff.ts';
import { verdicts } from '../../scenarios/verdicts.ts';
import { sampleMatrix } from '../sample-comparisons.ts';
import { sampleResults } from '../sample-results.ts';
import { newPage, openReport } from './browser.ts';

const alone = sampleResults(120);
const compared = sampleMatrix(30);
const failed = alone.results.filter(({ verdict }) => verdict === 'failed');
const [firstFailed] = failed.map(({ scenario }) => scenario).sort();

const rows = (page: Page) => page.locator('a.row');
const found = (page: Page) => page.locator('.found').textContent();

/** The same address in another page shows the same. */
async function expectSameElsewhere(page: Page): Promise<void> {
  const other = await newPage();
  await other.goto(page.url());
  await other.getByRole('heading', { level: 1 }).waitFor();
  await expect.poll(() => other.locator('main').innerText()).toBe(await page.locator('main').innerText());
  expect(await other.locator('input[type=search]').inputValue()).toBe(
    await page.locator('input[type=search]').inputValue(),
  );
}

describe('suites', () => {
  test('are filtered by words, in any order', async () => {
    const page = await openReport(alone, '#/suites');
    expect(await found(page)).toBe('120 results');
    await page.getByRole('searchbox', { name: 'Filter scenarios' }).fill('MX null');
    await expect.poll(() => found(page)).toMatch(/^\d of 120 results$/);
    for (const text of await rows(page).allInnerTexts()) expect(text).toContain('null MX');
    expect(page.url()).toContain('q=MX+null');
    await expectSameElsewhere(page);
  });

  test('are filtered by verdict and suite together', async () => {
    const page = await openReport(alone, '#/suites');
    await page.getByRole('combobox', { name: 'Suite' }).selectOption('greeting');
    await page.getByRole('button', { name: /^passed/ }).click();
    const expected = alone.results.filter(
      ({ suite, verdict }) => suite === 'greeting' && verdict === 'passed',
    );
    await expect.poll(() => found(page)).toBe(`${expected.length} of 120 results`);
    expect(await rows(page).count()).toBe(expected.length);
    expect(await page.getByRole('button', { name: /^passed/ }).getAttribute('aria-pressed')).toBe('true');
    await expectSameElsewhere(page);
  });

  test.each(verdicts)('of the verdict %s are as many as it says', async (verdict) => {
    const expected = alone.results.filter((result) => result.verdict === verdict).length;
    const page = await openReport(alone, `#/suites?verdict=${verdict}`);
    expect(await found(page)).toBe(`${expected === 0 ? 'None' : expected} of 120 results`);
    const drawn = await rows(page).getByRole('img', { name: verdict, exact: true }).count();
    // Of a long list only what is in sight is drawn.
    if (expected > 15) expect(drawn).toBeGreaterThan(5);
    else expect(drawn).toBe(expected);
  });
});

describe('the overview', () => {
  test('leads to each verdict and each suite', async () => {
    const page = await openReport(alone);
    await page
      .locator('.legend')
      .getByRole('link', { name: /failed/ })
      .click();
    await expect.poll(() => found(page)).toBe(`${failed.length} of 120 results`);
    await page.goBack();
    await page.getByRole('link', { name: /^pipelining/ }).click();
    await expect.poll(() => page.getByRole('combobox', { name: 'Suite' }).inputValue()).toBe('pipelining');
  });

  test('leads to what failed first', async () => {
    const page = await openReport(alone);
    await page
      .getByRole('link', { name: new RegExp(`failed ${firstFailed}`) })
      .first()
      .click();
    await expect.poll(() => page.url()).toContain(`#/scenario/${firstFailed}`);
  });
});

describe('what changed', () => {
  const passed = alone.results.map((result) => ({ ...result, verdict: 'passed' as const }));
  const changed = withBaseline(alone, { ...alone, results: passed });

  test('leads to the results that did, and to each of them', async () => {
    const page = await openReport(changed);
    await page.getByText(/^\d+ regressions$/).waitFor();
    await page
      .locator('.change-counts')
      .getByRole('link', { name: /broken/ })
      .click();
    await expect.poll(() => found(page)).toBe(`${failed.length} of 120 results`);
    expect(page.url()).toContain('q=changed%3Abroken');
    await expectSameElsewhere(page);
    await page.goBack();
    await page
      .locator('.changes')
      .getByRole('link', { name: firstFailed ?? '' })
      .first()
      .click();
    await page
      .getByRole('heading', { name: /baseline/i })
      .first()
      .waitFor();
  });
});

describe('the matrix', () => {
  const cell = (page: Page, name: string) => page.getByRole('row').getByRole('link', { name }).first();

  test('shows scenarios or clauses, all or some', async () => {
    const page = await openReport(compared, '#/matrix');
    expect(await found(page)).toBe('30 scenarios');
    await page.getByRole('button', { name: /^differ/ }).click();
    await expect.poll(() => found(page)).toMatch(/^\d+ of 30 scenarios$/);
    expect(page.url()).toContain('show=differs');
    await expectSameElsewhere(page);
    await page.getByRole('button', { name: /^clauses/ }).click();
    await expect.poll(() => found(page)).toMatch(/clauses$/);
    await expectSameElsewhere(page);
  });

  test('is filtered by words', async () => {
    const page = await openReport(compared, '#/matrix');
    await page.getByRole('searchbox', { name: 'Filter scenarios' }).fill('null-mx');
    await expect.poll(() => found(page)).toMatch(/^\d+ of 30 scenarios$/);
    await expectSameElsewhere(page);
  });

  test('leads from a verdict to the sender that has it, and from a difference to both', async () => {
    const page = await openReport(compared, '#/matrix');
    await cell(page, 'exim: passed').click();
    await page.locator('.facts-line').getByText('exim 4.96').waitFor();
    await page.goBack();
    await cell(page, 'differs from the oracle').click();
    await page.getByRole('heading', { name: 'Side by side' }).waitFor();
    await page.locator('.facts-line').getByText('nexthop 0.1.0').waitFor();
    await expect
      .poll(() => page.getByRole('combobox', { name: 'Right' }).locator('option:checked').textContent())
      .toContain('postfix');
  });
});

describe('clauses', () => {
  test('are filtered by words and state', async () => {
    const page = await openReport(alone, '#/clauses');
    await page.getByRole('searchbox', { name: 'Filter clauses' }).fill('rfc5321-2.1-01');
    await page.getByText('rfc5321-2.1-01', { exact: true }).waitFor();
    expect(page.url()).toContain('q=rfc5321-2.1-01');
    await page.getByRole('button', { name: /^never exercised/ }).click();
    await expect.poll(() => found(page)).toMatch(/^None of \d+ clauses$/);
    await expectSameElsewhere(page);
  });

  test('lead to the scenarios that exercise them, and these back', async () => {
    const [id = ''] = alone.results[0]?.clauses ?? [];
    const page = await openReport(alone, `#/clauses?q=${id}`);
    await page.getByRole('link', { name: id }).click();
    await page.getByRole('heading', { level: 1, name: id }).waitFor();
    await page.getByRole('table').getByRole('rowheader').getByRole('link').first().click();
    await page.getByRole('heading', { name: 'Checks' }).waitFor();
    await page.getByRole('link', { name: id, exact: true }).first().click();
    await page.getByRole('heading', { level: 1, name: id }).waitFor();
  });

  test('of a document open and close', async () => {
    const page = await openReport(alone, '#/clauses');
    const document = page.getByRole('button', { name: /RFC 5321/ });
    const clauses = page.locator('a.clause');
    await document.click();
    await clauses.first().waitFor();
    await expectSameElsewhere(page);
    await document.press('Enter');
    await expect.poll(() => clauses.count()).toBe(0);
  });
});

describe('a scenario', () => {
  test('leads to its neighbours and its suite', async () => {
    const names = alone.results.map(({ scenario }) => scenario).sort();
    const page = await openReport(alone, `#/scenario/${names[0]}`);
    expect(await page.getByRole('link', { name: '← previous' }).count()).toBe(0);
    await page.getByRole('link', { name: 'next →' }).click();
    await page.getByText(names[1] ?? '', { exact: true }).waitFor();
    await page.getByRole('link', { name: '← previous' }).click();
    await page.getByText(names[0] ?? '', { exact: true }).waitFor();
    await page.getByRole('navigation', { name: 'Place' }).getByRole('link').first().click();
    await expect.poll(() => page.url()).toMatch(/#\/suites\?suite=dns$/);
  });

  test('gives the command that replays it', async () => {
    const page = await openReport(alone, `#/scenario/${firstFailed}`);
    await page.getByRole('button', { name: 'Copy' }).click();
    // A file may have no right to the clipboard: the text is selected then.
    await page.getByRole('button', { name: /Copied|Selected/ }).waitFor();
  });

  test('is compared with whom one chooses, and the address says so', async () => {
    const name = compared.results[0]?.scenario ?? '';
    const page = await openReport(compared, `#/scenario/${name}?sender=nexthop&world=live&seed=1`);
    await page.getByRole('combobox', { name: 'Right' }).selectOption({ label: await labelOf(page, 'exim') });
    await expect.poll(() => page.url()).toContain('with=');
    const other = await newPage();
    await other.goto(page.url());
    await expect
      .poll(() => other.getByRole('combobox', { name: 'Right' }).locator('option:checked').textContent())
      .toContain('exim');
    await page.getByRole('combobox', { name: 'Left' }).selectOption({ label: await labelOf(page, 'msmtp') });
    await page.locator('.facts-line').getByText('msmtp 1.8.23').waitFor();
  });
});

async function labelOf(page: Page, sender: string): Promise<string> {
  const options = page.getByRole('combobox', { name: 'Left' }).locator('option');
  // Text contents are waited for, where a list of them is what is there at the moment.
  return (
    (await options
      .filter({ hasText: new RegExp(`^${sender}\\b`) })
      .first()
      .textContent()) ?? ''
  );
}
