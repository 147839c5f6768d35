/**
 * Claims are proved, not believed: before a sender's first scenario in a sandbox each of its claims is put to a small
 * test of its own, and a claim that fails it is taken away. What depends on it is then `unsupported`, instead of a
 * long list of failures that all say the same.
 */
import { runScenarios } from '../runner.ts';
import {
  connections,
  deferred,
  delivered,
  dialogue,
  mailHost,
  message,
  type Scenario,
  scenario,
  verifies,
  zone,
} from '../scenario.ts';
import type { Claim, Sender } from '../senders/sender.ts';
import type { ScenarioWorld } from '../worlds.ts';

const to = 'user@proof.test';
const HELLO_NAME = 'proof.client.test';

/** Parameters that the proofs ask for; a sender has to know them when it starts. */
export const proofConfigs: readonly Readonly<Record<string, string>>[] = [{ smtp_helo_name: HELLO_NAME }];

const proofs: Readonly<Record<Claim, Scenario>> = {
  exchangers: scenario('proof/exchangers', {
    title: 'Mail goes to the exchanger that MX names, not to the domain itself',
    clauses: ['rfc5321-5.1-09'],
    dns: zone('proof.test', { MX: '10 mx', mx: '192.0.2.1', '@': { A: '192.0.2.2' } }),
    hosts: { mx: mailHost() },
    send: message({ to }),
    expect: [delivered(to, { via: 'mx' })],
  }),
  lmtp: scenario('proof/lmtp', {
    title: 'A message arrives over LMTP',
    clauses: ['rfc2033-4.1-01'],
    dns: zone('proof.test', { store: '192.0.2.1' }),
    hosts: { store: mailHost({ protocol: 'lmtp' }) },
    send: message({ to, service: 'lmtp', nexthop: 'inet:[store.proof.test]' }),
    expect: [delivered(to, { via: 'store' })],
  }),
  config: scenario('proof/config', {
    title: 'A parameter has its effect',
    clauses: ['postfix:smtp_helo_name'],
    dns: zone('proof.test', { mx: '192.0.2.1' }),
    hosts: { mx: mailHost() },
    config: { smtp_helo_name: HELLO_NAME },
    send: message({ to, nexthop: '[mx.proof.test]' }),
    expect: [
      delivered(to, { via: 'mx' }),
      verifies('rfc5321-4.1.1.1-03', dialogue('mx', ['...', `C: EHLO ${HELLO_NAME}`, '...', 'C: QUIT'])),
    ],
  }),
  postfix: scenario('proof/postfix', {
    title: 'A 554 greeting defers the message, as only Postfix does',
    clauses: ['rfc5321-2.1-01', 'postfix:smtp_skip_5xx_greeting'],
    dns: zone('proof.test', { mx: '192.0.2.1' }),
    hosts: { mx: mailHost({ greeting: '554 5.7.1 no' }) },
    send: message({ to, nexthop: '[mx.proof.test]' }),
    expect: [deferred(to), connections('mx', 1)],
  }),
};

const PROOF_LIMIT_MS = 10_000;

/** The sender with the claims that it has proved. A proof that comes to no end decides nothing. */
export async function withProvenClaims(sender: Sender, world: ScenarioWorld): Promise<Sender> {
  const proven = new Set<Claim>();
  for (const claim of sender.claims) {
    if (await proves(sender, claim, world)) proven.add(claim);
  }
  if (proven.size === sender.claims.size) return sender;
  const { name, version, worlds } = sender;
  return {
    name,
    version,
    worlds,
    claims: proven,
    send: (submissions, environment) => sender.send(submissions, environment),
    ...(sender.cannot && { cannot: sender.cannot.bind(sender) }),
    ...(sender.start && { start: sender.start.bind(sender) }),
    ...(sender.stop && { stop: sender.stop.bind(sender) }),
  };
}

/** What monitors find in the session is not the question here. */
async function proves(sender: Sender, claim: Claim, world: ScenarioWorld): Promise<boolean> {
  const { results } = runScenarios([proofs[claim]], {
    senders: [sender],
    seed: 1,
    world,
    scenarioLimitMs: PROOF_LIMIT_MS,
  });
  for await (const { verdict, checks } of results) {
    if (verdict === 'inconclusive') return true;
    if (
      verdict === 'unsupported' ||
      checks.some((check) => check.by === 'scenario' && check.verdict === 'failed')
    )
      return false;
  }
  return true;
}
