/**
 * Tests of the report in a real browser.
 *
 *     test('the overview', async () => {
 *       const page = await openReport(sampleResults(), '#/', { width: 390, colorScheme: 'dark' });
 *       await page.getByRole('link', { name: 'Suites' }).click();
 *       await expectAccessible(page);
 *     });
 *
 * A file of tests has one browser, and a page is of one test. The report is a file, as a user opens it, made of the
 * page of the sources. A test fails when its page throws, writes an error or a warning to the console, or asks the
 * network for anything.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, expect, onTestFinished } from 'vitest';
import { findBrowser } from '../../bench/browser/find-browser.ts';
import { renderPage } from '../../reports/html.ts';
import type { Results } from '../../scenarios/results.ts';
import { root } from '../source-tree.ts';

export interface ViewOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce' | 'no-preference';
  /** CSS pixels; 1280 by 800 when absent. */
  readonly width?: number;
  readonly height?: number;
  /** Whether scripts run; they do when absent. */
  readonly javaScript?: boolean;
}

/** The widths that every view must suit: a desk and a phone. */
export const widths = [1280, 390] as const;
export const colorSchemes = ['light', 'dark'] as const;

/** A busy machine takes its time. */
const waitLimitMs = 20_000;

/** Opens a report at a view. */
export async function openReport(results: Results, hash = '#/', options: ViewOptions = {}): Promise<Page> {
  const page = await newPage(options);
  await page.goto(`${await reportFile(results)}${hash}`);
  return page;
}

/** An empty page, watched until the test ends. Of the network it may use what begins with `origin` alone. */
export async function newPage(options: ViewOptions = {}, origin = 'file:'): Promise<Page> {
  const { page, complaints } = await watchedPage(options, origin);
  onTestFinished(async () => {
    await page.context().close();
    expect(complaints).toEqual([]);
  });
  return page;
}

export async function watchedPage(
  options: ViewOptions,
  origin: string,
): Promise<{ page: Page; complaints: readonly string[] }> {
  const { width = 1280, height = 800, colorScheme = 'light', reducedMotion = 'reduce' } = options;
  const browser = await launched();
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    reducedMotion,
    javaScriptEnabled: options.javaScript ?? true,
  });
  context.setDefaultTimeout(waitLimitMs);
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(`error: ${error.error().message}`));
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  context.on('request', (request) => {
    if (![origin, 'data:', 'blob:'].some((start) => request.url().startsWith(start)))
      complaints.push(`request: ${request.url()}`);
  });
  return { page: await context.newPage(), complaints };
}

/** No rule of WCAG 2.1 A and AA is broken, and no practice that axe-core recommends. */
export async function expectAccessible(page: Page): Promise<void> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).setLegacyMode().analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
  // The whole of it: a matcher would shorten what it shows.
  if (found.length > 0) expect.fail(found.join('\n'));
}

/** Nothing stands out to the right: a page is scrolled downwards only. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrollWidth, clientWidth };
  });
  expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
}

let launching: Promise<Browser> | undefined;
let folder: Promise<string> | undefined;
let template: Promise<string> | undefined;
const files = new Map<Results, Promise<string>>();

afterAll(async () => {
  await (await launching)?.close();
  if (folder !== undefined) await rm(await folder, { recursive: true });
});

function launched(): Promise<Browser> {
  launching ??= findBrowser().then(({ executablePath, env }) =>
    chromium.launch({
      executablePath,
      env: { ...process.env, ...env },
      // Chromium's sandbox refuses root, and what containers forbid; here it shows pages of our own.
      args: ['--no-sandbox'],
    }),
  );
  return launching;
}

function reportFile(results: Results): Promise<string> {
  const known = files.get(results) ?? writeReportFile(results, files.size);
  files.set(results, known);
  return known;
}

async function writeReportFile(results: Results, number: number): Promise<string> {
  folder ??= mkdtemp(join(tmpdir(), 'nexthop-browser-'));
  const path = join(await folder, `report-${number}.html`);
  await writeFile(path, renderPage(results, await pageTemplate()));
  return pathToFileURL(path).href;
}

/** The page of the sources, built in memory: no test can look at one that was built before. */
export function pageTemplate(): Promise<string> {
  template ??= buildTemplate();
  return template;
}

async function buildTemplate(): Promise<string> {
  const { NODE_ENV } = process.env;
  // Vite would take the environment of the tests for that of the page.
  process.env.NODE_ENV = 'production';
  try {
    const built = await build({
      configFile: join(root, 'reports', 'page', 'vite.config.ts'),
      build: { write: false },
    });
    const outputs = Array.isArray(built) ? built.flatMap(({ output }) => output) : [];
    const [page] = 'output' in built ? built.output : outputs;
    if (page?.type !== 'asset') throw new Error('the page is not one file');
    return typeof page.source === 'string' ? page.source : Buffer.from(page.source).toString();
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}
