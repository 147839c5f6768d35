/** `nexthop send`: one real delivery. */
import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { createClient, type Mail } from '../client/client.ts';
import { ConfigError } from '../client/config/config-error.ts';
import type { Settings } from '../client/config/register.ts';
import { type Message, messageFromBytes } from '../client/content/message.ts';
import { DestinationError } from '../client/destination.ts';
import type { ClientEvent } from '../client/events.ts';
import { mailLogLine } from '../client/outcome/mail-log.ts';
import type { Outcome, Service } from '../client/request.ts';
import { interruptible } from './interruptible.ts';
import { collect, type ParameterOptions, readConfiguration, withParameterOptions } from './parameters.ts';
import { address, dsnOptions, durationMs, nameServer, recipientAddress, usage } from './send-options.ts';
import { traceLine } from './trace.ts';
import { EXIT, UsageError } from './usage.ts';

interface SendOptions extends ParameterOptions {
  readonly from: string;
  readonly to: readonly string[];
  readonly nexthop?: string;
  readonly lmtp?: true;
  readonly dns?: string;
  readonly trace?: true;
  readonly json?: true;
  readonly age: string;
  readonly smtputf8?: true;
  readonly requiretls?: true;
  readonly dsn?: string;
  readonly probe?: true;
}

export function defineSend(program: Command): void {
  withParameterOptions(program.command('send'))
    .description('deliver one message, read from standard input or a file')
    .argument('[file]', 'the message; standard input when absent')
    .requiredOption('--from <address>', "envelope sender; '' is the null reverse-path")
    .option('--to <address>', 'envelope recipient; may be given several times', collect, [])
    .option('--nexthop <destination>', "where to deliver; each recipient's own domain when absent")
    .option('--lmtp', 'speak LMTP instead of SMTP')
    .option('--dns <address:port>', "name server to ask; the system's when absent")
    .option('--trace', 'show the dialogue on standard error')
    .option('--json', 'print the outcome as JSON')
    .option('--age <time>', 'how long the message counts as queued already', '0s')
    .option('--smtputf8', 'ask for SMTPUTF8 (RFC 6531)')
    .option(
      '--requiretls',
      'ask for REQUIRETLS (RFC 8689): smtp_requiretls_policy says which servers will do',
    )
    .option('--dsn <options>', 'notify=WORDS,ret=full|hdrs,envid=ID,orcpt=TYPE;ADDRESS (RFC 3461)')
    .option('--probe', 'find out whether the recipients are deliverable; send nothing')
    .action(async (file: string | undefined, options: SendOptions) => {
      process.exitCode = await send(file, options);
    });
}

async function send(file: string | undefined, options: SendOptions): Promise<number> {
  if (options.to.length === 0) usage('--to is missing: name at least one recipient');
  if (options.lmtp === true && options.nexthop === undefined)
    usage('--lmtp needs --nexthop, such as unix:/run/lmtp.sock');
  const sender = address('--from', options.from);
  const recipients = options.to.map((text) => recipientAddress(text));
  const { notify, originalRecipient, ...dsn } = options.dsn === undefined ? {} : dsnOptions(options.dsn);
  const queuedForMs = durationMs('--age', options.age);
  const nameServers = options.dns === undefined ? undefined : [nameServer(options.dns)];
  const { assigned, service } = await readConfiguration(options, EXIT.sendUsage);

  // What is told before the settings are known waits for them.
  const early: ClientEvent[] = [];
  let report = (event: ClientEvent): void => void early.push(event);
  const program = options.lmtp === true ? 'lmtp' : (service?.program ?? 'smtp');
  const client = await asUsage(() =>
    createClient({
      parameters: assigned,
      service: program,
      ...(service && { serviceName: service.name, flags: service.flags }),
      ...(nameServers && { nameServers }),
      onEvent: (event) => report(event),
    }),
  );
  report = reporter(client.settings, program, options);
  early.forEach(report);
  const mail: Mail = {
    sender,
    recipients: recipients.map((recipient) => ({
      address: recipient,
      originalAddress: recipient,
      ...(notify && { notify }),
      ...(originalRecipient !== undefined && { dsnOriginalRecipient: originalRecipient }),
    })),
    content: await readMessage(file, client.settings.message_size_limit),
    queuedForMs,
    smtputf8: options.smtputf8 === true,
    requireTls: options.requiretls === true,
    probe: options.probe === true,
    ...dsn,
    ...(options.nexthop !== undefined && { nexthop: options.nexthop }),
  };
  // Ctrl-C drops the sessions; what was not delivered is reported as deferred.
  const outcomes = await interruptible((signal) => asUsage(() => client.deliver(mail, { signal })));
  if (options.json === true)
    process.stdout.write(`${JSON.stringify({ recipients: outcomes.map(asJson) })}\n`);
  // One message is all there is: what smtp_connection_cache_destinations had kept is not needed.
  await client.close();
  return exitStatus(outcomes);
}

/** Mistakes in settings and destinations are the caller's. */
async function asUsage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConfigError) return usage(error.message);
    if (error instanceof DestinationError) return usage(`bad destination: ${error.message}`);
    throw error;
  }
}

/** Reads the whole message, at most `message_size_limit` bytes of it. */
async function readMessage(file: string | undefined, limitBytes: number): Promise<Message> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of file === undefined ? process.stdin : createReadStream(file)) {
      chunks.push(chunk);
      size += chunk.length;
      if (limitBytes > 0 && size > limitBytes) {
        return usage(`the message is larger than message_size_limit = ${limitBytes} bytes; raise it with -o`);
      }
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `cannot read the message from ${file ?? 'standard input'}: ${code ?? message}`,
      EXIT.noInput,
    );
  }
  return messageFromBytes(Buffer.concat(chunks));
}

/** The mail log on standard output, or on standard error when that carries JSON; the dialogue on standard error. */
function reporter(settings: Settings, service: Service, options: SendOptions): (event: ClientEvent) => void {
  const log = options.json === true ? process.stderr : process.stdout;
  return (event) => {
    if (options.trace === true) {
      const line = traceLine(event, service);
      if (line !== undefined) process.stderr.write(`${line}\n`);
    }
    const line = mailLogLine(event, settings);
    if (line !== undefined) log.write(`${line}\n`);
  };
}

function asJson(outcome: Outcome): Record<string, string> {
  return {
    address: outcome.recipient.address,
    status: outcome.status,
    dsn: outcome.dsn,
    relay: outcome.relay,
    ...outcome.passedTo,
    ...(outcome.reply === undefined ? { reason: outcome.reason } : { reply: outcome.reply }),
  };
}

function exitStatus(outcomes: readonly Outcome[]): number {
  // Nobody has a message yet that is for another transport of this mail system.
  if (outcomes.some(({ status }) => status === 'deferred' || status === 'passed')) return EXIT.deferred;
  return outcomes.some(({ status }) => status === 'bounced') ? EXIT.undeliverable : EXIT.ok;
}
