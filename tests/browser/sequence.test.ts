/** What happened in a scenario, in a real browser: the diagram, what is beside it, and the way between them. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Result, Results, SessionLine } from '../../scenarios/results.ts';
import { sampleResult, sampleResults } from '../sample-results.ts';
import { expectAccessible, expectNoSidewaysScroll, openReport } from './browser.ts';

const hostile =
  '250 <img src=x onerror="document.title=1"></svg><script>document.title=2</script>\\x00\u202E';

const result: Result = {
  ...sampleResult(),
  scenario: 'suite/sequence',
  config: { smtp_helo_timeout: '300s', of_another_program: '' },
  queries: [
    {
      atMs: 5,
      name: 'x.test',
      type: 'MX',
      transport: 'udp',
      answer: 'NOERROR; x.test. 300 IN MX 10 a.x.test.',
    },
    { atMs: 6, name: 'a.x.test', type: 'A', transport: 'tcp', answer: 'timeout' },
  ],
  attempts: [
    {
      atMs: 10,
      endedAtMs: 30_010,
      host: 'b.x.test',
      address: '192.0.2.2',
      port: 25,
      reason: 'connect to b: timed out',
    },
  ],
  decisions: [
    { atMs: 9, about: 'servers', text: 'tries b, a', because: 'MX records' },
    {
      atMs: 30_020,
      about: 'extensions',
      text: 'may use SIZE',
      because: 'the server offers them',
      session: 0,
    },
    { atMs: 330_040, about: 'time limit', text: 'waits no longer', because: 'smtp_mail_timeout = 300s' },
  ],
  records: [{ service: 'defer', address: 'u@x.test', action: 'delayed', dsn: '4.4.2', reason: 'timed out' }],
  notices: [{ recipient: 'postmaster', lines: ['Subject: Errors', '', 'Transcript'] }],
  sessions: [
    {
      host: 'a',
      address: '192.0.2.1',
      port: 25,
      openedAtMs: 30_015,
      lines: [
        line(30_015, 'S', '220 a'),
        line(30_018, 'C', 'EHLO client.test'),
        line(30_018, 'S', '250-a'),
        line(30_018, 'S', '250 SIZE'),
        line(30_025, 'C', 'MAIL FROM:<>'),
        line(30_026, 'S', hostile),
        ...Array.from({ length: 40 }, (_, at) => [
          line(30_030, 'C', `RCPT TO:<user${at}@x.test>`),
          line(30_030, 'S', '250 ok'),
        ]).flat(),
        line(30_040, '!', 'server: silent'),
        line(330_045, '!', 'client: reset'),
      ],
    },
  ],
};
const results: Results = { ...sampleResults(0), results: [result] };
const hash = '#/scenario/suite/sequence';

function line(atMs: number, from: SessionLine['from'], text: string): SessionLine {
  return { atMs, from, text };
}

async function open(options = {}): Promise<Page> {
  const page = await openReport(results, hash, options);
  await page.locator('.sequence [data-id]').first().waitFor();
  return page;
}

describe('suits everybody', () => {
  for (const width of [1280, 390])
    for (const colorScheme of ['light', 'dark'] as const)
      test(`at ${width} px, ${colorScheme}`, async () => {
        const page = await open({ width, colorScheme });
        await page.locator('[data-id="s0.1"]').click();
        await expectAccessible(page);
        await expectNoSidewaysScroll(page);
      });
});

test('shows who took part, what passed between them, and how long nothing did', async () => {
  const page = await open();
  const diagram = page.getByRole('group', { name: 'Sequence diagram' });
  expect(await diagram.locator('.head-name').allTextContents()).toEqual(['Client', 'DNS', 'b.x.test', 'a']);
  expect(await diagram.locator('.wait').allTextContents()).toEqual(['30 s later', '5 min later']);
  const names = await diagram
    .getByRole('button')
    .evaluateAll((steps) => steps.map((step) => step.getAttribute('aria-label')));
  expect(names).toContain('0.005, Client to DNS: x.test IN MX');
  expect(names).toContain('0.006, Client to DNS, in vain: a.x.test IN A over TCP');
  expect(names).toContain('0.009, Client: tries b, a, because MX records');
  expect(names).toContain('30.018, a to Client: 250-a, 250 SIZE');
});

test('a step is reached by keys, and shows its bytes and its line', async () => {
  const page = await open();
  await page.locator('.sequence rect[tabindex="0"]').focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.locator('[data-id="s0.0"]').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  expect(await page.locator('[data-id="s0.1"]').getAttribute('aria-pressed')).toBe('true');
  const details = page.locator('.step-details');
  expect(await details.locator('.step-where').textContent()).toBe('30.018Client → asession 1');
  expect(await details.locator('.bytes').textContent()).toContain('45 48 4c 4f 20 63 6c 69  EHLO cli');
  expect(await page.locator('.line.is-selected').allTextContents()).toEqual(['EHLO client.test']);
  await page.keyboard.press('Escape');
  expect(await page.locator('.line.is-selected').count()).toBe(0);
});

test('a moment of the dialogue, and a decision, lead to their place in the diagram', async () => {
  const page = await open();
  await page
    .getByRole('button', { name: /what happened at 30.018/ })
    .last()
    .click();
  expect(await page.locator('.step.is-selected [data-id]').getAttribute('data-id')).toBe('s0.2');
  expect(await page.locator('.line.is-selected').allTextContents()).toEqual(['250-a', '250 SIZE']);
  await page
    .getByRole('button', { name: /waits no longer/ })
    .last()
    .click();
  expect(await page.locator('.step.is-selected [data-id]').getAttribute('data-id')).toBe('d2');
});

test('repetition is folded, and opens by itself for what is selected in it', async () => {
  const page = await open();
  const fold = page.getByRole('button', { name: '39 more times the same, 78 steps' });
  expect(await fold.getAttribute('aria-expanded')).toBe('false');
  const before = await page.locator('.step').count();
  await fold.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('.step').count()).toBe(before + 78);
  await page.keyboard.press(' ');
  await expect.poll(() => page.locator('.step').count()).toBe(before);
  await page
    .getByRole('button', { name: /what happened at 30.030/ })
    .nth(40)
    .click();
  await expect.poll(() => fold.getAttribute('aria-expanded')).toBe('true');
});

test('zooms by buttons and keys, and leaves decisions out', async () => {
  const page = await open();
  const width = async () => (await page.locator('.sequence-canvas').boundingBox())?.width ?? 0;
  const whole = await width();
  await page.getByRole('button', { name: 'Zoom in' }).click();
  expect(await width()).toBeCloseTo(whole * 1.25, 0);
  await page.locator('.sequence rect[tabindex="0"]').focus();
  await page.keyboard.press('-');
  await page.keyboard.press('-');
  expect(await width()).toBeCloseTo(whole * 0.8, 0);
  await page.keyboard.press('0');
  expect(await width()).toBeCloseTo(whole, 0);
  await page.getByLabel('Decisions', { exact: true }).first().uncheck();
  expect(await page.locator('.step-decision').count()).toBe(0);
  expect(await page.locator('.step-timer').count()).toBe(1);
});

test('what a server says stays text', async () => {
  const page = await open();
  await page.locator('[data-id="s0.5"]').click();
  expect(await page.locator('.step-text').textContent()).toBe(hostile.replace('\u202E', '\\u{202e}'));
  expect(await page.title()).not.toMatch(/^\d$/);
  expect(await page.locator('.sequence img, .step-details img').count()).toBe(0);
});

test('records, notices, and the configuration beside its defaults', async () => {
  const page = await open();
  expect(await page.getByRole('row', { name: /delayed u@x\.test/ }).count()).toBe(1);
  await page.getByText('To postmaster: Errors').click();
  expect(await page.getByText('Transcript').isVisible()).toBe(true);
  const configuration = await page.getByRole('listitem').filter({ hasText: 'Default' }).allTextContents();
  expect(configuration.map((text) => text.split('. ')[0])).toEqual(['smtp_helo_timeout = 300sDefault: 300s']);
  expect(await page.getByText('of_another_program = empty').count()).toBe(1);
});
