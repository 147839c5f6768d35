import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleResult, sampleResults } from '../tests/sample-results.ts';
import { boundResult } from './bound-result.ts';
import {
  attemptsLimit,
  type Check,
  checksLimit,
  compareResults,
  decisionsLimit,
  dialogueLinesLimit,
  evidenceLimitCharacters,
  lineLimitCharacters,
  logLinesLimit,
  noticeLinesLimit,
  noticesLimit,
  questionsLimit,
  type Result,
  recordsLimit,
  sessionsLimit,
} from './results.ts';
import { ResultsError, readResults, writeResults } from './results-file.ts';
import { ResultsReader, resultsLineLimitCharacters } from './results-reader.ts';

describe('writing and reading', () => {
  test('gives back what was written', () => {
    const results = sampleResults(40);
    const read = readResults(writeResults(results), 'results.json');
    expect(read.run).toEqual(results.run);
    expect(read.results).toEqual(results.results.toSorted(compareResults));
  });

  test('gives back any text a peer may send', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const result = withEvidence(text);
        const stored = writeResults({ ...sampleResults(0), results: [result] });
        expect(readResults(stored, 'results.json').results).toEqual([result]);
      }),
    );
  });

  test('is the same to the byte for any order of results and members', () => {
    const results = sampleResults(30);
    const shuffled = {
      results: results.results
        .toReversed()
        .map((result) => Object.fromEntries(Object.entries(result).reverse())),
      run: Object.fromEntries(Object.entries(results.run).reverse()),
      schema: results.schema,
    };
    const read = readResults(JSON.stringify(shuffled), 'shuffled.json');
    expect(writeResults(read)).toBe(writeResults(results));
  });

  test('drops members of a newer version', () => {
    const { run, schema } = sampleResults(0);
    const read = readResults(
      JSON.stringify({ schema, run: { ...run, later: 1 }, results: [], more: [] }),
      'newer.json',
    );
    expect(read).toEqual({ schema, run, results: [] });
  });

  test('writes one result in each line', () => {
    const lines = writeResults(sampleResults(3)).trimEnd().split('\n');
    const places = lines.flatMap((each, index) => (each.startsWith('{"scenario":') ? [index] : []));
    expect(places).toEqual([lines.length - 4, lines.length - 3, lines.length - 2]);
  });

  test('refuses to write what could not be read', () => {
    const result = { ...sampleResult(), virtualMs: Number.NaN };
    expect(() => writeResults({ ...sampleResults(0), results: [result] })).toThrow(
      /^results: results\[0\]\.virtualMs: /,
    );
  });
});

describe('checks of monitors that passed', () => {
  const quiet = { clause: 'rfc5321-2.1-01', level: 'RULE', by: 'monitor one-outcome' } as const;
  const passed = { ...quiet, verdict: 'passed', evidence: '' } as const;
  const checks: readonly Check[] = [
    passed,
    { ...passed, by: 'scenario' },
    { ...quiet, verdict: 'informational', evidence: 'tolerated' },
    { ...passed, name: 'named' },
    passed,
    { ...passed, clause: 'rfc5321-4.1.5-01' },
  ];
  const results = {
    ...sampleResults(0),
    results: [1, 2, 3].map((seed): Result => ({ ...sampleResult(), seed, checks: [...checks] })),
  };

  test('are stored once, and are themselves again where they were', () => {
    const stored = writeResults(results);
    expect(stored.match(/monitor one-outcome/g)).toHaveLength(2 + 3 * 2);
    const read = readResults(stored, 'results.json');
    expect(read).toEqual(results);
    expect(read.results[0]?.checks[0]).toBe(read.results[2]?.checks[4]);
  });

  test('have places that no order of results changes', () => {
    expect(writeResults({ ...results, results: results.results.toReversed() })).toBe(writeResults(results));
  });

  test('that the table does not hold are a mistake', () => {
    const stored = writeResults(results).replace(',0,1]', ',0,7]');
    expect(() => readResults(stored, 'x.json')).toThrow(
      new ResultsError('x.json: results[0].checks[5]: no such check in the table'),
    );
  });
});

