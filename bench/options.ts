/** Options of the benchmarks: whole numbers with a default and bounds, and `--json`. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

export interface NumberOption {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Shown by `--help`. */
  readonly meaning: string;
}

export type Chosen<Name extends string> = Readonly<Record<Name, number>> & {
  readonly json: boolean;
  readonly operands: readonly string[];
};

/**
 * Reads the command line; a mistake or `--help` ends the process with one line, or one for each option. `operand` is what
 * may stand beside options, any number of times; nothing may when absent.
 */
export function readOptions<Name extends string>(
  program: string,
  options: Readonly<Record<Name, NumberOption>>,
  operand?: string,
): Chosen<Name> {
  const entries = Object.entries<NumberOption>(options);
  try {
    const flag = { type: 'boolean' } as const;
    const withNumber = Object.fromEntries(entries.map(([name]) => [name, { type: 'string' } as const]));
    const known: NonNullable<ParseArgsConfig['options']> = { ...withNumber, json: flag, help: flag };
    const { values, positionals } = parseArgs({ options: known, allowPositionals: operand !== undefined });
    if (values.help === true)
      return help(operand === undefined ? program : `${program} [${operand}...]`, options);
    const numbers = entries.map(([name, option]) => [name, chosen(name, values[name], option)]);
    return { ...Object.fromEntries(numbers), json: values.json === true, operands: positionals };
  } catch (error) {
    process.stderr.write(`${program}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

function chosen(name: string, text: unknown, { value, min, max }: NumberOption): number {
  if (typeof text !== 'string') return value;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < min || number > max) {
    throw new Error(`--${name}: '${text}' is not a whole number from ${min} to ${max}`);
  }
  return number;
}

function help(program: string, options: Readonly<Record<string, NumberOption>>): never {
  const lines = Object.entries(options).map(
    ([name, { value, meaning }]) => `  --${name.padEnd(12)} ${meaning} (default ${value})`,
  );
  process.stdout.write(`${program}\n${lines.join('\n')}\n  --json         figures as JSON\n`);
  process.exit(0);
}
