/**
 * How many messages a second our client hands over on loopback, beside its peers in the same run: the mailers take
 * turns within each round, and each round starts with another one, so that a drift of the machine hits them alike.
 *
 *     node bench/throughput.ts [--rounds N] [--messages N] [--connections N] [--json]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuMs, type Spread, showSpread, spreadOf, table } from './figures.ts';
import { type Mailer, nodeMailers, postfixMailers } from './mailers.ts';
import { readOptions } from './options.ts';
import { type Sink, startSink } from './sink.ts';

interface Load {
  readonly name: string;
  readonly contentBytes: number;
  readonly recipients: number;
  /** Of the messages that `--messages` asks for: heavy loads need fewer for as steady a figure. */
  readonly share: number;
}

const loads: readonly Load[] = [
  { name: '5 kB, 1 recipient', contentBytes: 5_000, recipients: 1, share: 1 },
  { name: '200 kB, 1 recipient', contentBytes: 200_000, recipients: 1, share: 0.5 },
  { name: '5 kB, 50 recipients', contentBytes: 5_000, recipients: 50, share: 0.5 },
];

interface Sample {
  readonly perSecond: number;
  /** Undefined for programs of their own. */
  readonly cpuMsPerMessage: number | undefined;
}

interface MailerFigures {
  readonly mailer: string;
  readonly perSecond: Spread;
  readonly cpuMsPerMessage: Spread | undefined;
  /** Our messages per second over this mailer's, round by round. */
  readonly oursOverThis: Spread;
}

const options = readOptions('bench/throughput.ts', {
  rounds: { value: 5, min: 1, max: 100, meaning: 'counted rounds; one more warms up' },
  messages: { value: 400, min: 10, max: 100_000, meaning: 'messages of a mailer in a round' },
  connections: { value: 10, min: 1, max: 100, meaning: 'connections at a time' },
});
const folder = mkdtempSync(join(tmpdir(), 'nexthop-bench-'));
const sink = await startSink();
try {
  const mailers = [...nodeMailers, ...(sink.name === 'smtp-sink' ? postfixMailers : [])];
  const measured = [];
  for (const load of loads) measured.push({ load, mailers: await measure(load, mailers, sink) });
  if (options.json) {
    const figures = measured.map(({ load, mailers: each }) => ({ load: load.name, mailers: each }));
    process.stdout.write(`${JSON.stringify({ server: sink.name, ...options, figures })}\n`);
  } else {
    const { rounds, connections } = options;
    process.stdout.write(
      `server: ${sink.name}; ${connections} connections; median (min to max) of ${rounds} rounds\n`,
    );
    for (const { load, mailers: each } of measured) process.stdout.write(`\n${show(load, each)}`);
  }
} finally {
  await sink.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(load: Load, mailers: readonly Mailer[], { port }: Sink): Promise<MailerFigures[]> {
  const content = messageOf(load.contentBytes);
  const file = join(folder, 'message.eml');
  // smtp-source ends the lines itself.
  writeFileSync(file, content.toString().replaceAll('\r\n', '\n'));
  const batch = {
    port,
    messages: Math.ceil(options.messages * load.share),
    connections: options.connections,
    recipients: Array.from({ length: load.recipients }, (_, index) => `user${index}@example.test`),
    content,
    file,
  };
  const samples = new Map<Mailer, Sample[]>(mailers.map((mailer) => [mailer, []]));
  for (let round = 0; round <= options.rounds; round += 1) {
    const first = round % mailers.length;
    for (const mailer of [...mailers.slice(first), ...mailers.slice(0, first)]) {
      const startedMs = performance.now();
      const startedCpuMs = cpuMs();
      await mailer.send(batch);
      const cpu = (cpuMs() - startedCpuMs) / batch.messages;
      const perSecond = (batch.messages * 1000) / (performance.now() - startedMs);
      const sample = { perSecond, cpuMsPerMessage: mailer.inProcess ? cpu : undefined };
      if (round > 0) samples.get(mailer)?.push(sample);
    }
  }
  const [ours = []] = samples.values();
  return [...samples].map(([mailer, its]) => figuresOf(mailer, its, ours));
}

function figuresOf(mailer: Mailer, its: readonly Sample[], ours: readonly Sample[]): MailerFigures {
  const cpu = its.flatMap(({ cpuMsPerMessage }) => cpuMsPerMessage ?? []);
  return {
    mailer: mailer.name,
    perSecond: spreadOf(its.map(({ perSecond }) => perSecond)),
    cpuMsPerMessage: cpu.length === 0 ? undefined : spreadOf(cpu),
    oursOverThis: spreadOf(
      its.map(({ perSecond }, round) => (ours[round]?.perSecond ?? Number.NaN) / perSecond),
    ),
  };
}

/** A header and lines of 72 characters, some of which begin with a dot. */
function messageOf(bytes: number): Buffer {
  const header = `From: <sender@client.test>\r\nTo: <user@example.test>\r\nSubject: benchmark\r\n\r\n`;
  const lines = ['.'.padEnd(72, 'a'), ...Array.from({ length: 9 }, () => 'b'.repeat(72)), ''].join('\r\n');
  return Buffer.from(
    `${header}${lines.repeat(Math.ceil(bytes / lines.length))}`.slice(0, bytes - 2).concat('\r\n'),
  );
}

function show(load: Load, mailers: readonly MailerFigures[]): string {
  const twoDigits = (value: number) => value.toFixed(2);
  return table([
    [load.name, 'messages/s', 'nexthop over this', 'CPU ms/message'],
    ...mailers.map(({ mailer, perSecond, oursOverThis, cpuMsPerMessage }) => [
      mailer,
      showSpread(perSecond),
      showSpread(oursOverThis, twoDigits),
      cpuMsPerMessage === undefined ? '' : showSpread(cpuMsPerMessage, twoDigits),
    ]),
  ]);
}
