/**
 * What one `nexthop send` costs from start to end, for a small message on loopback: processor time of the whole process
 * and wall time, beside a Node.js that does nothing.
 *
 *     node bench/startup.ts [--rounds N] [--json]
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Spread, showSpread, spreadOf, table } from './figures.ts';
import { readOptions } from './options.ts';
import { startSink } from './sink.ts';

interface Figures {
  readonly what: string;
  readonly cpuMs: Spread;
  readonly wallMs: Spread;
}

const run = promisify(execFile);
/** Tells the processor time of its process at the very end. */
const meter = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => { const { user, system } = process.cpuUsage(); process.stderr.write(`cpu ${(user + system) / 1000}\\n`); });",
)}`;

const options = readOptions('bench/startup.ts', {
  rounds: { value: 15, min: 1, max: 1000, meaning: 'counted runs; one more warms up' },
});
const folder = mkdtempSync(join(tmpdir(), 'nexthop-bench-'));
const message = join(folder, 'message.eml');
writeFileSync(message, 'Subject: start-up\n\nOne line.\n');
const sink = await startSink();
try {
  const command = join(import.meta.dirname, '..', 'cli', 'main.ts');
  const envelope = ['--from', 'a@sender.test', '--to', 'b@example.test'];
  const send = [command, 'send', ...envelope, '--nexthop', `[127.0.0.1]:${sink.port}`];
  const measured = [
    await measure('nothing', ['--eval', '0']),
    await measure('nexthop send', [...send, message]),
    await measure('with generic maps', [...send, '-o', 'smtp_generic_maps=inline:{a=b}', message]),
  ];
  if (options.json) process.stdout.write(`${JSON.stringify({ ...options, figures: measured })}\n`);
  else {
    const milliseconds = (spread: Spread) => showSpread(spread, (value) => value.toFixed(0));
    process.stdout.write(`median (min to max) of ${options.rounds} runs, in ms\n`);
    process.stdout.write(
      table([
        ['', 'CPU', 'wall'],
        ...measured.map(({ what, cpuMs, wallMs }) => [what, milliseconds(cpuMs), milliseconds(wallMs)]),
      ]),
    );
  }
} finally {
  await sink.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(what: string, args: readonly string[]): Promise<Figures> {
  const samples: { cpuMs: number; wallMs: number }[] = [];
  for (let round = 0; round <= options.rounds; round += 1) {
    const startedAtMs = performance.now();
    const { stderr } = await run(process.execPath, ['--import', meter, ...args]);
    const wallMs = performance.now() - startedAtMs;
    const cpuMs = Number(/^cpu ([\d.]+)$/m.exec(stderr)?.[1]);
    if (round > 0) samples.push({ cpuMs, wallMs });
  }
  return {
    what,
    cpuMs: spreadOf(samples.map((sample) => sample.cpuMs)),
    wallMs: spreadOf(samples.map((sample) => sample.wallMs)),
  };
}
