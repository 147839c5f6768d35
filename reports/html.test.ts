import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareResults, type Results } from '../scenarios/results.ts';
import { readElements } from '../tests/page-elements.ts';
import { sampleResult, sampleResults } from '../tests/sample-results.ts';
import { PageError, renderPage } from './html.ts';

const template = '<!doctype html><body><div id="app"></div><!-- results --><script>start()</script></body>';
const frame = template.split('<!-- results -->');

function hostile(text: string): Results {
  const base = sampleResult();
  return {
    ...sampleResults(0),
    results: [
      {
        ...base,
        scenario: `x${text}`,
        title: text,
        reason: text,
        clauses: [text],
        config: { [`a${text}`]: text },
        log: [text],
      },
    ],
  };
}

describe('the data in the page', () => {
  test('is what was stored, in stored order', () => {
    const results = sampleResults(120);
    const page = renderPage(results, template);
    const { summary, chunks } = readElements(page);
    expect(summary.run).toEqual(results.run);
    expect(summary.rows.map((row) => row.scenario)).toEqual(
      results.results.map((entry) => entry.scenario).sort(),
    );
    const next = chunks.map((chunk) => chunk.values());
    expect(summary.rows.map(({ chunk }) => next[chunk ?? -1]?.next().value)).toEqual(
      results.results.toSorted(compareResults),
    );
  });

  test.each([
    '</script><script>alert(1)</script>',
    '<!--<script>',
    '--><img src=x onerror=alert(1)>',
    "$& $` $' $$",
    '<!-- results -->',
    '\u2028\u2029\u0000\ud800',
  ])('never becomes markup: %j', (text) => {
    expectNoMarkup(text);
  });

  test('never becomes markup, whatever a server says', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '/',
      '!',
      '--',
      'script',
      '"',
      "'",
      '&lt;',
      '\\u003c',
      '$&',
      '\\',
      ']]>',
      ' ',
    );
    fc.assert(fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => expectNoMarkup(parts.join(''))));
  });
});

function expectNoMarkup(text: string): void {
  const results = hostile(text);
  const page = renderPage(results, template);
  expect(page.startsWith(frame[0] ?? '')).toBe(true);
  expect(page.endsWith(frame[1] ?? '')).toBe(true);
  const data = page.slice(frame[0]?.length, page.length - (frame[1]?.length ?? 0));
  expect(data.match(/</g)).toHaveLength(4);
  expect(data.match(/<script type="application\/octet-stream" id="[a-z0-9-]+">|<\/script>/g)).toHaveLength(4);
  expect(readElements(page).chunks[0]).toEqual(JSON.parse(JSON.stringify(results.results)));
}

test('a template without a place for the data is an error', () => {
  expect(() => renderPage(sampleResults(1), '<html></html>')).toThrow(PageError);
});
