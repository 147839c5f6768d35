/**
 * A diff names the regressions that somebody made on purpose, where the dialogue left the path, and blames nothing else.
 *
 * Each rule is broken in a copy of the sources, where the command runs as a user runs it. `NEXTHOP_REGRESSIONS=all` runs
 * every suite instead of some, and prints what was named.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readReport } from '../../reports/write.ts';
import type { Results } from '../../scenarios/results.ts';
import { type Finished, nexthop } from '../processes.ts';
import { root } from '../source-tree.ts';
import { type BrokenRule, brokenRules, suites } from './broken-rules.ts';

const everything = process.env.NEXTHOP_REGRESSIONS === 'all';
const selectors = everything ? [] : suites;
const limitMs = everything ? 600_000 : 120_000;

const folder = mkdtempSync(join(tmpdir(), 'nexthop-regressions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One copy for all, so that what does not change need not be compiled again. */
const copy = join(folder, 'copy');
const sources = ['cli', 'client', 'reports', 'scenarios', 'simulator', 'package.json'];

const run = (...options: string[]): Promise<Finished> =>
  nexthop(['run', ...selectors, ...options], { cwd: folder, main: join(copy, 'cli/main.ts'), limitMs });

/** Runs with the sources changed, and puts them back. */
async function runBroken({ file, text, becomes }: BrokenRule, ...options: string[]): Promise<Finished> {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  const parts = source.split(text);
  if (parts.length !== 2) throw new Error(`${file} has not exactly one '${text}'`);
  writeFileSync(path, parts.join(becomes));
  try {
    return await run(...options);
  } finally {
    writeFileSync(path, source);
  }
}

const baseline = join(folder, 'healthy');
let healthy: Results;
beforeAll(async () => {
  for (const source of sources) cpSync(join(root, source), join(copy, source), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const { status, stderr } = await run('--out', baseline);
  expect({ status, failed: stderr.match(/failed:.*/g) }).toEqual({ status: 0, failed: null });
  healthy = await readReport(baseline);
}, limitMs);

test('against itself the healthy client has changed nothing', async () => {
  const { status, stdout } = await nexthop(['diff', baseline, baseline]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^no regressions\n/m);
});

test.each(brokenRules)(
  'broken on purpose: $rule',
  async (rule) => {
    const out = join(folder, 'broken');
    const { status, stdout } = await runBroken(rule, '--baseline', baseline, '--out', out);
    const { changes = [] } = (await readReport(out)).baseline ?? {};
    const blamed = new Set(changes.map(({ of }) => of?.scenario ?? ''));
    const concerned = new Set(healthy.results.filter(rule.concerns).map(({ scenario }) => scenario));
    if (everything)
      process.stdout.write(`${rule.rule}: ${blamed.size} blamed of ${concerned.size} concerned\n${stdout}\n`);
    expect(status).toBe(1);
    expect([...blamed].filter((scenario) => !concerned.has(scenario))).toEqual([]);
    if (rule.always === true) expect([...concerned].filter((scenario) => !blamed.has(scenario))).toEqual([]);
    for (const scenario of rule.named) {
      const broken = changes.find(({ kind, of }) => kind === 'broken' && of?.scenario === scenario);
      expect(broken).toMatchObject({ regression: true, verdictBefore: 'passed', verdictNow: 'failed' });
      expect(broken?.differences?.length).toBeGreaterThan(0);
      expect(stdout).toContain(`BROKEN ${scenario} `);
    }
  },
  limitMs,
);
