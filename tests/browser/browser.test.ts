/** What the harness promises: a page that errs, or asks the network, is found out. */
import { expect, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll, watchedPage } from './browser.ts';

test.each([
  ['<script>throw new Error("thrown")</script>', /^error: thrown$/],
  ['<script>Promise.reject(new Error("rejected"))</script>', /^error: rejected$/],
  ['<script>console.error("written")</script>', /^console: written$/],
  ['<img src="http://127.0.0.1:9/x.png" alt="">', /^request: http:/],
])('%s is a complaint', async (html, complaint) => {
  const { page, complaints } = await watchedPage({}, 'file:');
  await page.setContent(html);
  await expect.poll(() => complaints).toContainEqual(expect.stringMatching(complaint));
  await page.context().close();
});

test('what is hard to reach or too wide is found', async () => {
  const { page } = await watchedPage({ width: 390 }, 'file:');
  await page.setContent('<main><img src="data:," style="width: 500px"></main>');
  await expect(expectAccessible(page)).rejects.toThrow(/image-alt/);
  await expect(expectNoSidewaysScroll(page)).rejects.toThrow(/less than or equal/);
  await page.context().close();
});
