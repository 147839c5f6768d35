/** `--main-cf FILE` and `-o name=value`, which `run` and `send` share. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { ConfigError } from '../client/config/config-error.ts';
import { parseMainCf } from '../client/config/main-cf.ts';
import { parseOverrides } from '../client/config/overrides.ts';
import { resolveSettings } from '../client/config/settings.ts';
import { systemHostname } from '../client/platform/node.ts';
import { UsageError } from './usage.ts';

export interface ParameterOptions {
  readonly mainCf?: string;
  readonly o: readonly string[];
}

/** For options that may be given several times. */
export const collect = (value: string, previous: readonly string[]): readonly string[] => [
  ...previous,
  value,
];

export function withParameterOptions(command: Command): Command {
  return command
    .option('--main-cf <file>', 'Postfix configuration to take parameters from')
    .option('-o <name=value>', 'set a parameter, over those of the file', collect, []);
}

/** The parameters assigned, not expanded yet. Mistakes are UsageErrors with the exit status given. */
export async function readParameters(
  options: ParameterOptions,
  exitStatus: number,
): Promise<ReadonlyMap<string, string>> {
  const assigned = new Map<string, string>();
  try {
    if (options.mainCf !== undefined) {
      const { assigned: fromFile, warnings } = parseMainCf(await readMainCf(options.mainCf), options.mainCf);
      for (const warning of warnings) process.stderr.write(`nexthop: warning: ${warning}\n`);
      for (const [name, value] of fromFile) assigned.set(name, value);
    }
    for (const [name, value] of parseOverrides(options.o)) assigned.set(name, value);
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message, exitStatus);
    throw error;
  }
  return assigned;

  async function readMainCf(file: string): Promise<string> {
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new UsageError(`--main-cf: cannot read ${file}: ${code ?? message}`, exitStatus);
    }
  }
}

/** Values that no delivery could use are a mistake of the command line, not a failure of each scenario. */
export function checkValues(assigned: ReadonlyMap<string, string>): void {
  try {
    for (const service of ['smtp', 'lmtp'] as const) {
      resolveSettings(assigned, service, { hostname: systemHostname() });
    }
  } catch (error) {
    throw error instanceof ConfigError ? new UsageError(error.message) : error;
  }
}
