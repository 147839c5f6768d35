/** `--main-cf`, `--master-cf`, `--service` and `-o`, which the commands that need a configuration share. */
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { ConfigError, shown } from '../client/config/config-error.ts';
import { parseMainCf } from '../client/config/main-cf.ts';
import { type DeliveryService, type MasterCf, parseMasterCf } from '../client/config/master-cf.ts';
import { mentionedNames, namesNobodyReads, undefinedNames, whyNotRead } from '../client/config/names.ts';
import { parseOverrides, readOverrides } from '../client/config/overrides.ts';
import type { Settings } from '../client/config/register.ts';
import { resolveSettings } from '../client/config/settings.ts';
import { nodePlatform, systemHostname } from '../client/platform/node.ts';
import { UsageError } from './usage.ts';

export interface ParameterOptions {
  readonly mainCf?: string;
  readonly masterCf?: string;
  readonly service?: string;
  readonly o: readonly string[];
}

export interface Configuration {
  /** The parameters assigned, not expanded yet. */
  readonly assigned: ReadonlyMap<string, string>;
  /** Names that `-o` of the command line assigned. */
  readonly chosen: ReadonlySet<string>;
  /** The entry of master.cf that was named. */
  readonly service?: DeliveryService;
}

/** Told one by one; to find the name that was meant takes a while. */
const ODD_NAMES_LIMIT = 100;

/** For options that may be given several times. */
export const collect = (value: string, previous: readonly string[]): readonly string[] => [
  ...previous,
  value,
];

export function withParameterOptions(command: Command): Command {
  return command
    .option('--main-cf <file>', 'Postfix configuration to take parameters from')
    .option('--master-cf <file>', 'services of that Postfix, whose -o options go over its parameters')
    .option('--service <name>', 'the service of --master-cf to be; smtp when absent')
    .option('-o <name=value>', 'set a parameter, over those of the files', collect, []);
}

/** Reads main.cf, below the service's options in master.cf, below `-o`. Mistakes are UsageErrors with the exit status given. */
export async function readConfiguration(
  options: ParameterOptions,
  exitStatus: number,
): Promise<Configuration> {
  try {
    const masterCf = options.masterCf === undefined ? undefined : await readMasterCf(options.masterCf);
    const service = findService(options, masterCf);
    const assigned =
      options.mainCf === undefined ? new Map() : await readMainCf(options.mainCf, masterCf?.arguments ?? []);
    if (service !== undefined) {
      const { overrides, problems } = readOverrides(service.overrides, assigned);
      for (const problem of problems) warn(`${options.masterCf}: service ${service.name}: ${problem}`);
      for (const [name, value] of overrides) assigned.set(name, value);
    }
    const chosen = parseOverrides(options.o, assigned);
    for (const [name, value] of chosen) assigned.set(name, value);
    for (const [name, parameter] of undefinedNames(assigned))
      warn(`${shown(parameter)}: $${shown(name)} stands for nothing; correct the name`);
    return { assigned, chosen: new Set(chosen.keys()), ...(service && { service }) };
  } catch (error) {
    const isMistake = error instanceof ConfigError || error instanceof UsageError;
    throw isMistake ? new UsageError(error.message, exitStatus) : error;
  }
}

/** Assignments of the file, but for names that mean nothing, there or in master.cf, which are warned of. */
async function readMainCf(file: string, mentioning: readonly string[]): Promise<Map<string, string>> {
  const { assigned, warnings } = parseMainCf(await readText('--main-cf', file), file);
  for (const warning of warnings) warn(warning);
  const odd = namesNobodyReads(assigned, mentioning);
  for (const name of odd.slice(0, ODD_NAMES_LIMIT)) warn(`${file}: ${shown(name)}: ${whyNotRead(name)}`);
  if (odd.length > ODD_NAMES_LIMIT)
    warn(`${file}: ${odd.length - ODD_NAMES_LIMIT} more names are no parameters`);
  for (const name of odd) assigned.delete(name);
  // Tables beside the file are named so; Postfix knows the directory from its -c.
  if (mentionedNames(assigned).has('config_directory') && !assigned.has('config_directory'))
    assigned.set('config_directory', dirname(resolve(file)));
  return assigned;
}

async function readMasterCf(file: string): Promise<MasterCf> {
  const masterCf = parseMasterCf(await readText('--master-cf', file), file);
  for (const warning of masterCf.warnings) warn(warning);
  return masterCf;
}

function findService(options: ParameterOptions, masterCf?: MasterCf): DeliveryService | undefined {
  if (masterCf === undefined && options.service !== undefined)
    throw new UsageError('--service needs --master-cf, the file that has it');
  const name = options.service ?? 'smtp';
  const found = masterCf?.services.get(name);
  if (masterCf === undefined || found !== undefined) return found;
  throw new UsageError(
    `--service: ${options.masterCf} has no service ${name} that runs smtp or lmtp; it has ${[...masterCf.services.keys()].join(', ') || 'none'}`,
  );
}

/** Far beyond the characters that either file may have. */
const FILE_LIMIT_BYTES = 10_000_000;

async function readText(option: string, file: string): Promise<string> {
  const { files } = nodePlatform();
  try {
    return Buffer.from(await files.read(file, FILE_LIMIT_BYTES)).toString('utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${option}: cannot read ${file}: ${code ?? message}`);
  }
}

export function warn(text: string): void {
  process.stderr.write(`nexthop: warning: ${text}\n`);
}

/**
 * Values that no delivery could use are a mistake of the command line, not a failure of each scenario. Returns the settings
 * of both services.
 */
export function checkedSettings(assigned: ReadonlyMap<string, string>): readonly Settings[] {
  try {
    const facts = { hostname: systemHostname() };
    return (['smtp', 'lmtp'] as const).map((service) => resolveSettings(assigned, service, facts));
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error;
  }
}
