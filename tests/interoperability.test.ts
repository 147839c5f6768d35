/**
 * Our client delivers to real servers, in one sandbox, and what they stored is held against what was sent; and the real
 * postmap still gives the answers that our tables are held against.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { planSandbox, SandboxError, spawnInSandbox } from '../simulator/live/sandbox.ts';
import { realServers } from '../simulator/live/servers/enrolled.ts';
import type { ServerReport, WorkerMessage } from './interoperability/report.ts';
import { trials } from './interoperability/trials.ts';
import { readAnswers } from './postmap/answers.ts';
import { askPostmap } from './postmap/postmap.ts';
import { samples } from './postmap/samples.ts';
import { root } from './source-tree.ts';

const LIMIT_MS = 100_000;

const reports: ServerReport[] = [];
const absent = new Map<string, string>();
/** Why there was no sandbox, or how it ended early. */
let trouble: { readonly reason: string; readonly sandbox: boolean } | undefined;

beforeAll(async () => {
  const plan = await planSandbox().catch((error: unknown) => {
    if (!(error instanceof SandboxError)) throw error;
    trouble = { reason: error.message, sandbox: false };
  });
  if (plan === undefined) return;
  const worker = join(root, 'tests/interoperability/worker.ts');
  const child = spawnInSandbox(plan, [process.execPath, worker, plan.privilege]);
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk.toString()}`.slice(-4_000);
  });
  child.on('message', (message: WorkerMessage) => {
    if (message.type === 'report') reports.push(message.report);
    else absent.set(message.server, message.reason);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const [status, signal] = await once(child, 'close');
  clearTimeout(timer);
  if (status !== 0) trouble = { reason: `the sandbox ended: ${signal ?? status} ${errors}`, sandbox: true };
}, LIMIT_MS + 5_000);

/** Which EHLO keywords the client met, of those that it acts on: a trial that asks for more has shown less. */
const OFFERS: Readonly<Record<string, readonly string[]>> = {
  postfix: ['8BITMIME', 'DSN', 'ENHANCEDSTATUSCODES', 'PIPELINING', 'SIZE', 'SMTPUTF8'],
  exim: ['8BITMIME', 'DSN', 'PIPELINING', 'SIZE', 'SMTPUTF8'],
  opensmtpd: ['8BITMIME', 'DSN', 'ENHANCEDSTATUSCODES', 'SIZE'],
  dovecot: ['8BITMIME', 'ENHANCEDSTATUSCODES', 'PIPELINING'],
  'smtp-server': ['8BITMIME', 'DSN', 'PIPELINING', 'SIZE', 'SMTPUTF8'],
  aiosmtpd: ['8BITMIME', 'SIZE', 'SMTPUTF8'],
};
const ACTED_ON = new Set(Object.values(OFFERS).flat());

/** `protocol over socket`. */
const BOUTS: Readonly<Record<string, readonly string[]>> = {
  dovecot: ['lmtp over tcp', 'lmtp over unix'],
  'smtp-server': ['smtp over tcp', 'lmtp over tcp', 'lmtp over unix'],
};

describe('delivery to', () => {
  test.for(realServers)('$name', ({ name }, { skip }) => {
    if (trouble?.sandbox === false) skip(trouble.reason);
    const reason = absent.get(name);
    if (reason !== undefined) {
      process.stderr.write(`${name}: ${reason}\n`);
      skip(reason);
    }
    expect(trouble?.reason).toBeUndefined();
    const own = reports.filter(({ server }) => server === name);
    expect(own.map(({ protocol, over }) => `${protocol} over ${over}`)).toEqual(
      BOUTS[name] ?? ['smtp over tcp'],
    );
    for (const report of own) {
      const faults = report.trials.flatMap((trial) => trial.faults.map((fault) => `${trial.name}: ${fault}`));
      expect([...report.faults, ...faults]).toEqual([]);
      expect(report.trials.map((trial) => trial.name)).toEqual(trials.map((trial) => trial.name));
      expect(report.offers.filter((keyword) => ACTED_ON.has(keyword)).sort()).toEqual(OFFERS[name]);
    }
  });
});

test('postmap answers as it did', { timeout: LIMIT_MS }, async ({ skip }) => {
  const kept = readAnswers();
  const found = await askPostmap(samples);
  if (found === undefined) skip('not installed: npm run peers');
  else if (found.version !== kept.version) skip(`the answers are those of Postfix ${kept.version}`);
  else expect(found.answers).toEqual(kept.answers.map((own, index) => found.answers[index] && own));
});
