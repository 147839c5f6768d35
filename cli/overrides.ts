/** What of a configuration goes over that of scenarios. */
import { effectiveOnly } from '../client/config/names.ts';
import { type Configuration, warn } from './parameters.ts';

/**
 * Where a host stands, which every scenario says of its own world: what a main.cf says of another one would only lead
 * nowhere. Whoever means it takes `-o`.
 */
const OF_THE_WORLD: ReadonlySet<string> = new Set(
  ['myhostname', 'mydomain', 'inet_interfaces', 'proxy_interfaces', 'queue_directory', 'relayhost'].concat(
    ['fallback_relay', 'smtp_fallback_relay', 'lmtp_fallback_relay'],
    ['smtp_bind_address', 'smtp_bind_address6', 'lmtp_bind_address', 'lmtp_bind_address6'],
  ),
);

export function overridesOf({ assigned, chosen }: Configuration): ReadonlyMap<string, string> {
  const effective = [...effectiveOnly(assigned)];
  const left = effective.filter(([name]) => OF_THE_WORLD.has(name) && !chosen.has(name));
  if (left.length > 0) {
    const names = left.map(([name]) => name).join(', ');
    warn(`scenarios have a world of their own: ${names} will not be taken from the file`);
  }
  return new Map(effective.filter((entry) => !left.includes(entry)));
}
