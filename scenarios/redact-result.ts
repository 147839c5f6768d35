/**
 * Takes credentials out of a result: the hosts of a scenario saw what the client said to authenticate, and nobody who
 * reads a report has to.
 */
import { Redaction } from '../client/sasl/redaction.ts';
import type { Session } from '../simulator/session.ts';
import { commands } from '../simulator/session-view.ts';
import type { Result } from './results.ts';

export function redactResult(result: Result, sessions: readonly Session[]): Result {
  const secrets = [
    ...sessions.flatMap(secretsIn),
    ...Object.entries(result.config).flatMap(secretsInSetting),
  ];
  if (secrets.length === 0) return result;
  const redaction = new Redaction();
  redaction.add(secrets);
  return redacted(result, redaction);
}

/** Tables that are written out in the setting itself, and the passwords in them. */
function secretsInSetting([name, value]: readonly [string, string]): string[] {
  if (!name.endsWith('_sasl_password_maps') || !/\b(?:inline|static):/.test(value)) return [];
  const passwords = Array.from(
    value.matchAll(/[=:][^,{}\s:=]*:([^,{}\s]+)/g),
    ([, password = '']) => password,
  );
  return [value, ...passwords];
}

/** What was said to authenticate, and the passwords and tokens that can be read in it. */
function secretsIn(session: Session): string[] {
  let mechanism = '';
  let responses = 0;
  return commands(session).flatMap((command) => {
    if (command.kind !== 'command') return [];
    if (command.verb === 'AUTH') {
      mechanism = command.text.split(' ')[1]?.toUpperCase() ?? '';
      responses = 0;
    }
    if (command.secret === undefined) return [];
    responses += 1;
    const said = Buffer.from(command.secret, 'base64').toString();
    const password =
      mechanism === 'LOGIN'
        ? [responses > 1 ? said : undefined]
        : [PLAIN.exec(said)?.[1], TOKEN.exec(said)?.[1]];
    return [command.secret, ...password.filter((found) => found !== undefined)];
  });
}

/** The password stands behind the second NUL. */
const PLAIN = /^[^\0]*\0[^\0]*\0(.+)$/s;
const TOKEN = /\u0001auth=Bearer ([^\u0001]+)/;

/** The same value with every text in it redacted, but names of members and of the scenario. */
function redacted<T>(value: T, redaction: Redaction): T {
  if (typeof value === 'string') return redaction.of(value) as T;
  if (Array.isArray(value)) return value.map((item) => redacted(item, redaction)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, KEPT.has(name) ? item : redacted(item, redaction)]),
  ) as T;
}

const KEPT: ReadonlySet<string> = new Set([
  'scenario',
  'suite',
  'title',
  'tags',
  'sender',
  'world',
  'verdict',
  'clause',
  'clauses',
  'sha256',
]);
