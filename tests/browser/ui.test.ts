/** `nexthop ui` in a real browser: scenarios are run from the page, and watched. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { Bench } from '../../reports/serve/bench.ts';
import { serveReport } from '../../reports/serve/server.ts';
import { readReport, writeReport } from '../../reports/write.ts';
import type { Result, Results } from '../../scenarios/results.ts';
import { sampleResults } from '../sample-results.ts';
import {
  expectAccessible,
  expectNoSidewaysScroll,
  newPage,
  pageTemplate,
  type ViewOptions,
} from './browser.ts';

const fake = join(import.meta.dirname, '../fixtures/serve/runner.ts');

interface Opened {
  readonly page: Page;
  readonly bench: Bench;
  readonly out: string;
}

interface OpenOptions extends ViewOptions {
  /** Of the process that runs scenarios; the real one when absent. */
  readonly runner?: string;
  readonly results?: Results;
  readonly hash?: string;
}

/** A page of a server of its own. */
async function openUi(selectors: readonly string[], options: OpenOptions = {}): Promise<Opened> {
  const { runner, results, hash = '#/', ...view } = options;
  const out = mkdtempSync(join(tmpdir(), 'nexthop-ui-'));
  let nowMs = Date.UTC(2026, 10, 24);
  const bench = new Bench({
    order: { selectors, senders: ['nexthop'], world: 'virtual', seed: 1, jobs: 1, version: '0.1.0' },
    results,
    keep: async (fresh) => {
      await writeReport(fresh, out);
      return fresh;
    },
    nowMs: () => (nowMs += 1_000),
    ...(runner !== undefined && { runner }),
  });
  const server = await serveReport({ bench, template: await pageTemplate(), port: 0 });
  onTestFinished(async () => {
    await server.close();
    await bench.close();
    rmSync(out, { recursive: true });
  });
  const page = await newPage(view, server.url);
  await page.goto(`${server.url}${hash}`);
  return { page, bench, out };
}

const runAgain = (page: Page) => page.getByRole('button', { name: 'Run again' });
const what = (page: Page) => page.getByRole('combobox', { name: 'What to run again' });

test('everything is run from an empty page, which shows what came of it', async () => {
  const { page, out } = await openUi(['greeting/450-defers', 'greeting/150-bounces']);
  await page.getByRole('heading', { name: 'Nothing was run' }).waitFor();
  expect(await what(page).locator('option').allTextContents()).toEqual(['Everything']);
  await runAgain(page).click();
  await page.getByRole('heading', { name: 'None of 2 results failed' }).waitFor();
  expect((await readReport(out)).results.map(({ scenario }) => scenario)).toEqual([
    'greeting/150-bounces',
    'greeting/450-defers',
  ]);
  await expectAccessible(page);
});

const { results: samples } = sampleResults(40);
const [sample] = samples;
const scenario = sample?.scenario ?? '';
const known = sampleResults(40);

test('from each view what is in sight can be run', async () => {
  const { page } = await openUi(['waits'], { runner: fake, results: known });
  const options = () => what(page).locator('option').allTextContents();
  await expect.poll(options).toEqual(['What failed', 'Everything']);
  await page.getByRole('link', { name: 'Suites', exact: true }).click();
  await page.getByRole('combobox', { name: 'Suite', exact: true }).selectOption('greeting');
  await expect.poll(options).toEqual(['What is shown', 'Suite greeting', 'What failed', 'Everything']);
  await page.locator('a.row').first().click();
  await expect.poll(options).toEqual(['This scenario', 'Suite greeting', 'What failed', 'Everything']);
});

test.each([
  ['What is shown', `#/suites?q=${scenario}`, namesOf((result) => result.scenario.startsWith(scenario))],
  ['Suite greeting', '#/suites?suite=greeting', namesOf(({ suite }) => suite === 'greeting')],
  ['What failed', '#/', namesOf(({ verdict }) => verdict === 'failed')],
  ['This scenario', `#/scenario/${scenario}`, [scenario]],
  ['Everything', `#/scenario/${scenario}`, ['of all']],
])('%s is what is asked for', async (label, hash, asked) => {
  const { page, bench } = await openUi(['finishes'], { runner: fake, results: known, hash });
  await what(page).selectOption({ label });
  await runAgain(page).click();
  // The process that runs nothing tells what it was asked for.
  await expect
    .poll(() => bench.results.results.find((result) => result.scenario === scenario)?.title)
    .toBe(asked.join(' '));
});

