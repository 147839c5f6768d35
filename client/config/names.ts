/** Which names of parameters mean something: to the client, to other programs of Postfix, or to other values. */

import { entries } from './entries.ts';
import { otherPrograms } from './register/other-programs.ts';

/** How much of a name is compared when looking for the one that was meant. */
const NAME_LIMIT_CHARACTERS = 100;

/** Names of the client's parameters, those of the lmtp service included. */
export const clientNames: readonly string[] = entries.map(({ name }) => name);

const known: ReadonlySet<string> = new Set(clientNames);

/** Any transport of master.cf may have these, after its name (`transport_destination_recipient_limit`). */
const TRANSPORT_PARAMETER =
  /^[^_].*_(?:destination_(?:concurrency_(?:limit|failed_cohort_limit|negative_feedback|positive_feedback)|recipient_limit|rate_delay)|initial_destination_concurrency|transport_rate_delay|(?:extra_)?recipient_limit|recipient_refill_(?:limit|delay)|minimum_delivery_slots|delivery_slot_(?:cost|discount|loan)|time_limit)$/;

/** The names that the client does not read: neither its own, nor mentioned in a value. */
export function namesNotRead(assigned: ReadonlyMap<string, string>): string[] {
  const values = [...assigned.values()].join('\n');
  const mentioned = new Set(Array.from(values.matchAll(/\$[({]?\s*(\w+)/g), ([, name = '']) => name));
  // A table's own parameters: `ldap:accounts` reads accounts_server_host and more.
  const prefixes = Array.from(
    values.matchAll(/\b(?:ldap|mysql|pgsql|sqlite|memcache|mongodb):(\w+)/g),
    ([, name = '']) => `${name}_`,
  );
  return [...assigned.keys()].filter(
    (name) => !known.has(name) && !mentioned.has(name) && !prefixes.some((prefix) => name.startsWith(prefix)),
  );
}

/** Of those, the names that no other program of Postfix reads either. */
export function namesNobodyReads(assigned: ReadonlyMap<string, string>): string[] {
  const classes = new Set(assigned.get('smtpd_restriction_classes')?.split(/[\s,]+/));
  return namesNotRead(assigned).filter(
    (name) => !otherPrograms.has(name) && !classes.has(name) && !TRANSPORT_PARAMETER.test(name),
  );
}

/** What of a configuration a delivery depends on. */
export function effectiveOnly(assigned: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const notRead = new Set(namesNotRead(assigned));
  return new Map([...assigned].filter(([name]) => !notRead.has(name) && !withoutEffect.has(name)));
}

const withoutEffect: ReadonlySet<string> = new Set(
  entries.filter(({ noEffect }) => noEffect !== undefined).map(({ name }) => name),
);

/** Names set whose feature the client does not have yet: they are checked, and not acted on. */
export function awaitedNames(assigned: ReadonlyMap<string, string>): string[] {
  return entries
    .filter(({ group, noEffect }) => (group === 'tls' || group === 'sasl') && noEffect === undefined)
    .map(({ name }) => name)
    .filter((name) => assigned.has(name));
}

/** What to tell about a name that the client does not read. */
export function whyNotRead(name: string): string {
  if (otherPrograms.has(name)) return 'a parameter of another program, which the client does not read';
  return `no such parameter; the nearest known name is ${nearestName(name)}`;
}

function nearestName(name: string): string {
  const wanted = name.slice(0, NAME_LIMIT_CHARACTERS);
  let nearest = '';
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of clientNames) {
    const distance = editDistance(wanted, candidate);
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest;
}

/** Levenshtein's: how many characters to insert, delete or replace. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (const [line, character] of Array.from(left).entries()) {
    const next = [line + 1];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (character === right[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
