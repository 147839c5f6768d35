/** What the page says where it cannot read its data. */
import { expect, test } from 'vitest';
import { chunkElementId, summaryElementId } from '../../reports/model.ts';
import { sampleResults } from '../sample-results.ts';
import { expectAccessible, openReport } from './browser.ts';

const results = sampleResults(8);
const [first] = results.results;

/** Opens the report again, with an element of its data cut short before the page reads it. */
async function openCutShort(id: string, hash: string) {
  const page = await openReport(results, hash);
  await page.addInitScript((cut) => {
    document.addEventListener('readystatechange', () => {
      const element = document.getElementById(cut);
      if (document.readyState === 'interactive' && element !== null)
        element.textContent = element.textContent?.slice(0, 200) ?? '';
    });
  }, id);
  await page.reload();
  return page;
}

test('a browser that cannot decompress is told so', async () => {
  const page = await openReport(results);
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'DecompressionStream'));
  await page.reload();
  await page.getByText('it lacks DecompressionStream').waitFor();
  await expectAccessible(page);
});

test('a file that was cut short says so', async () => {
  const page = await openCutShort(summaryElementId, '#/');
  await page.getByText('The results in this file are damaged').waitFor();
  await expectAccessible(page);
});

test('a result whose evidence is damaged has the rest still', async () => {
  const page = await openCutShort(chunkElementId(0), `#/scenario/${first?.scenario}`);
  await page.getByText('The evidence of this result is damaged').waitFor();
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(first?.title);
  await expectAccessible(page);
});
