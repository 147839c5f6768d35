/**
 * A siege of `nexthop agent` under a real Postfix: it is killed at random moments, and the server refuses mail, resets
 * connections and loses replies.
 *
 *     node bench/agent.ts [--messages N] [--life MS] [--one-in N] [--json]
 */
import { findMailSystem } from './agent/mail-system.ts';
import { siege } from './agent/siege.ts';
import { readOptions } from './options.ts';

const options = readOptions('bench/agent.ts', {
  messages: { value: 20_000, min: 1, max: 1_000_000, meaning: 'messages to deliver' },
  life: { value: 10_000, min: 1, max: 3_600_000, meaning: 'milliseconds that an agent lives at most' },
  'one-in': {
    value: 50,
    min: 2,
    max: 1_000_000,
    meaning: 'one fault of each kind in so many chances for it',
  },
});
const installation = await findMailSystem();
if (typeof installation === 'string') {
  process.stderr.write(`bench/agent.ts: ${installation}\n`);
  process.exit(2);
}
const { messages, life: lifeMs, 'one-in': oneIn } = options;
const report = await siege({ installation, messages, lifeMs, oneIn });
const causes = Object.entries(Object.groupBy(report.duplicates, ({ cause }) => cause));
if (options.json) process.stdout.write(`${JSON.stringify({ messages, ...report })}\n`);
else {
  const seconds = report.seconds.toFixed(0);
  process.stdout.write(
    `${messages} messages in ${seconds} s, ${report.kills} kills; lost: ${report.lost.length}\n`,
  );
  for (const [cause, each = []] of causes)
    process.stdout.write(`delivered again, ${cause}: ${each.length}\n`);
}
const isGood = report.lost.length === 0 && report.duplicates.every(({ cause }) => cause !== 'none');
process.exitCode = isGood ? 0 : 1;
