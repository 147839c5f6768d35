/** Whatever a server says is shown as text: no markup comes of it, nothing is disguised, and nothing breaks. */
import { describe, expect, test } from 'vitest';
import { legible } from '../../reports/format.ts';
import { readResults, writeResults } from '../../scenarios/results-file.ts';
import { hostileResults, hostileTexts } from '../hostile-results.ts';
import { expectNoSidewaysScroll, openReport } from './browser.ts';

/** Characters that move the cursor, colour a terminal or turn the direction of writing. */
const disguising = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe.each(Object.entries(hostileTexts))('%s', (_, text) => {
  test('is text in every view', async () => {
    const results = readResults(writeResults(hostileResults(text)), 'results.json');
    const page = await openReport(results, '#/', { width: 390 });
    const [result] = results.results;
    const name = encodeURIComponent(legible(result?.scenario ?? ''));
    const clause = encodeURIComponent(legible(result?.checks[0]?.clause ?? ''));
    const views = ['#/', '#/suites', '#/matrix', '#/matrix?rows=clauses', '#/clauses?state=failed'];
    for (const hash of [...views, `#/clauses/${clause}`, `#/scenario/${name}`, `#/suites?q=${name}`]) {
      await page.evaluate((to) => {
        location.hash = to;
      }, hash);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByText('Reading the evidence').waitFor({ state: 'detached' });
      const seen = await page.evaluate(() => ({
        broken: document.body.dataset.broken,
        injected: document.querySelectorAll('#app :is(img, b, i, script, style, iframe)').length,
        text: document.body.innerText,
        titles: [...document.querySelectorAll('[title], [aria-label]')]
          .map((each) => `${each.getAttribute('title') ?? ''}${each.getAttribute('aria-label') ?? ''}`)
          .join(' '),
      }));
      expect(seen.broken, hash).toBeUndefined();
      expect(seen.injected, hash).toBe(0);
      expect(disguising.exec(seen.text)?.index, `text of ${hash}`).toBeUndefined();
      expect(disguising.exec(seen.titles)?.index, `titles of ${hash}`).toBeUndefined();
      await expectNoSidewaysScroll(page);
    }
  });
});

test('a line of a server is shown as it was said', async () => {
  const { markup = '' } = hostileTexts;
  const results = hostileResults(markup);
  const page = await openReport(
    results,
    `#/scenario/${encodeURIComponent(results.results[0]?.scenario ?? '')}`,
  );
  // The evidence is read after the page is there.
  await expect.poll(() => page.getByText(markup, { exact: true }).count()).toBeGreaterThan(5);
});