describe('hostile files', () => {
  const { run } = sampleResults(0);
  const stored = writeResults(sampleResults(3));
  const at = (text: string) => stored.slice(0, stored.indexOf(text));
  const last = stored.split('\n').length;

  test.each([
    ['in the run', at('"startedAt"'), 'not JSON'],
    ['in a result', at('"outcomes"'), /^x\.json: line \d+ is not JSON; was the file cut short\?$/],
    ['after a result', stored.slice(0, stored.lastIndexOf('\n]')), `cut short in line ${last - 2}`],
    ['before the end', stored.slice(0, -2), 'not JSON'],
  ])('that end %s', (_, text, message) => {
    expect(() => readResults(text, 'x.json')).toThrow(
      typeof message === 'string' ? new ResultsError(`x.json: ${message}`) : message,
    );
  });

  test('of another layout name the line', () => {
    const indented = JSON.stringify(JSON.parse(stored), null, 2);
    expect(() => readResults(indented, 'x.json')).not.toThrow();
    const text = stored.replaceAll('{"scenario":', '{\n"scenario":');
    expect(() => readResults(text, 'x.json')).toThrow(
      /^x\.json: line \d+ is not JSON; was the file cut short\?$/,
    );
  });

  test('of a line without an end, and of more entries than there may be', () => {
    const reader = new ResultsReader('x.json');
    expect(() => reader.line('x'.repeat(resultsLineLimitCharacters + 1))).toThrow(
      new ResultsError(`x.json: line 1 is longer than ${resultsLineLimitCharacters} characters`),
    );
    const many = `{"schema":1,"run":${JSON.stringify(run)},"results":[],"problems":[\n${'"",\n'.repeat(1_001)}`;
    expect(() => readResults(many, 'x.json')).toThrow(
      new ResultsError('x.json: problems[1000]: more than 1000 entries'),
    );
  });

  test.each([
    ['', 'x.json: not JSON (the file is empty)'],
    ['{"schema":1,', 'x.json: not JSON'],
    ['['.repeat(200_000), 'x.json: not JSON'],
    ['null', 'x.json: not a results file of nexthop'],
    ['[]', 'x.json: not a results file of nexthop'],
    ['{"schema":"1"}', 'x.json: not a results file of nexthop'],
    ['{"schema":2}', 'x.json: schema version 2, this nexthop reads 1'],
  ])('%.20j', (text, message) => {
    expect(() => readResults(text, 'x.json')).toThrow(new ResultsError(message));
  });

  test.each([
    ['results[0].verdict', { verdict: 'perfect' }],
    [
      'results[0].checks[0].level',
      { checks: [{ clause: 'a', level: 'MUSTARD', by: '', verdict: 'passed', evidence: '' }] },
    ],
    [
      'results[0].sessions[0].port',
      { sessions: [{ host: 'a', address: '', port: 70_000, openedAtMs: 0, lines: [] }] },
    ],
    ['results[0].log', { log: Array.from({ length: logLinesLimit + 1 }, () => '') }],
    ['results[0].log[0]', { log: ['x'.repeat(lineLimitCharacters + 1)] }],
    [
      'results[0].config',
      { config: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`p${i}`, ''])) },
    ],
    ['results[0].scenario', { scenario: '' }],
  ])('a wrong %s is named', (path, wrong) => {
    const text = JSON.stringify({ schema: 1, run, results: [{ ...sampleResult(), ...wrong }] });
    expect(messageOf(() => readResults(text, 'x.json'))).toSatisfy((message: string) =>
      message.startsWith(`x.json: ${path}: `),
    );
  });

  test('anything at all is read or is an error of one line', () => {
    const { schema } = sampleResults(0);
    const files = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((results) => JSON.stringify({ schema, run, results })),
      fc.jsonValue().map((entry) => JSON.stringify({ schema, run: entry, results: [entry] })),
    );
    fc.assert(
      fc.property(files, (text) => {
        const message = messageOf(() => readResults(text, 'x.json'));
        if (message !== undefined) expect(message).toMatch(/^x\.json: [^\p{Cc}]{1,600}$/u);
      }),
    );
  });
});

