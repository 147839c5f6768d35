/** `nexthop config`: the parameters in force, as postconf(1) shows them, and what is wrong with their values. */
import type { Command } from 'commander';
import { listParameters } from '../client/config/listing.ts';
import { clientNames, namesNotRead, whyNotRead } from '../client/config/names.ts';
import { findProblems } from '../client/config/settings.ts';
import { systemHostname } from '../client/platform/node.ts';
import { type ParameterOptions, readConfiguration, warn, withParameterOptions } from './parameters.ts';
import { EXIT, UsageError } from './usage.ts';

interface ConfigOptions extends ParameterOptions {
  readonly n?: true;
  readonly d?: true;
  readonly x?: true;
}

export function defineConfig(program: Command): void {
  withParameterOptions(program.command('config'))
    .description('show parameters like postconf(1), and check their values')
    .argument('[name...]', 'the parameters to show; all when absent')
    .option('-n', 'only what is set')
    .option('-d', 'defaults instead of what is set')
    .option('-x', 'expand $name in values')
    .action(async (names: readonly string[], options: ConfigOptions) => {
      process.exitCode = await config(names, options);
    });
}

async function config(names: readonly string[], options: ConfigOptions): Promise<number> {
  if (options.n === true && options.d === true) throw new UsageError('-n and -d exclude each other');
  const { assigned, service } = await readConfiguration(options, EXIT.usage);
  const facts = { hostname: systemHostname(), ...(service && { serviceName: service.name }) };
  const shown = options.d === true ? new Map<string, string>() : assigned;
  const problems = findProblems(shown, facts);
  for (const problem of problems) process.stderr.write(`nexthop: ${problem}\n`);
  const wanted = namesToShow(names, assigned, options.n === true);
  const expanded = options.x === true && problems.length === 0;
  for (const line of listParameters(shown, { facts, expanded, names: wanted }))
    process.stdout.write(`${line}\n`);
  return problems.length === 0 ? EXIT.ok : EXIT.failed;
}

/** Parameters of the client, and names of the file's own that their values mention. */
function namesToShow(
  names: readonly string[],
  assigned: ReadonlyMap<string, string>,
  onlyAssigned: boolean,
): readonly string[] {
  const foreign = new Set(namesNotRead(assigned));
  const own = [...assigned.keys()].filter((name) => !foreign.has(name));
  const all = new Set([...(onlyAssigned ? [] : clientNames), ...own]);
  if (names.length === 0) return [...all].sort();
  const known = new Set([...clientNames, ...own]);
  for (const name of names.filter((each) => !known.has(each))) warn(`${name}: ${whyNotRead(name)}`);
  return names.filter((name) => (onlyAssigned ? all : known).has(name));
}
