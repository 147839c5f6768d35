/** `nexthop agent`: a transport of a running Postfix, in place of smtp(8) or lmtp(8). */
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { ConfigError } from '../client/config/config-error.ts';
import { nodePlatform, systemHostname } from '../client/platform/node.ts';
import { type Place, runAgent } from '../client/postfix/run.ts';
import { interruptible } from './interruptible.ts';
import { collect } from './parameters.ts';
import { EXIT, UsageError } from './usage.ts';

interface AgentOptions {
  readonly socket?: string;
  readonly lmtp?: true;
  readonly o: readonly string[];
  readonly n?: string;
  readonly u?: true;
  readonly c?: true;
  readonly s?: string;
}

const DEFAULT_CONFIG_DIRECTORY = '/etc/postfix';

export function defineAgent(program: Command): void {
  const command = program
    .command('agent')
    .description('serve a transport of a running Postfix, in place of smtp(8) or lmtp(8)')
    .argument('[attribute...]', 'flags=FLAGS, as in master.cf')
    .option('--socket <path>', 'listen here, such as private/NAME of the queue directory, beside master(8)')
    .option('--lmtp', 'be lmtp(8) rather than smtp(8)')
    .option('-o <name=value>', 'set a parameter, over those of main.cf', collect, []);
  // What master(8) adds when it starts a process.
  for (const [flags, meaning] of [
    ['-n <name>', 'name of the service'],
    ['-t <type>', 'type of its socket'],
    ['-s <count>', 'how many sockets there are'],
    ['-u', 'run as mail_owner'],
    ['-c', 'run in a chroot environment'],
    ['-l', 'one process at most'],
    ['-z', 'any number of processes'],
    ['-d', 'started for a debugger'],
    ['-v', 'log more'],
  ] as const)
    command.addOption(new Option(flags, meaning).hideHelp());
  command.action(async (attributes: readonly string[], options: AgentOptions) => {
    process.exitCode = await agent(attributes, options);
  });
}

async function agent(attributes: readonly string[], options: AgentOptions): Promise<number> {
  const platform = nodePlatform();
  const { MAIL_CONFIG: directory = DEFAULT_CONFIG_DIRECTORY } = platform.environment;
  const place = placeOf(options, platform.environment.GENERATION);
  const service = options.lmtp === true ? 'lmtp' : 'smtp';
  const serviceName = options.n ?? (options.socket === undefined ? 'nexthop' : basename(options.socket));
  try {
    await interruptible((signal) =>
      runAgent({
        service,
        serviceName,
        directory,
        overrides: options.o,
        flags: flagsOf(attributes),
        hostname: systemHostname(),
        platform,
        place,
        signal,
      }),
    );
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message);
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(`cannot serve ${serviceName}: ${message}`, EXIT.failed);
  }
  return EXIT.ok;
}

function placeOf(options: AgentOptions, generation: string | undefined): Place {
  if (options.socket !== undefined) return { is: 'besides', socket: resolve(options.socket) };
  if (generation === undefined || !/^[0-7]+$/.test(generation))
    throw new UsageError('agent: name the socket to listen on with --socket, or have master(8) start it');
  if (options.c === true)
    throw new UsageError('agent: it cannot change its root directory; write n for chroot in master.cf');
  if (options.s !== undefined && options.s !== '1')
    throw new UsageError('agent: it serves one socket; give the service in master.cf the type unix');
  return { is: 'managed', generation, unprivileged: options.u === true };
}

function flagsOf(attributes: readonly string[]): string {
  const [odd] = attributes.filter((attribute) => !attribute.startsWith('flags='));
  if (odd !== undefined) throw new UsageError(`agent: unknown attribute '${odd}'; it knows flags=`);
  return attributes.map((attribute) => attribute.slice('flags='.length)).join('');
}
