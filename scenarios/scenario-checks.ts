/** Whether the parts of a scenario fit together: clauses that exist, hosts with addresses, names that lead somewhere. */

import type { Zone } from '../simulator/dns/zone.ts';
import { definitionOf, namesIn, placesOf } from '../simulator/places.ts';
import { cases } from './cases.ts';
import { ScenarioError } from './checks/expectation.ts';
import { danglingClauses } from './clauses.ts';
import { checkFields, describe, isRecord, nearest } from './definition.ts';
import type { Scenario } from './scenario-shape.ts';

const reachabilities: ReadonlySet<unknown> = new Set([
  'open',
  'refused',
  'unreachable',
  'networkUnreachable',
  'silent',
]);
const number = {
  takes: 'a number of 0 or more',
  test: (value: unknown) => typeof value === 'number' && value >= 0,
};
const hostNetworkFields = {
  reachability: {
    takes: [...reachabilities].join(', '),
    test: (value: unknown) => reachabilities.has(value),
  },
  latencyMs: number,
  jitterMs: number,
  bytesPerSecond: number,
  segmentBytes: number,
  windowBytes: number,
  datagramLoss: number,
  datagramDuplication: number,
};

/** Throws ScenarioError, one line, for the first thing that does not fit. */
export function checkScenario(owner: string, scenario: Scenario): void {
  checkClauses(owner, scenario);
  checkOrigins(owner, scenario);
  checkHosts(owner, scenario);
  checkNetwork(owner, scenario);
  checkMentions(owner, scenario);
}

function checkClauses(owner: string, { clauses, expect, tolerates }: Scenario): void {
  if (clauses.length === 0) throw new ScenarioError(`${owner}: 'clauses' is empty; name what it verifies`);
  const used = [
    ...clauses,
    ...expect.flatMap((expectation) => expectation.clauses ?? []),
    ...Object.keys(tolerates),
  ];
  const [dangling] = danglingClauses(used);
  if (dangling !== undefined) {
    throw new ScenarioError(
      `${owner}: no clause '${dangling}'; \`nexthop list clauses\` shows those there are`,
    );
  }
}

function checkOrigins(owner: string, { origins }: Scenario): void {
  const dangling = origins.find((id) => !cases().has(id));
  if (dangling !== undefined) {
    throw new ScenarioError(`${owner}: no case '${dangling}'; \`nexthop list cases\` shows those there are`);
  }
}

function checkHosts(owner: string, { hosts, zones }: Scenario): void {
  const taken = new Map<string, string>();
  for (const [name, host] of Object.entries(hosts)) {
    if (!isPlacedHost(host)) {
      throw new ScenarioError(
        `${owner}: hosts.${name} must be mailHost(...), dialogueHost(...) or stockHost(...)`,
      );
    }
    const places = placesOf(name, host, zones);
    if (places.length === 0) {
      throw new ScenarioError(
        `${owner}: host '${name}' has no address; give it one in 'dns', or use listening({ address: ... }, ...)`,
      );
    }
    for (const place of places) {
      const key = place.startsWith('/') ? place : `${place} ${definitionOf(host).port}`;
      const other = taken.get(key);
      if (other !== undefined)
        throw new ScenarioError(`${owner}: hosts '${other}' and '${name}' both listen on ${key}`);
      taken.set(key, name);
    }
  }
}

function checkNetwork(owner: string, { network, hosts, zones, files }: Scenario): void {
  for (const [name, setting] of Object.entries(network)) {
    if (!isPlace(name)) checkName(`${owner}: network.${name}`, name, hosts, zones);
    if (typeof setting !== 'string') checkFields(`${owner}: network.${name}`, setting, hostNetworkFields);
    else if (!reachabilities.has(setting)) {
      throw new ScenarioError(
        `${owner}: network.${name} must be ${[...reachabilities].join(', ')}, or path settings`,
      );
    }
  }
  for (const [path, file] of Object.entries(files)) {
    if (!path.startsWith('/')) throw new ScenarioError(`${owner}: files: '${path}' must be an absolute path`);
    const content: unknown = isRecord(file) ? file.content : file;
    if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
      throw new ScenarioError(
        `${owner}: files: '${path}' must be a string, bytes, or aged(...), not ${describe(file)}`,
      );
    }
  }
}

function checkMentions(owner: string, { expect, hosts, zones, messages, tables }: Scenario): void {
  const recipients = new Set(messages.flatMap((sent) => sent.recipients.map(({ address }) => address)));
  for (const { title, mentions } of expect) {
    for (const host of mentions.hosts ?? []) checkName(`${owner}: ${title}`, host, hosts, zones);
    const unknown = mentions.tables?.find((server) => tables[server] === undefined);
    if (unknown !== undefined)
      throw new ScenarioError(`${owner}: ${title}: there is no table server '${unknown}'`);
    for (const address of mentions.addresses ?? []) {
      if (recipients.has(address)) continue;
      throw new ScenarioError(
        `${owner}: ${title}: nothing is sent to '${address}', only to ${[...recipients].join(', ')}`,
      );
    }
  }
}

function checkName(where: string, name: string, hosts: Scenario['hosts'], zones: readonly Zone[]): void {
  if (hosts[name] !== undefined) return;
  const names = namesIn(zones);
  if (names.has(name.toLowerCase().replace(/\.$/, ''))) return;
  const near = nearest(name, [...Object.keys(hosts), ...names]);
  throw new ScenarioError(
    `${where}: there is no host '${name}'${near === undefined ? '' : `, did you mean '${near}'?`}`,
  );
}

function isPlace(name: string): boolean {
  return /^[\d.]+$|:|^\//.test(name);
}

function isPlacedHost(value: unknown): boolean {
  if (!isRecord(value)) return false;
  return (
    typeof value.start === 'function' ||
    (isRecord(value.definition) && typeof value.definition.start === 'function')
  );
}
