import { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Result } from '../scenarios/results.ts';
import { sampleResult, sampleResults } from '../tests/sample-results.ts';
import { showProgress } from './progress.ts';
import { listedFailuresLimit, terminalSummary } from './terminal.ts';

class Screen extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 40;
  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }
  /** What a real terminal answers. */
  getColorDepth(): number {
    return WriteStream.prototype.getColorDepth.call(this, process.env);
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const failed = (more: Partial<Result> = {}): Result => ({
  ...sampleResult(),
  scenario: 'greeting/broken',
  verdict: 'failed',
  checks: [
    {
      clause: 'rfc5321-4.2-03',
      level: 'MUST',
      by: 'scenario',
      verdict: 'failed',
      evidence: 'saw QUIT\nnot RCPT',
    },
  ],
  ...more,
});
const run = sampleResults(0);
const summary = (results: Result[], isTTY = false) => terminalSummary({ ...run, results }, new Screen(isTTY));

afterEach(() => vi.unstubAllEnvs());

describe('the summary', () => {
  test('shows a failure with clause, evidence and replay command', () => {
    const text = summary([failed(), { ...sampleResult(1), verdict: 'passed' }]);
    expect(text).toContain('FAILED greeting/broken');
    expect(text).toContain('  rfc5321-4.2-03 MUST, scenario\n    saw QUIT\n    not RCPT\n');
    expect(text).toContain(`replay: ${failed().replay}`);
    expect(text).toMatch(/^2 results in .* simulated: 1 failed, 1 passed$/m);
    expect(text).toMatch(/^seed 1, event hash 9f1c/m);
  });

  test('without a check tells the reason', () => {
    expect(summary([failed({ checks: [], reason: 'the scenario threw' })])).toContain(
      '  the scenario threw\n',
    );
  });

  test('does not bury the terminal in failures', () => {
    const many = Array.from({ length: listedFailuresLimit + 9 }, (_, seed) => failed({ seed }));
    const text = summary(many);
    expect(text.match(/^FAILED/gm)).toHaveLength(listedFailuresLimit);
    expect(text).toContain('and 9 more failures, see the report');
  });

  test('tells of an interruption', () => {
    const text = terminalSummary(
      { ...run, run: { ...run.run, interrupted: true, selected: 5 }, results: [sampleResult()] },
      new Screen(false),
    );
    expect(text).toContain('interrupted: 1 of 5 finished');
  });

  test('lets no server write to the terminal', () => {
    const evil = '\u001b]0;owned\u0007\r\u001b[31m';
    const [check] = failed().checks;
    if (check === undefined) throw new Error('the sample has a check');
    const text = summary([
      failed({
        scenario: evil,
        title: evil,
        suite: evil,
        replay: evil,
        checks: [{ ...check, name: evil, evidence: evil }],
      }),
    ]);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(text).toContain('\\x1b]0;owned\\x07');
  });

  test('is coloured on a terminal only, and not against NO_COLOR', () => {
    vi.stubEnv('TERM', 'xterm');
    // A build machine is not expected to show colours.
    vi.stubEnv('CI', undefined);
    vi.stubEnv('FORCE_COLOR', undefined);
    vi.stubEnv('NO_COLOR', undefined);
    expect(summary([failed()], true)).toContain('\u001b[');
    expect(summary([failed()], false)).not.toContain('\u001b[');
    vi.stubEnv('NO_COLOR', '1');
    expect(summary([failed()], true)).not.toContain('\u001b[');
  });
});

describe('progress', () => {
  test('rewrites one line on a terminal, no wider than it, and clears it', () => {
    const screen = new Screen(true);
    let nowMs = 0;
    const progress = showProgress(screen, 3, { nowMs: () => nowMs });
    progress.add({ scenario: 'greeting/a'.repeat(10), verdict: 'passed', virtualMs: 1_000, reason: '' });
    progress.add({ scenario: 'greeting/too-soon', verdict: 'passed', virtualMs: 1_000, reason: '' });
    nowMs = 200;
    progress.add({ scenario: 'greeting/c', verdict: 'passed', virtualMs: 1_000, reason: '' });
    progress.end();
    const drawn = screen.text.split('\r');
    expect(drawn[1]).toMatch(/^1 of 3, 1 s simulated {2}greeting/);
    expect(drawn[1]?.replace('\u001b[K', '').length).toBeLessThan(40);
    expect(drawn[2]).toBe('3 of 3, 3 s simulated  greeting/c\u001b[K');
    expect(drawn[3]).toBe('\u001b[K');
    expect(screen.text).not.toContain('\n');
  });

  test('writes failures and a line now and then elsewhere', () => {
    const screen = new Screen(false);
    let nowMs = 0;
    const progress = showProgress(screen, 3, { nowMs: () => nowMs });
    progress.add({ scenario: 'greeting/a', verdict: 'passed', virtualMs: 0, reason: '' });
    progress.add({ scenario: 'greeting/b\u001b', verdict: 'failed', virtualMs: 0, reason: '' });
    nowMs = 20_000;
    progress.add({ scenario: 'greeting/c', verdict: 'passed', virtualMs: 0, reason: '' });
    progress.end();
    expect(screen.text).toBe('failed: greeting/b\\x1b\n3 of 3, 1 failed, 0 ms simulated\n');
  });

  const told = (scenario: string, more: Partial<Result> = {}): Result => ({
    ...sampleResult(),
    scenario,
    verdict: 'passed',
    virtualMs: 0,
    ...more,
  });

  test('tells failures above the live line, but those that are expected', () => {
    const screen = new Screen(true);
    const progress = showProgress(screen, 3, { nowMs: () => 0 });
    progress.add(told('a', { verdict: 'failed', reason: 'it said\nno' }));
    progress.add(told('b', { verdict: 'failed', reason: 'known', expected: 'a reason' }));
    progress.end();
    expect(stripVTControlCharacters(screen.text)).toBe(
      '\r✗ a: it said\\x0ano\n\r1 of 3, 1 failed, 0 ms simulated  a\r',
    );
  });

  test('does not tell of failures without end', () => {
    const screen = new Screen(false);
    const progress = showProgress(screen, 90, { nowMs: () => 0 });
    for (let index = 0; index < 90; index += 1) progress.add(told(`s${index}`, { verdict: 'failed' }));
    expect(screen.text.split('\n')).toHaveLength(51);
    expect(screen.text).toMatch(/failed: s49; further ones are counted only\n$/);
  });

  test('estimates what is left from the pace, and from what scenarios took before', () => {
    const screen = new Screen(false);
    let nowMs = 0;
    const weights: Readonly<Record<string, number>> = { slow: 90, quick: 5 };
    const progress = showProgress(screen, 3, {
      nowMs: () => nowMs,
      total: 100,
      weightOf: (scenario) => weights[scenario] ?? 0,
    });
    nowMs = 30_000;
    progress.add(told('quick'));
    nowMs = 60_000;
    progress.add(told('slow'));
    nowMs = 90_000;
    progress.add(told('quick'));
    expect(screen.text.match(/, about .* left/g)).toEqual([', about 9 min 30 s left', ', about 4 s left']);
  });
});
