/** Why a scenario is not put to a sender: what the world rules out, and what the sender does not claim. */
import { submissionOf } from './message.ts';
import type { Scenario } from './scenario-shape.ts';
import type { Sender, WorldKind } from './senders/sender.ts';

export interface Obstacle {
  readonly verdict: 'skipped' | 'unsupported';
  /** One line. */
  readonly reason: string;
}

/** Undefined when it can be put to this sender in this world. */
export function obstacleTo(
  scenario: Scenario,
  sender: Sender,
  world: WorldKind,
  overrides: Readonly<Record<string, string>>,
): Obstacle | undefined {
  if (!scenario.worlds.includes(world)) {
    return { verdict: 'skipped', reason: `for the virtual world only: ${scenario.virtualOnly ?? ''}` };
  }
  if (!sender.worlds.includes(world)) {
    return { verdict: 'skipped', reason: `${sender.name} does not run in the ${world} world` };
  }
  const lacking = lackOf(scenario, sender);
  const reason =
    lacking === undefined
      ? sender.cannot?.(scenario.messages.map(submissionOf), { ...scenario.config, ...overrides })
      : `${sender.name} ${lacking}`;
  return reason === undefined ? undefined : { verdict: 'unsupported', reason };
}

/** What it does not do, of what a scenario needs. */
function lackOf(scenario: Scenario, { claims }: Sender): string | undefined {
  const { messages, config, flags, downServices } = scenario;
  if (!claims.has('lmtp') && messages.some(({ spec }) => spec.service === 'lmtp')) {
    return 'does not speak LMTP';
  }
  if (!claims.has('exchangers') && messages.some(({ spec }) => spec.nexthop === undefined)) {
    return 'does not look up mail exchangers';
  }
  if (!claims.has('config') && Object.keys(config).length > 0) return 'has no Postfix parameters';
  if (claims.has('postfix')) return undefined;
  if (flags !== '') return 'has no flags for its delivery services';
  return downServices.size > 0 ? 'has no services for records of outcomes' : undefined;
}
