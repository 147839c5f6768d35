/** Opens a report page in a browser and measures what its reader waits for. */
import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { spreadOf } from '../figures.ts';
import { findBrowser } from './find-browser.ts';

const openLimitMs = 120_000;

/** What is typed into each view's filter, a letter at a time. */
const typed: readonly (readonly [string, string])[] = [
  ['suites', 'tls verdict:failed -sender:exim'],
  ['matrix', 'greeting sender:postfix'],
  ['clauses', 'reply level:must'],
];

/** @param path of the page */
export async function measurePage(path: string): Promise<Record<string, number>> {
  const { executablePath, env } = await findBrowser();
  const browser = await chromium.launch({
    executablePath,
    env: { ...process.env, ...env },
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(openLimitMs);
    const url = pathToFileURL(path).href;
    const figures: Record<string, number> = { 'first paint, ms': await firstPaintMs(page, url) };
    figures['heap when open, MB'] = await heapMb(page);
    for (const [view, text] of typed) {
      figures[`${view}: opened in, ms`] = await followMs(page, `#/${view}`);
      const keys = await keystrokesMs(page, text);
      figures[`${view}: a letter in the filter, median ms`] = spreadOf(keys).median;
      figures[`${view}: the slowest letter, ms`] = spreadOf(keys).max;
    }
    await followMs(page, '#/suites');
    figures['a scenario opened in, ms'] = await openRowMs(page);
    figures['heap at the end, MB'] = await heapMb(page);
    return figures;
  } finally {
    await browser.close();
  }
}

/** Nothing is painted before the content: the page's frame is drawn with it. */
async function firstPaintMs(page: Page, url: string): Promise<number> {
  await page.goto(url);
  await page.waitForSelector('h1');
  return await page.evaluate(async () => {
    const painted = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime;
    while (painted() === undefined) await new Promise(requestAnimationFrame);
    return painted() ?? Number.NaN;
  });
}

async function heapMb(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize / 1e6;
}

/** Until the view has been painted. */
async function followMs(page: Page, hash: string): Promise<number> {
  return await page.evaluate(async (to) => {
    const startedMs = performance.now();
    location.hash = to;
    await new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return performance.now() - startedMs;
  }, hash);
}

async function keystrokesMs(page: Page, text: string): Promise<number[]> {
  return await page.evaluate(async (all) => {
    const box = document.querySelector<HTMLInputElement>('input.filter');
    if (box === null) throw new Error('the view has no filter');
    const times: number[] = [];
    for (let end = 1; end <= all.length; end += 1) {
      const startedMs = performance.now();
      box.value = all.slice(0, end);
      box.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      times.push(performance.now() - startedMs);
    }
    return times;
  }, text);
}

/** The first row of the list, until its evidence is there. */
async function openRowMs(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    const startedMs = performance.now();
    document.querySelector<HTMLElement>('a[data-row]')?.click();
    while (document.querySelector('.checks') === null) await new Promise(requestAnimationFrame);
    return performance.now() - startedMs;
  });
}
