/**
 * Takes credentials out of a result: the hosts of a scenario saw what the client said to authenticate, and nobody who
 * reads a report has to.
 */
import { Redaction } from '../client/sasl/redaction.ts';
import type { Session } from '../simulator/session.ts';
import { secretsOf } from '../simulator/session-view.ts';
import type { Result } from './results.ts';

export function redactResult(result: Result, sessions: readonly Session[]): Result {
  const secrets = [...secretsOf(sessions), ...Object.entries(result.config).flatMap(secretsInSetting)];
  if (secrets.length === 0) return result;
  const redaction = new Redaction();
  redaction.add([...secrets, ...secrets.flatMap(passwordIn)]);
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

/** PLAIN's password stands behind the second NUL, a token behind `Bearer`. */
function passwordIn(secret: string): string[] {
  const said = Buffer.from(secret, 'base64').toString();
  return [/\0.*\0(.+)$/s.exec(said)?.[1], /\u0001auth=Bearer ([^\u0001]+)/.exec(said)?.[1]].filter(
    (found) => found !== undefined,
  );
}

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
  'sender',
  'world',
  'verdict',
  'clause',
  'clauses',
  'sha256',
]);