function namesOf(test: (result: Result) => boolean): readonly string[] {
  return [...new Set(samples.filter(test).map(({ scenario }) => scenario))].sort();
}

test('a run shows how far it is, grows a scenario, and can be cancelled', async () => {
  const growing = samples[1]?.scenario ?? '';
  const { page } = await openUi(['waits'], { runner: fake, results: known, hash: `#/scenario/${growing}` });
  await runAgain(page).click();
  await page.getByText('1 of 2', { exact: true }).waitFor();
  await page.getByText(/^Running: /).waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await runAgain(page).waitFor();
  await page.getByText(/^Running: /).waitFor({ state: 'detached' });
});

test('a run that cannot be had says why', async () => {
  const { page } = await openUi(['refuses'], { runner: fake, results: known });
  await runAgain(page).click();
  await page.getByRole('status').getByText('no scenario of that name').waitFor();
});

test('new results come without the page losing its place', async () => {
  const { page } = await openUi(['finishes'], {
    runner: fake,
    results: known,
    hash: '#/suites?verdict=passed',
    height: 400,
  });
  await page.getByRole('searchbox').waitFor();
  await page.mouse.wheel(0, 900);
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(500);
  const at = await page.evaluate(() => scrollY);
  await what(page).selectOption({ label: 'Everything' });
  await runAgain(page).click();
  await page.getByText('of all', { exact: true }).waitFor();
  expect(await page.evaluate(() => scrollY)).toBe(at);
  expect(page.url()).toMatch(/#\/suites\?verdict=passed$/);
});

test('a scenario of the virtual world is replayed once it has run: it grows, stops, steps and jumps', async () => {
  const { page } = await openUi(['greeting/450-defers']);
  await runAgain(page).click();
  await page.getByRole('heading', { name: 'The only result did not fail' }).waitFor();
  await page.locator('a.row').last().click();
  const replay = page.getByRole('group', { name: 'Replay' });
  const steps = page.getByRole('group', { name: 'Sequence diagram' }).getByRole('button');
  const moment = page.getByRole('slider', { name: 'Moment' });
  await replay.waitFor();
  const whole = await steps.count();
  expect(await moment.inputValue()).toBe(await moment.getAttribute('max'));

  await replay.getByRole('combobox', { name: 'Speed' }).selectOption('1');
  await replay.getByRole('checkbox', { name: 'Skip waits' }).uncheck();
  await runAgain(page).click();
  await expect.poll(() => steps.count()).toBeLessThan(whole);
  await expect.poll(() => steps.count()).toBe(whole);

  await replay.getByRole('button', { name: 'Step' }).click();
  const one = await steps.count();
  expect(one).toBeLessThan(whole);
  await replay.getByRole('button', { name: 'Step' }).click();
  await replay.getByRole('button', { name: 'Step' }).click();
  expect(await steps.count()).toBeGreaterThan(one);
  await moment.press('End');
  await expect.poll(() => steps.count()).toBe(whole);
  await replay.getByRole('button', { name: 'Play' }).click();
  await replay.getByRole('button', { name: 'Pause' }).waitFor();
  await replay.getByRole('button', { name: 'Play' }).waitFor();
  await expectAccessible(page);
});

test('on a phone all of it has room', async () => {
  const { page } = await openUi(['waits'], {
    runner: fake,
    results: known,
    hash: `#/scenario/${scenario}`,
    width: 390,
    colorScheme: 'dark',
  });
  await page.getByRole('group', { name: 'Replay' }).waitFor();
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
  await runAgain(page).click();
  await page.getByText('1 of 2', { exact: true }).waitFor();
  await expectNoSidewaysScroll(page);
});

test('a page whose server is gone keeps its results', async () => {
  const out = mkdtempSync(join(tmpdir(), 'nexthop-ui-'));
  const bench = new Bench({
    order: { selectors: [], senders: [], world: 'virtual', seed: 1, jobs: 1, version: '0' },
    results: known,
    keep: async (fresh) => fresh,
    nowMs: () => 0,
    runner: fake,
  });
  const server = await serveReport({ bench, template: await pageTemplate(), port: 0 });
  onTestFinished(() => rmSync(out, { recursive: true }));
  const page = await newPage({}, server.url);
  await page.goto(server.url);
  await expect.poll(() => runAgain(page).isEnabled()).toBe(true);
  await page.route('**/api/events', (route) => route.fulfill({ status: 204 }));
  await server.close();
  await page.getByText('The server does not answer; the results are still here.').waitFor();
  expect(await runAgain(page).isDisabled()).toBe(true);
});
