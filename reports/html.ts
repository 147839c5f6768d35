/**
 * The HTML report: results put as JSON into the page that `npm run build:page` makes of `page/`.
 *
 * The page is one file and needs no network. What it shows comes from hostile servers, so the data must never become
 * markup: inside a script element only `<` can end or open anything, and no `<` is left in it.
 */
import { readFile } from 'node:fs/promises';
import { compareResults, type Results } from '../scenarios/results.ts';
import { chunkElementId, type PageSummary, summaryElementId } from './model.ts';
import { pageSummary } from './summary.ts';

const chunkSize = 50;
const dataMark = '<!-- results -->';

export class PageError extends Error {
  override name = 'PageError';
}

/**
 * The built page without results.
 * @throws PageError when it was not built
 */
export async function readTemplate(): Promise<string> {
  try {
    return await readFile(new URL('./page/template.html', import.meta.url), 'utf8');
  } catch {
    throw new PageError('the report page is not built; run: npm run build:page');
  }
}

/** The complete report. */
export function renderPage(results: Results, template: string): string {
  const parts = template.split(dataMark);
  const [before, after] = parts;
  if (before === undefined || after === undefined || parts.length !== 2) {
    throw new PageError(`the report page must contain ${dataMark} once`);
  }
  return [before, ...dataElements(results), after].join('\n');
}

function dataElements(results: Results): string[] {
  const ordered = results.results.toSorted(compareResults);
  const summary: PageSummary = { ...pageSummary(results, ordered), chunkSize };
  const elements = [dataElement(summaryElementId, summary)];
  for (let start = 0; start < ordered.length; start += chunkSize) {
    elements.push(dataElement(chunkElementId(start / chunkSize), ordered.slice(start, start + chunkSize)));
  }
  return elements;
}

function dataElement(id: string, value: unknown): string {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return `<script type="application/json" id="${id}">${json}</script>`;
}
