/**
 * A siege: many messages through an agent that is killed at random moments, to a server that refuses, resets and loses
 * replies. What must come out: none lost, and none twice but where nobody could know that it had been delivered.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Installation } from '../../scenarios/senders/postfix/installation.ts';
import { type MailServer, startMailServer } from './mail-server.ts';
import { MailSystem } from './mail-system.ts';

export interface SiegeOptions {
  readonly installation: Installation;
  readonly messages: number;
  /** The agent lives at most so long, then it is killed. */
  readonly lifeMs: number;
  /** Of RCPT refused for now, connections reset and replies to the final dot lost, each one in so many. */
  readonly oneIn: number;
}

/** A recipient that was delivered to again, and why nobody could know. */
export interface Duplicate {
  readonly recipient: string;
  readonly cause:
    | 'the reply to the final dot was lost'
    | 'the agent was killed before it could mark it'
    | 'none';
}

export interface SiegeReport {
  readonly kills: number;
  readonly seconds: number;
  readonly lost: readonly string[];
  readonly duplicates: readonly Duplicate[];
}

/** A word that the log has for each message that has left the queue. */
const REMOVED = /: removed$/;
const SENDERS = 5;
const SERVICE = 'besieged';

export async function siege({ installation, messages, lifeMs, oneIn }: SiegeOptions): Promise<SiegeReport> {
  const server = await startMailServer();
  server.faults = faultsOf(oneIn);
  const port = await freePort();
  const system = new MailSystem({
    installation,
    transport: `${SERVICE}:[127.0.0.1]:${server.port}`,
    port,
    services: [`${SERVICE} unix - - n - 1 nexthop`],
  });
  const startedAt = performance.now();
  try {
    await system.start();
    const gone = new AbortController();
    const begun = new Promise<void>((resolve) => {
      server.onTaken = () => resolve();
    });
    const killing = begun.then(() => killAgain(system, lifeMs, gone.signal));
    const removed = allRemoved(system, messages);
    await system.run('smtp-source', [
      ...['-s', String(SENDERS), '-m', String(messages), '-N', '-l', '1000'],
      ...['-f', 'sender@client.test', '-t', '@example.test', `127.0.0.1:${port}`],
    ]);
    await removed;
    gone.abort();
    const killedAt = await killing;
    const seconds = (performance.now() - startedAt) / 1000;
    return { kills: killedAt.length, seconds, ...judge(server, system, messages, killedAt) };
  } finally {
    await system.stop();
    await server.close();
  }
}

/** Kills the agent of master(8), which starts another one, now and again; resolves with the times at which it did. */
async function killAgain(system: MailSystem, lifeMs: number, signal: AbortSignal): Promise<number[]> {
  const killedAt: number[] = [];
  while (!signal.aborted) {
    for (const id of system.agentsOf(SERVICE)) {
      process.kill(id, 'SIGKILL');
      killedAt.push(performance.now());
    }
    await setTimeout(Math.random() * lifeMs, undefined, { signal }).catch(() => {});
  }
  return killedAt;
}

function allRemoved(system: MailSystem, messages: number): Promise<void> {
  let left = messages;
  return new Promise((resolve) => {
    const ignore = system.log.onLine((line) => {
      if (!REMOVED.test(line)) return;
      left -= 1;
      if (left > 0) return;
      ignore();
      resolve();
    });
  });
}

function judge(
  { taken }: MailServer,
  { log }: MailSystem,
  messages: number,
  killedAt: readonly number[],
): Pick<SiegeReport, 'lost' | 'duplicates'> {
  const byRecipient = Map.groupBy(taken, ({ recipient }) => recipient);
  const sent = log.lines.flatMap((line) => /: to=<([^>]+)>.* status=sent /.exec(line)?.[1] ?? []);
  const told = Map.groupBy(sent, (recipient) => recipient);
  const all = Array.from({ length: messages }, (_, index) => `${index + 1}@example.test`);
  const duplicates = Array.from(byRecipient, ([recipient, each]) =>
    each.slice(1).map((again, index): Duplicate => {
      const { replied, askedAtMs } = each[index] ?? again;
      if (!replied) return { recipient, cause: 'the reply to the final dot was lost' };
      // What an agent had sent before it was killed is still taken after that.
      const wasKilled = killedAt.some((at) => at >= askedAtMs && at <= again.atMs);
      const wasKnown = (told.get(recipient)?.length ?? 0) > 1;
      return {
        recipient,
        cause: wasKilled && !wasKnown ? 'the agent was killed before it could mark it' : 'none',
      };
    }),
  ).flat();
  return { lost: all.filter((recipient) => !byRecipient.has(recipient)), duplicates };
}

function faultsOf(oneIn: number): MailServer['faults'] {
  const chance = () => Math.random() * oneIn < 1;
  return {
    refuses: () => (chance() ? '450 4.2.1 try later' : undefined),
    resets: chance,
    losesReply: chance,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
