/**
 * Checks of what scenario authors write: every mistake is one line that names the scenario, the field and the cure.
 */
import { ScenarioError } from './checks/expectation.ts';

/** What a field takes: a test and the words for a message. */
export interface FieldRule {
  readonly takes: string;
  readonly test: (value: unknown) => boolean;
  readonly required?: true;
}

export const text: FieldRule = { takes: 'a string', test: (value) => typeof value === 'string' };
export const flag: FieldRule = { takes: 'true or false', test: (value) => typeof value === 'boolean' };
export const count: FieldRule = {
  takes: 'a whole number of 0 or more',
  test: (value) => Number.isInteger(value) && Number(value) >= 0,
};
export const texts: FieldRule = {
  takes: 'an array of strings',
  test: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
};
export const textRecord: FieldRule = {
  takes: "an object of strings, such as { name: 'value' }",
  test: (value) => isRecord(value) && Object.values(value).every((item) => typeof item === 'string'),
};

export function oneOf(...values: readonly string[]): FieldRule {
  return {
    takes: values.map((value) => `'${value}'`).join(' or '),
    test: (value) => values.includes(String(value)),
  };
}

export function required(rule: FieldRule): FieldRule {
  return { ...rule, required: true };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

/** Throws ScenarioError unless `value` has the required fields, no unknown ones, and each of the right type. */
export function checkFields(owner: string, value: unknown, rules: Readonly<Record<string, FieldRule>>): void {
  if (!isRecord(value)) throw new ScenarioError(`${owner}: expected an object, got ${describe(value)}`);
  for (const name of Object.keys(value)) {
    if (rules[name] !== undefined) continue;
    const near = nearest(name, Object.keys(rules));
    throw new ScenarioError(
      `${owner}: unknown property '${name}'${near === undefined ? `; it takes ${Object.keys(rules).join(', ')}` : `, did you mean '${near}'?`}`,
    );
  }
  for (const [name, rule] of Object.entries(rules)) {
    const given = value[name];
    if (given === undefined) {
      if (rule.required === true)
        throw new ScenarioError(`${owner}: '${name}' is missing; give ${rule.takes}`);
    } else if (!rule.test(given)) {
      throw new ScenarioError(`${owner}: '${name}' must be ${rule.takes}, not ${describe(given)}`);
    }
  }
}

/** The candidate that looks most like `name`, if any does. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'string')
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  if (typeof value === 'object') return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
