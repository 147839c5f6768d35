/** `nexthop config`: the parameters in force, as postconf(1) shows them, and what is wrong with their values. */
import type { Command } from 'commander';
import { shown } from '../client/config/config-error.ts';
import { listParameters, namesToList } from '../client/config/listing.ts';
import { whyNotRead } from '../client/config/names.ts';
import { findProblems } from '../client/config/settings.ts';
import { systemHostname } from '../client/platform/node.ts';
import { type ParameterOptions, readConfiguration, warn, withParameterOptions } from './parameters.ts';
import { EXIT, UsageError } from './usage.ts';

interface ConfigOptions extends ParameterOptions {
  readonly n?: true;
  readonly d?: true;
  readonly x?: true;
  readonly h?: true;
}

export function defineConfig(program: Command): void {
  withParameterOptions(program.command('config'))
    .description('show parameters like postconf(1), and check their values')
    .argument('[name...]', 'the parameters to show; all when absent')
    .option('-n', 'only what is set')
    .option('-d', 'defaults instead of what is set')
    .option('-x', 'expand $name in values')
    .option('-h', 'values without their names')
    // As in postconf(1), -h is not about help.
    .helpOption('--help', 'display help for command')
    .action(async (names: readonly string[], options: ConfigOptions) => {
      process.exitCode = await config(names, options);
    });
}

async function config(names: readonly string[], options: ConfigOptions): Promise<number> {
  if (options.n === true && options.d === true) throw new UsageError('-n and -d exclude each other');
  const { assigned, service } = await readConfiguration(options, EXIT.usage);
  const facts = { hostname: systemHostname(), ...(service && { serviceName: service.name }) };
  const considered = options.d === true ? new Map<string, string>() : assigned;
  const wanted = names.length === 0 ? namesToList(considered, options.n === true) : knownOf(names, assigned);
  const listing = listParameters(considered, { facts, expanded: options.x === true, names: wanted });
  const problems = new Set([...findProblems(considered, facts), ...listing.problems]);
  for (const problem of problems) process.stderr.write(`nexthop: ${problem}\n`);
  for (const { name, value } of listing.settings) {
    const start = options.h === true ? '' : `${name} =${value && ' '}`;
    process.stdout.write(`${start}${value}\n`);
  }
  return problems.size === 0 ? EXIT.ok : EXIT.failed;
}

/** Whoever names parameters sees them set or not, as with postconf(1). */
function knownOf(names: readonly string[], assigned: ReadonlyMap<string, string>): string[] {
  const known = new Set(namesToList(assigned, false));
  for (const name of names.filter((each) => !known.has(each))) warn(`${shown(name)}: ${whyNotRead(name)}`);
  return names.filter((name) => known.has(name));
}
