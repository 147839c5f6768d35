#!/usr/bin/env node
/** The `nexthop` command: finds the subcommand, and turns every mistake of use into one line and an exit status. */
import { Command, CommanderError } from 'commander';
import { defineList } from './list.ts';
import { defineReport } from './report.ts';
import { defineRun } from './run.ts';
import { defineSend } from './send.ts';
import { watchStandardStreams } from './standard-streams.ts';
import { EXIT, UsageError } from './usage.ts';
import { nexthopVersion } from './version.ts';

const program = new Command('nexthop')
  .description('Test bed for everything that sends mail')
  .version(nexthopVersion());
for (const define of [defineRun, defineList, defineReport, defineSend]) define(program);
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
  return process.argv[2] === 'send' ? EXIT.sendUsage : EXIT.usage;
}
