/** What can be asked of results and of clauses in a filter box. Pure: the page uses it in a browser. */
import type { Searched } from './filter.ts';
import type { PageClause, PageRow, PageSummary } from './model.ts';

export function searchedRows({ clauses }: PageSummary): Searched<PageRow> {
  const ids = new Map<PageRow['exercised'], readonly string[]>();
  const clauseIds = ({ exercised }: PageRow): readonly string[] => {
    const known = ids.get(exercised) ?? exercised.map(({ clause }) => clauses[clause]?.id ?? '');
    ids.set(exercised, known);
    return known;
  };
  return {
    texts: ({ scenario, title, sender, reason }) => [scenario, title, sender, reason],
    members: {
      verdict: ({ verdict }) => verdict,
      suite: ({ suite }) => suite,
      sender: ({ sender }) => sender,
      tag: ({ tags }) => tags,
      clause: clauseIds,
      world: ({ world }) => world,
      seed: ({ seed }) => String(seed),
      changed: ({ changed = [] }) => changed,
    },
  };
}

export const searchedClauses: Searched<PageClause> = {
  texts: ({ id, document, level, statement }) => [id, document, level, statement],
  members: {
    verdict: ({ verdict }) => verdict ?? 'never',
    document: ({ document }) => [document, document.replaceAll(' ', '')],
    level: ({ level }) => [level, level.replaceAll(' ', '-')],
    clause: ({ id }) => id,
    monitor: ({ monitors }) => monitors.map(({ name }) => name),
  },
};
