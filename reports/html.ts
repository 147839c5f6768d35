/**
 * The HTML report: the data of page-data.ts put into the page that `npm run build:page` makes of `page/`. It is one
 * file and needs no network.
 */
import { readFile } from 'node:fs/promises';
import type { Results } from '../scenarios/results.ts';
import { dataElements } from './page-data.ts';

const dataMark = '<!-- results -->';
/** On both sides of the plots of the history. */
export const plotsMark = '<!-- plots -->';

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
export function renderPage(results: Results, whole: string): string {
  const template = results.history === undefined ? withoutPlots(whole) : whole;
  const parts = template.split(dataMark);
  const [before, after] = parts;
  if (before === undefined || after === undefined || parts.length !== 2) {
    throw new PageError(`the report page must contain ${dataMark} once`);
  }
  return [before, ...dataElements(results, Buffer.byteLength(template)), after].join('\n');
}

function withoutPlots(template: string): string {
  const [before = '', _, after = ''] = template.split(plotsMark);
  return before + after;
}
