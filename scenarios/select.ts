/**
 * Selectors: which scenarios a command line means.
 *
 * A selector is a scenario's id, a glob over ids (`greeting/*`), a suite, a clause, a tag, or the path of a file.
 */
import { stat } from 'node:fs/promises';
import { nearest } from './definition.ts';
import { globTest } from './glob.ts';
import { type LoadedScenario, loadFile } from './load.ts';

export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

/**
 * The scenarios that any selector matches, without repeats, in order of ids; all when there are no selectors.
 * @throws SelectorError for a selector that matches nothing; LoadError for a bad file
 */
export async function select(
  loaded: readonly LoadedScenario[],
  selectors: readonly string[],
): Promise<LoadedScenario[]> {
  const chosen = new Map<string, LoadedScenario>();
  const add = (entry: LoadedScenario) => {
    const known = chosen.get(entry.scenario.id);
    if (known !== undefined && known.file !== entry.file) {
      throw new SelectorError(
        `two scenarios are called '${entry.scenario.id}'; rename the one in ${entry.file}`,
      );
    }
    chosen.set(entry.scenario.id, entry);
  };
  if (selectors.length === 0) loaded.forEach(add);
  for (const selector of selectors) {
    const matched = loaded.filter((entry) => matchesSelector(entry, selector));
    const found = matched.length > 0 ? matched : await scenariosOfFile(selector);
    if (found === undefined) throw new SelectorError(unmatched(selector, loaded));
    found.forEach(add);
  }
  return [...chosen.values()].sort((a, b) => (a.scenario.id < b.scenario.id ? -1 : 1));
}

function matchesSelector({ scenario }: LoadedScenario, selector: string): boolean {
  if (selector === scenario.id || selector === scenario.suite) return true;
  if (scenario.tags.includes(selector) || scenario.clauses.includes(selector)) return true;
  if (scenario.expect.some((expectation) => expectation.clauses?.includes(selector) === true)) return true;
  return selector.includes('*') && globTest(selector)(scenario.id);
}

async function scenariosOfFile(selector: string): Promise<LoadedScenario[] | undefined> {
  const looksLikeFile = /\.(?:ts|js|mts|mjs)$/.test(selector);
  const exists = await stat(selector).then(
    (found) => found.isFile(),
    () => false,
  );
  return looksLikeFile || exists ? loadFile(selector) : undefined;
}

function unmatched(selector: string, loaded: readonly LoadedScenario[]): string {
  const words = loaded.flatMap(({ scenario }) => [
    scenario.id,
    scenario.suite,
    ...scenario.tags,
    ...scenario.clauses,
  ]);
  const near = nearest(selector, new Set(words));
  return `no scenario matches '${selector}'${near === undefined ? '; `nexthop list` shows them' : `, did you mean '${near}'?`}`;
}
