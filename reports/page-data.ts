/**
 * The data of the page: the summary, and the complete results in chunks, each packed, compressed and written as an
 * element of its own. What it says comes from hostile servers, and none of it can become markup: it is base64.
 *
 * A page of more than `pageLimitBytes` could not be mailed. Evidence is left out of one that would be larger: first
 * of results that passed, and among these last of scenarios in which another result did not.
 */
import { deflateSync } from 'node:zlib';
import { compareResults, type Result, type Results, type Verdict } from '../scenarios/results.ts';
import { packColumns } from './columns.ts';
import { beforeElementId, chunkElementId, type PageSummary, summaryElementId } from './model.ts';
import { pageSummary } from './summary.ts';

export const pageLimitBytes = 15_000_000;
const chunkResults = 250;
/** As JSON; a chunk is unpacked whole when one of its results is looked at. */
const chunkCharacters = 4 * 1024 * 1024;

/** @param othersBytes of the page around the data */
export function dataElements(results: Results, othersBytes: number): string[] {
  const ordered = results.results.toSorted(compareResults);
  const summary = pageSummary(results, ordered);
  const chunks = chunksOf(byNeed(ordered)).map((members, chunk) => ({
    members,
    element: dataElement(
      chunkElementId(chunk),
      members.map(({ result }) => result),
    ),
  }));
  const whole = summaryElement(summary, chunks);
  const before = beforeElements(results);
  let bytes =
    othersBytes +
    whole.length +
    before.join('').length +
    chunks.reduce((sum, { element }) => sum + element.length, 0);
  const kept = [...chunks];
  while (bytes > pageLimitBytes && kept.length > 0) bytes -= kept.pop()?.element.length ?? 0;
  return [
    kept.length === chunks.length ? whole : summaryElement(summary, kept),
    ...before,
    ...kept.map(({ element }) => element),
  ];
}

/** What the baseline had, where something changed: few by the limits of the stored model. */
function beforeElements({ baseline }: Results): string[] {
  if (baseline === undefined) return [];
  return [
    dataElement(
      beforeElementId,
      baseline.changes.flatMap(({ before }) => before ?? []),
    ),
  ];
}

/** The evidence that is needed most first: what goes wrong is understood from it. */
function byNeed(ordered: readonly Result[]): Placed[] {
  const wanting = new Set(
    ordered.filter((result) => wantsEvidence(result.verdict)).map(({ scenario }) => scenario),
  );
  const rank = ({ result }: Placed) => {
    if (wantsEvidence(result.verdict)) return 0;
    return wanting.has(result.scenario) ? 1 : 2;
  };
  return ordered.map((result, row) => ({ result, row })).sort((a, b) => rank(a) - rank(b) || a.row - b.row);
}

interface Placed {
  readonly result: Result;
  readonly row: number;
}

function wantsEvidence(verdict: Verdict): boolean {
  return verdict === 'failed' || verdict === 'non-strict' || verdict === 'inconclusive';
}

/** Each in the order of rows. */
function chunksOf(placed: readonly Placed[]): Placed[][] {
  const chunks: Placed[][] = [];
  let characters = 0;
  for (const entry of placed) {
    const open = chunks.at(-1);
    if (open === undefined || open.length === chunkResults || characters > chunkCharacters) {
      chunks.push([entry]);
      characters = 0;
    } else open.push(entry);
    characters += JSON.stringify(entry.result).length;
  }
  return chunks.map((members) => members.sort((a, b) => a.row - b.row));
}

function summaryElement(
  summary: PageSummary,
  chunks: readonly { readonly members: readonly Placed[] }[],
): string {
  const chunkOf = new Map(chunks.flatMap(({ members }, chunk) => members.map(({ row }) => [row, chunk])));
  const rows = summary.rows.map((row, index) => {
    const chunk = chunkOf.get(index);
    return chunk === undefined ? row : { ...row, chunk };
  });
  return dataElement(summaryElementId, { ...summary, rows });
}

/** Nothing in base64 can end a script or open anything. */
export function dataElement(id: string, value: unknown): string {
  const data = deflateSync(JSON.stringify(packColumns(value)), { level: 9 }).toString('base64');
  return `<script type="application/octet-stream" id="${id}">${data}</script>`;
}
