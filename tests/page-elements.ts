/** Reads the data out of a report page as a browser would: an element ends at the first end of a script. */
import { inflateSync } from 'node:zlib';
import { unpackColumns } from '../reports/columns.ts';
import { chunkElementId, type PageSummary, summaryElementId } from '../reports/model.ts';
import type { Result } from '../scenarios/results.ts';

export interface PageElements {
  readonly summary: PageSummary;
  readonly chunks: readonly (readonly Result[])[];
}

export function readElements(page: string): PageElements {
  const summary = valueIn(page, summaryElementId) as PageSummary;
  const chunks: (readonly Result[])[] = [];
  for (let chunk = 0; page.includes(`id="${chunkElementId(chunk)}"`); chunk += 1) {
    chunks.push(valueIn(page, chunkElementId(chunk)) as readonly Result[]);
  }
  return { summary, chunks };
}

function valueIn(page: string, id: string): unknown {
  const start = `<script type="application/octet-stream" id="${id}">`;
  const from = page.indexOf(start) + start.length;
  const data = Buffer.from(page.slice(from, page.indexOf('</script', from)), 'base64');
  return unpackColumns(JSON.parse(inflateSync(data).toString()));
}