describe('bounding evidence', () => {
  test('leaves a usual result alone', () => {
    expect(boundResult(sampleResult())).toEqual(sampleResult());
  });

  test('makes any result fit the schema, and counts what it left out', () => {
    const base = sampleResult();
    const [session] = base.sessions;
    const [check] = base.checks;
    if (session === undefined || check === undefined) throw new Error('the sample has sessions and checks');
    const long = 'é'.repeat(10_000);
    const line = { atMs: 0, from: 'S' as const, text: long };
    const full: Result = {
      ...base,
      reason: long,
      config: { smtp_helo_name: long },
      log: Array.from({ length: logLinesLimit + 7 }, () => long),
      decisions: Array.from({ length: decisionsLimit + 1 }, () => ({
        atMs: 0,
        about: 'TLS',
        text: long,
        because: long,
      })),
      attempts: Array.from({ length: attemptsLimit + 2 }, () => ({
        atMs: 0,
        host: long,
        address: long,
        port: 25,
        reason: long,
      })),
      questions: Array.from({ length: questionsLimit + 3 }, () => ({ atMs: 0, server: long, text: long })),
      records: Array.from({ length: recordsLimit + 4 }, () => ({
        service: 'defer' as const,
        address: long,
        action: 'delayed',
        dsn: '4.0.0',
        reason: long,
      })),
      notices: Array.from({ length: noticesLimit + 5 }, () => ({
        recipient: long,
        lines: Array.from({ length: noticeLinesLimit + 1 }, () => long),
      })),
      checks: [
        ...Array.from({ length: checksLimit }, () => ({ ...check, verdict: 'passed' as const })),
        { ...check, verdict: 'failed', evidence: long },
      ],
      sessions: Array.from({ length: sessionsLimit + 3 }, () => ({
        ...session,
        lines: Array.from({ length: dialogueLinesLimit - 1 }, () => line),
      })),
    };
    const bounded = boundResult(full);
    const read = readResults(writeResults({ ...sampleResults(0), results: [bounded] }), 'results.json');
    expect(read.results).toEqual([bounded]);
    expect(bounded.omitted).toEqual({
      checks: 1,
      sessions: 3,
      log: 7,
      decisions: 1,
      attempts: 2,
      questions: 3,
      records: 4,
      notices: 5,
      lines: (dialogueLinesLimit - 1) * sessionsLimit - dialogueLinesLimit,
    });
    expect(bounded.checks.at(-1)?.verdict).toBe('failed');
    expect(bounded.reason).toHaveLength(evidenceLimitCharacters);
  });

  test('never cuts a character in two', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), (offset) => {
        const text = `${'x'.repeat(offset)}${'😀'.repeat(lineLimitCharacters)}`;
        const [cut = ''] = boundResult({ ...sampleResult(), log: [text] }).log;
        expect(cut.isWellFormed()).toBe(true);
        expect(cut.endsWith('😀…')).toBe(true);
        expect(cut.length).toBeGreaterThanOrEqual(lineLimitCharacters - 1);
      }),
    );
  });
});

function withEvidence(text: string): Result {
  const base = sampleResult();
  return {
    ...base,
    log: [text],
    config: { smtp_helo_name: text },
    sessions: [
      { host: text, address: '192.0.2.1', port: 25, openedAtMs: 0, lines: [{ atMs: 0, from: 'S', text }] },
    ],
  };
}

function messageOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof ResultsError) return error.message;
    throw error;
  }
}
