/** Mistakes of scenario authors: each is one line that names the scenario, the field, and the cure. */
import { describe, expect, test } from 'vitest';
import { submissionOf } from './message.ts';
import {
  connections,
  delivered,
  dialogue,
  elapsed,
  listening,
  mailHost,
  message,
  order,
  pipelined,
  type ScenarioSpec,
  scenario,
  verifies,
  zone,
} from './scenario.ts';

const base: ScenarioSpec = {
  title: 'A title',
  clauses: ['rfc5321-5.1-07'],
  dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
  hosts: { a: mailHost() },
  send: message({ to: 'user@example.test' }),
  expect: [delivered('user@example.test', { via: 'a' })],
};

/** What a JavaScript author, or one whose file is not type-checked, may write. */
function define(changes: Record<string, unknown>, id: unknown = 'suite/name'): () => unknown {
  return () => Reflect.apply(scenario, undefined, [id, { ...base, ...changes }]);
}

test('a right one is accepted', () => {
  expect(scenario('suite/name', base)).toMatchObject({
    suite: 'suite',
    worlds: ['virtual', 'live'],
    tags: [],
  });
  expect(scenario('suite/name', { ...base, virtualOnly: 'waits for days' }).worlds).toEqual(['virtual']);
});

const to = 'user@example.test';
const mistakes: readonly (readonly [string, () => unknown, string])[] = [
  ['id without suite', define({}, 'name'), "'suite/name'"],
  ['id that is no string', define({}, 7), "scenario 7: an id is 'suite/name'"],
  ['no title', define({ title: undefined }), "scenario suite/name: 'title' is missing; give a string"],
  ['title of a wrong type', define({ title: 7 }), "'title' must be a string, not 7"],
  ['unknown property', define({ host: {} }), "unknown property 'host', did you mean 'hosts'?"],
  ['no clauses', define({ clauses: [] }), "'clauses' is empty"],
  ['dangling clause', define({ clauses: ['rfc5321-9.9-99'] }), "no clause 'rfc5321-9.9-99'"],
  [
    'dangling clause of an expectation',
    define({ expect: [verifies('rfc1-1-01', delivered(to))] }),
    "no clause 'rfc1-1-01'",
  ],
  ['dangling tolerated clause', define({ tolerates: { 'rfc1-1-01': 'why' } }), "no clause 'rfc1-1-01'"],
  ['dns that is no zone', define({ dns: {} }), "'dns' must be zone(...)"],
  ['hosts that are none', define({ hosts: { a: {} } }), 'hosts.a must be mailHost(...)'],
  [
    'host without address',
    define({ hosts: { b: mailHost() } }),
    "host 'b' has no address; give it one in 'dns'",
  ],
  [
    'two hosts at one address',
    define({ hosts: { a: mailHost(), b: listening({ address: '192.0.2.1' }, mailHost()) } }),
    "hosts 'a' and 'b' both listen on 192.0.2.1 25",
  ],
  [
    'network of an unknown host',
    define({ network: { aa: 'silent' } }),
    "there is no host 'aa', did you mean 'a'?",
  ],
  ['network that is none', define({ network: { a: 'off' } }), 'network.a must be open, refused'],
  [
    'path setting that is none',
    define({ network: { a: { latency: 1 } } }),
    "unknown property 'latency', did you mean 'latencyMs'?",
  ],
  ['config with a number', define({ config: { x: 1 } }), "'config' must be an object of strings"],
  ['relative file', define({ files: { table: '' } }), "'table' must be an absolute path"],
  ['nothing to send', define({ send: [] }), "'send' must be message(...)"],
  ['no expectation', define({ expect: [] }), "'expect' must be an array of expectations"],
  [
    'expectation of another recipient',
    define({ expect: [delivered('x@example.test')] }),
    "nothing is sent to 'x@example.test'",
  ],
  [
    'expectation of another host',
    define({ expect: [connections('c', 0)] }),
    "there is no host 'c', did you mean 'a'?",
  ],
  [
    'message without recipient',
    define({ send: message({ to: [] }) }),
    "message: 'to' names nobody; give a 'nexthop'",
  ],
  [
    'message with an unknown field',
    define({ send: [{ spec: { to, form: '' }, recipients: [] }] }),
    "did you mean 'from'?",
  ],
  ['content and body', define({ send: message({ to, content: 'x', body: 'y' }) }), "leave out 'body'"],
  ['age that is none', define({ send: message({ to, age: 'long' }) }), "message: 'age': not a duration"],
  [
    'size too small',
    define({ send: message({ to, size: 10 }) }),
    "'size' must leave room for headers and body",
  ],
  [
    'recipient without a domain',
    define({ send: message({ to: 'root' }) }),
    "'root' has no domain; give a 'nexthop'",
  ],
  ['connections of a broken number', () => connections('a', -1), 'give a whole number'],
  ['order of nothing', () => order([]), 'name at least one host'],
  ['dialogue of nothing', () => dialogue('a', []), 'give at least one line'],
  ['dialogue line of nobody', () => dialogue('a', ['QUIT']), "must begin with 'C: ' or 'S: '"],
  ['groups of nothing', () => pipelined('a', []), 'give at least one group'],
  ['elapsed without bounds', () => elapsed({}), 'give atLeast or atMost'],
];

describe('mistakes are told in one line', () => {
  test.each(mistakes)('%s', (_, make, text) => {
    expect(make).toThrow(text);
    expect(make).toThrow(/^[^\n]*$/);
  });
});

describe('messages', () => {
  test.each([201, 202, 271, 272, 273, 274, 275, 5000])('of %i bytes', (size) => {
    const [sent] = scenario('suite/name', { ...base, send: message({ to, size }) }).messages;
    const submission = sent && submissionOf(sent, 0);
    expect(submission?.content.length).toBe(size);
    expect(submission?.message.sizeBytes).toBe(size);
    expect(Buffer.from(submission?.content ?? []).toString()).toMatch(/^(?:[^\r\n]{0,998}\r\n)*$/);
  });

  test('headers replace those of the same name', () => {
    const [sent] = scenario('suite/name', {
      ...base,
      send: message({ to, headers: { SUBJECT: 'x' } }),
    }).messages;
    const text = Buffer.from((sent && submissionOf(sent, 0).content) ?? []).toString();
    expect(text.match(/^subject: .*$/gim)).toEqual(['Subject: x']);
  });
});
