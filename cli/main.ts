#!/usr/bin/env node
/** The `nexthop` command: finds the subcommand, and turns every mistake of use into one line and an exit status. */
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { watchStandardStreams } from './standard-streams.ts';
import { EXIT, UsageError } from './usage.ts';
import { nexthopVersion } from './version.ts';

// Stripping the types of the sources takes longer than a delivery, so what came of it is kept for the next time.
if (import.meta.filename.endsWith('.ts'))
  enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'nexthop'));

const program = new Command('nexthop')
  .description('Test bed for everything that sends mail')
  .version(nexthopVersion());
/** Only the command that is asked for is loaded: a delivery needs none of what a run needs. */
const definitions: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  run: async () => (await import('./run.ts')).defineRun,
  list: async () => (await import('./list.ts')).defineList,
  diff: async () => (await import('./diff.ts')).defineDiff,
  report: async () => (await import('./report.ts')).defineReport,
  history: async () => (await import('./history.ts')).defineHistory,
  ui: async () => (await import('./ui.ts')).defineUi,
  send: async () => (await import('./send.ts')).defineSend,
  agent: async () => (await import('./agent.ts')).defineAgent,
  serve: async () => (await import('./serve.ts')).defineServe,
  config: async () => (await import('./config.ts')).defineConfig,
};
const [, , named = ''] = process.argv;
const wanted = Object.hasOwn(definitions, named) ? [named] : Object.keys(definitions);
for (const name of wanted) (await definitions[name]?.())?.(program);
// Commander would print and exit by itself, with statuses of its own.
for (const command of [program, ...program.commands])
  command.exitOverride().configureOutput({ writeErr: () => {} });

watchStandardStreams();
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`nexthop: ${error.message}\n`);
    return error.exitStatus;
  }
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code === 'commander.help' && process.argv.length === 2) {
    process.stderr.write(program.helpInformation());
    return EXIT.usage;
  }
  const [first = ''] = error.message.split('\n');
  const mistake =
    error.code === 'commander.help'
      ? `no help about '${process.argv.slice(3).join(' ')}'`
      : first.replace(/^error: |\.$/g, '');
  process.stderr.write(`nexthop: ${mistake}; see nexthop --help\n`);
  return named === 'send' ? EXIT.sendUsage : EXIT.usage;
}
