/** The Common Test Report Format, of which dashboards and pull-request bots read one file for any test tool. */
import { hash } from 'node:crypto';
import type { Results, Run } from '../../scenarios/results.ts';
import { changesText } from '../diff/words.ts';
import { type TestCase, testCases } from './cases.ts';

const specVersion = '0.0.0';
const statuses = { passed: 'passed', failed: 'failed', skipped: 'skipped', expected: 'other' } as const;

export function ctrfReport(results: Results): string {
  const { run, baseline } = results;
  const cases = testCases(results);
  const startMs = Date.parse(run.startedAt);
  const wallMs = Math.round(run.wallMs ?? cases.reduce((sum, { wallMs: own }) => sum + own, 0));
  const number = (wanted: string) => cases.filter(({ status }) => statuses[status] === wanted).length;
  const report = {
    reportFormat: 'CTRF',
    specVersion,
    reportId: uuidOf(run),
    timestamp: run.startedAt,
    generatedBy: `nexthop ${run.nexthop}`,
    results: {
      tool: { name: 'nexthop', version: run.nexthop },
      summary: {
        tests: cases.length,
        passed: number('passed'),
        failed: number('failed'),
        skipped: number('skipped'),
        pending: 0,
        other: number('other'),
        suites: new Set(cases.map(({ suite }) => suite)).size,
        start: startMs,
        stop: startMs + wallMs,
        duration: wallMs,
        ...(run.interrupted === true && { extra: { interrupted: true } }),
      },
      tests: cases.map(testOf),
      environment: { testEnvironment: run.world, extra: { seed: run.seed, eventHash: run.eventHash } },
    },
    ...(baseline !== undefined && {
      baseline: {
        reportId: uuidOf(baseline.run),
        timestamp: baseline.run.startedAt,
        source: `nexthop ${baseline.run.nexthop}`,
        extra: { changes: changesText(baseline.changes) },
      },
    }),
  };
  return `${JSON.stringify(report)}\n`;
}

function testOf(entry: TestCase) {
  const { result, name, suite, status, rawStatus, message, details, wallMs, changes } = entry;
  return {
    name: name === '' ? suite : name,
    status: statuses[status],
    rawStatus,
    duration: Math.round(wallMs),
    suite: [suite],
    ...(message !== '' && { message }),
    ...(details !== '' && { trace: details }),
    ...(result !== undefined && {
      ...(result.file !== undefined && { filePath: result.file }),
      ...(result.line !== undefined && { line: result.line }),
      tags: result.tags,
      parameters: {
        sender: result.sender,
        version: result.senderVersion,
        world: result.world,
        seed: result.seed,
      },
      extra: {
        title: result.title,
        clauses: result.clauses,
        replay: result.replay,
        virtualMs: result.virtualMs,
        ...(changes.length > 0 && {
          changes: changes.map(({ kind, regression, text }) => ({ kind, regression, text })),
        }),
      },
    }),
  };
}

/** The same for the same run, whenever its report is written: what one report says of another must find it. */
function uuidOf({ id }: Run): string {
  const digits = hash('sha256', id, 'hex');
  const parts = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
  ];
  return [...parts, digits.slice(20, 32)].join('-');
}
