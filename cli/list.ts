/** `nexthop list`: what there is to select, verify, test and set. */
import { Argument, type Command } from 'commander';
import { entries } from '../client/config/entries.ts';
import { cases } from '../scenarios/cases.ts';
import { clauses } from '../scenarios/clauses.ts';
import { LoadError, loadSuites } from '../scenarios/load.ts';
import { findSenders, senderNames } from '../scenarios/senders/find.ts';
import { EXIT, UsageError } from './usage.ts';
import { nexthopVersion } from './version.ts';

/** One thing: the columns of a line, and the same for programs. */
interface Item {
  readonly columns: readonly string[];
  readonly data: object;
}

export function defineList(program: Command): void {
  program
    .command('list')
    .description('list scenarios, clauses, cases, senders or parameters')
    .addArgument(new Argument('[what]').choices(Object.keys(listings)).default('scenarios'))
    .option('--json', 'as JSON')
    .action(async (what: keyof typeof listings, options: { readonly json?: true }) => {
      const items = await listings[what]().catch((error: unknown) => {
        throw error instanceof LoadError ? new UsageError(error.message) : error;
      });
      process.stdout.write(options.json === true ? asJson(items) : asTable(items));
      process.exitCode = EXIT.ok;
    });
}

const listings = {
  async scenarios(): Promise<readonly Item[]> {
    const loaded = await loadSuites();
    return loaded.map(({ scenario: { id, suite, title, tags, worlds, origins, clauses: ids } }) => ({
      columns: [id, title],
      data: { id, suite, title, clauses: ids, origins, tags, worlds },
    }));
  },
  async clauses(): Promise<readonly Item[]> {
    const scenarios = (await loadSuites()).map(({ scenario }) => scenario);
    return clauses().map(({ id, level, statement, scope, testable }) => {
      const exercising = scenarios.filter(
        ({ clauses: ids, expect }) =>
          ids.includes(id) || expect.some((expectation) => expectation.clauses?.includes(id)),
      );
      return {
        columns: [id, level, String(exercising.length), statement],
        data: { id, level, scope, testable, statement, scenarios: exercising.map((scenario) => scenario.id) },
      };
    });
  },
  async cases(): Promise<readonly Item[]> {
    const scenarios = (await loadSuites()).map(({ scenario }) => scenario);
    return [...cases().values()].map((entry) => {
      const showing = scenarios.filter(({ origins }) => origins.includes(entry.id)).map(({ id }) => id);
      return {
        columns: [entry.id, String(showing.length), `${entry.situation} -> ${entry.expected}`],
        data: { ...entry, scenarios: showing },
      };
    });
  },
  async senders(): Promise<readonly Item[]> {
    const { senders, missing } = await findSenders(senderNames, nexthopVersion());
    return [
      ...senders.map(({ name, version, worlds, claims }) => ({
        columns: [name, version, worlds.join(','), [...claims].join(',')],
        data: { name, version, worlds, claims: [...claims] },
      })),
      ...missing.map(({ name, install }) => ({
        columns: [name, 'not installed', '', install],
        data: { name, install },
      })),
    ];
  },
  async parameters(): Promise<readonly Item[]> {
    const scenarios = (await loadSuites()).map(({ scenario }) => scenario);
    return entries.map((entry) => {
      const showing = scenarios.filter(({ clauses: ids }) => ids.includes(`postfix:${entry.name}`));
      return {
        columns: [entry.name, entry.default, String(showing.length), entry.meaning],
        data: { ...entry, scenarios: showing.map(({ id }) => id) },
      };
    });
  },
};

function asJson(items: readonly Item[]): string {
  return `${JSON.stringify(
    items.map(({ data }) => data),
    undefined,
    2,
  )}\n`;
}

/** Columns as wide as their content, but for the last. */
function asTable(items: readonly Item[]): string {
  const widths = (items[0]?.columns ?? []).map((_, column) =>
    Math.min(COLUMN_LIMIT, Math.max(...items.map(({ columns }) => columns[column]?.length ?? 0))),
  );
  return items
    .map(
      ({ columns }) =>
        `${columns
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

const COLUMN_LIMIT = 48;
