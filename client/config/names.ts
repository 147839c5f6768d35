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

/** Of a table's name, as far as its own parameters are recognized by it. */
const TABLE_NAME_LIMIT_CHARACTERS = 100;

/** The names that the client does not read: neither its own, nor mentioned in a value. */
export function namesNotRead(assigned: ReadonlyMap<string, string>): string[] {
  const mentioned = mentionedNames(assigned);
  const tables = new Set<string>();
  for (const value of assigned.values()) {
    for (const [, name = ''] of value.matchAll(/\b(?:ldap|mysql|pgsql|sqlite|memcache|mongodb):(\w+)/g))
      tables.add(name);
  }
  return [...assigned.keys()].filter(
    (name) => !known.has(name) && !mentioned.has(name) && !isOfTable(name, tables),
  );
}

/** Whether it is a table's own parameter: `ldap:accounts` reads accounts_server_host and more. */
function isOfTable(name: string, tables: ReadonlySet<string>): boolean {
  const start = name.slice(0, TABLE_NAME_LIMIT_CHARACTERS);
  return [...start.matchAll(/_/g)].some(({ index }) => tables.has(start.slice(0, index)));
}

/** The names that values refer to. */
export function mentionedNames(assigned: ReadonlyMap<string, string>): ReadonlySet<string> {
  return new Set([...assigned.values()].flatMap(referencesIn));
}

/** The names that a value refers to, whether it will be expanded that far or not. */
function referencesIn(value: string): string[] {
  const references = value.matchAll(/\$(?:\$|(\w+)|[({]\s*(\w+))/g);
  return Array.from(references, ([, bare, enclosed]) => bare ?? enclosed ?? '').filter(Boolean);
}

/** The program itself sets these. */
const ownNames: ReadonlySet<string> = new Set(['process_name', 'process_id', 'service_name', 'stress']);

/**
 * Names that values refer to and nothing defines, each with the first parameter that does. Values of other programs
 * do not count: they may hold names of their own.
 */
export function undefinedNames(assigned: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [parameter, value] of assigned) {
    if (otherPrograms.has(parameter)) continue;
    for (const name of referencesIn(value)) {
      if (assigned.has(name) || known.has(name) || otherPrograms.has(name) || ownNames.has(name)) continue;
      if (!found.has(name)) found.set(name, parameter);
    }
  }
  return found;
}

/**
 * Of those, the names that no other program of Postfix reads either.
 *
 * @param alsoMentioning texts besides the values that may refer to names: master.cf's arguments.
 */
export function namesNobodyReads(
  assigned: ReadonlyMap<string, string>,
  alsoMentioning: readonly string[] = [],
): string[] {
  const classes = new Set(assigned.get('smtpd_restriction_classes')?.split(/[\s,]+/));
  const mentioned = new Set(alsoMentioning.flatMap(referencesIn));
  const read = (name: string): boolean =>
    otherPrograms.has(name) || classes.has(name) || mentioned.has(name) || TRANSPORT_PARAMETER.test(name);
  return namesNotRead(assigned).filter((name) => !read(name));
}

/** What of a configuration a delivery depends on. */
export function effectiveOnly(assigned: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const notRead = new Set(namesNotRead(assigned));
  const mentioned = mentionedNames(assigned);
  const matters = (name: string) => !notRead.has(name) && (!withoutEffect.has(name) || mentioned.has(name));
  return new Map([...assigned].filter(([name]) => matters(name)));
}

const withoutEffect: ReadonlySet<string> = new Set(
  entries.filter(({ noEffect }) => noEffect !== undefined).map(({ name }) => name),
);

/** What to tell about a name that the client does not read. */
export function whyNotRead(name: string): string {
  if (otherPrograms.has(name)) return 'a parameter of another program, which the client does not read';
  const nearest = nearestName(name);
  if (nearest === undefined) return 'no such parameter, and no value mentions it';
  return `no such parameter; the nearest known name is ${nearest}`;
}

/** Undefined when none is near enough to be what was meant. */
function nearestName(name: string): string | undefined {
  const wanted = name.slice(0, NAME_LIMIT_CHARACTERS);
  let nearest: string | undefined;
  let least = wanted.length / 3;
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
