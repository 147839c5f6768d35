import { describe, expect, test } from 'vitest';
import { type TableAnswer, tableServer } from '../../../simulator/tables/table-server.ts';
import { createWorld, type World } from '../../../simulator/world.ts';
import { openTable } from '../open.ts';
import { TableError } from '../table.ts';
import { testContext } from '../testing.ts';
import { Links } from './links.ts';

const PLACE = { address: '192.0.2.9', port: 7000 };
type Answers = Readonly<Record<string, TableAnswer | readonly TableAnswer[]>>;

interface Asked {
  /** A failed lookup shows as `!`. */
  readonly answers: readonly (string | undefined)[];
  readonly log: readonly string[];
  /** Connection and text of each question. */
  readonly questions: readonly string[];
  readonly seconds: number;
}

/** Asks a table for keys, one after another; a number is a pause in milliseconds. */
async function ask(world: World, table: string, keys: readonly (string | number)[]): Promise<Asked> {
  const log: string[] = [];
  const answers: (string | undefined)[] = [];
  const { clock } = world.platform;
  let endMs = 0;
  await world.run(async () => {
    const hosts: Record<string, readonly string[]> = { two: ['192.0.2.8', '192.0.2.9'] };
    const context = testContext({ ...world.platform, addressesOf: async (host) => hosts[host] ?? [] }, log);
    const opened = await openTable(table, context);
    for (const key of keys) {
      if (typeof key === 'number') {
        await new Promise<void>((resolve) => clock.schedule(key, resolve));
        continue;
      }
      answers.push(
        await opened.lookup(key).catch((error: unknown) => {
          if (error instanceof TableError) return '!';
          throw error;
        }),
      );
    }
    endMs = clock.now();
    context.links.close();
  });
  return {
    answers,
    log,
    questions: world.questions.map(({ connection, text }) => `${connection} ${text}`),
    seconds: Math.floor((endMs - START_MS) / 1000),
  };
}

const START_MS = 1_000_000_000_000;
const worldOf = (protocol: 'tcp' | 'socketmap', answers: Answers, otherwise?: TableAnswer) =>
  createWorld({ startMs: START_MS, tables: { server: tableServer(protocol, PLACE, answers, otherwise) } });

const tcp = (answers: Answers, keys: readonly (string | number)[], table = 'tcp:192.0.2.9:7000') =>
  ask(worldOf('tcp', answers), table, keys);
const socketmap = (answers: Answers, keys: readonly (string | number)[], server = 'inet:192.0.2.9:7000') =>
  ask(worldOf('socketmap', answers), `socketmap:${server}:m`, keys);

describe('tcp', () => {
  test('all lookups use one connection; keys and values are quoted', async () => {
    expect(await tcp({ 'a b%\té': '50% of é', empty: '' }, ['a b%\té', 'z', 'empty'])).toEqual({
      answers: ['50% of é', undefined, ''],
      log: [],
      questions: ['1 a b%\té', '1 z', '1 empty'],
      seconds: 0,
    });
  });

  test('a server in trouble, and answers that are none, fail at once and end the connection', async () => {
    const answers = {
      busy: { error: 'later' },
      odd: { bytes: '999 x\n' },
      short: { bytes: '200\n' },
      quote: { bytes: '200 %4\n' },
      latin: { bytes: '200 \xe9\n' },
      nul: { bytes: '200 a%00b\n' },
      last: { bytes: '200 cr\r\n' },
    };
    const asked = await tcp(answers, Object.keys(answers));
    expect(asked.answers).toEqual(['!', '!', '!', '!', '!', 'a', 'cr\r']);
    expect(asked.log).toEqual([
      'read TCP map reply from 192.0.2.9:7000: bad status code: 999 x',
      'read TCP map reply from 192.0.2.9:7000: malformed reply: 200',
      'read TCP map reply from 192.0.2.9:7000: malformed reply: 200 %4',
      'tcp:192.0.2.9:7000: key "latin": non-UTF-8 value "?": malformed UTF-8 or invalid codepoint',
    ]);
    expect(asked.questions.map((question) => question.charAt(0)).join('')).toBe('1234555');
  });

  test('a server that goes away or does not stop is asked ten times, a second apart', async () => {
    const gone = await tcp({ a: { bytes: '', then: 'close' } }, ['a']);
    expect(gone).toMatchObject({ answers: ['!'], seconds: 9 });
    expect(gone.log).toHaveLength(10);
    expect(gone.questions.at(-1)).toBe('10 a');
    const long = await tcp({ a: { endless: 'x' } }, ['a']);
    expect(long.log).toEqual(Array(10).fill('read TCP map reply from 192.0.2.9:7000: text longer than 4096'));
    const once = await tcp({ a: [{ bytes: '20', then: 'close' }, 'now'] }, ['a']);
    expect(once).toMatchObject({ answers: ['now'], seconds: 1 });
  });

  test.each([
    [4095, 'x'],
    [4096, '!'],
  ])('a line of %i bytes', async (length, start) => {
    const line = `200 ${'x'.repeat(length - 4)}\n`;
    const { answers } = await tcp({ a: { bytes: line } }, ['a']);
    expect(answers[0]?.charAt(0)).toBe(start);
  });

  test('each attempt has 100 seconds, also for a server that trickles', async () => {
    const silent = await tcp({ a: { bytes: '' } }, ['a']);
    expect(silent).toMatchObject({ answers: ['!'], seconds: 1009 });
    expect(silent.log[0]).toBe(
      'read TCP map reply from 192.0.2.9:7000: unexpected EOF (Connection timed out)',
    );
    const late = await tcp({ a: { after: '99s', answer: 'late' } }, ['a']);
    expect(late).toMatchObject({ answers: ['late'], seconds: 99 });
  });

  test('what was said beyond the answer is not taken for the next one', async () => {
    const { answers, questions } = await tcp({ a: { bytes: '200 x\n200 y\n' }, b: 'z' }, ['a', 'b']);
    expect(answers).toEqual(['x', 'z']);
    expect(questions).toEqual(['1 a', '2 b']);
  });

  test('all addresses of a host are tried', async () => {
    expect((await tcp({ a: 'x' }, ['a'], 'tcp:two:7000')).answers).toEqual(['x']);
    const none = await tcp({}, ['a'], 'tcp:nobody:7000');
    expect(none.log.slice(0, 2)).toEqual([
      'host or service nobody:7000 not found: Name or service not known',
      'connect to TCP map nobody:7000: Cannot assign requested address',
    ]);
    const refused = await tcp({}, ['a'], 'tcp:7000');
    expect(refused.log[0]).toBe('host or service 7000 not found: Name or service not known');
  });

  test.each(['x', '192.0.2.9:', '192.0.2.9:0', '192.0.2.9:12x', '[::', ':'])(
    'tcp:%s is no place',
    async (name) => {
      const { answers, log } = await tcp({}, ['a'], `tcp:${name}`);
      expect(answers).toEqual(['!']);
      expect(log[0]).toMatch(/^error: /);
    },
  );
});

describe('socketmap', () => {
  test('all lookups use one connection', async () => {
    expect(await socketmap({ 'm A é': 'x é', 'm e': '' }, ['A é', 'z', 'e'])).toEqual({
      answers: ['x é', undefined, ''],
      log: [],
      questions: ['1 m A é', '1 m z', '1 m e'],
      seconds: 0,
    });
  });

  test('words of a server in trouble', async () => {
    const answers = {
      'm 1': { error: ' later on' },
      'm 2': { error: '', word: 'TIMEOUT' },
      'm 3': { error: 'no', word: 'PERM' },
      'm 4': { bytes: '5:WAT x,' },
      'm 5': { bytes: '0:,' },
      'm 6': { bytes: '4:OK \xe9,' },
      'm 7': { bytes: '2:OK,' },
      'm 8': { bytes: '8:NOTFOUND,' },
    } as const;
    const asked = await socketmap(answers, ['1', '2', '3', '4', '5', '6', '7', '8']);
    expect(asked.answers).toEqual(['!', '!', '!', '!', '!', '!', '', undefined]);
    const table = 'socketmap:inet:192.0.2.9:7000:m';
    expect(asked.log).toEqual([
      `${table} socketmap server temporary error: later on`,
      `${table} socketmap server timeout error`,
      `${table} socketmap server permanent error: no`,
      `${table} socketmap server unknown error: x`,
      `${table} socketmap server unknown error`,
      `${table}: key "6": non-UTF-8 value "?": malformed UTF-8 or invalid codepoint`,
    ]);
    expect(asked.questions.every((question) => question.startsWith('1 '))).toBe(true);
  });

  test.each([
    ['abc', 'input format error'],
    ['5:OK x;', 'input format error'],
    ['-1:x,', 'input format error'],
    ['100001:', 'input exceeds size limit'],
    ['99999999999999999999:', 'input exceeds size limit'],
    ['5:OK', 'time limit exceeded'],
    ['4:OK x', 'input format error'],
  ])('the bytes %s', async (bytes, reason) => {
    const { answers, log, questions } = await socketmap({ 'm a': { bytes } }, ['a']);
    expect(answers).toEqual(['!']);
    expect(log).toEqual([`table socketmap:inet:192.0.2.9:7000:m lookup error: ${reason}`]);
    expect(questions).toHaveLength(1);
  });

  test('a connection that the server closes is opened anew once', async () => {
    const close = { bytes: '', then: 'close' } as const;
    expect(await socketmap({ 'm a': [close, 'x'] }, ['a'])).toMatchObject({ answers: ['x'], log: [] });
    expect(await socketmap({ 'm a': close }, ['a'])).toMatchObject({
      answers: ['!'],
      log: ['table socketmap:inet:192.0.2.9:7000:m lookup error: unexpected disconnect'],
      questions: ['1 m a', '2 m a'],
    });
  });

  test('a connection is used for 100 seconds, and kept idle for ten', async () => {
    const nine = Array(13).fill(['a', 9_000]).flat();
    expect((await socketmap({}, nine)).questions.map((question) => question.split(' ')[0])).toEqual([
      ...Array(12).fill('1'),
      '2',
    ]);
    expect((await socketmap({}, ['a', 10_001, 'b'])).questions).toEqual(['1 m a', '2 m b']);
  });

  test('a key may be too long', async () => {
    const { answers, log, questions } = await socketmap({}, ['k'.repeat(10_001), 'k'.repeat(10_000)]);
    expect(answers).toEqual([undefined, undefined]);
    expect(log).toEqual([
      `table socketmap:inet:192.0.2.9:7000:m query too large: '${'k'.repeat(100)}', returning 'not found'`,
    ]);
    expect(questions).toHaveLength(1);
  });

  test('a server that cannot be reached', async () => {
    expect((await socketmap({}, ['a'], 'unix:/run/none')).log).toEqual([
      'connect to /run/none: No such file or directory',
      'table socketmap:unix:/run/none:m lookup error: No such file or directory',
    ]);
  });

  test.each(['x', ':x', 'unix:', 'foo:bar', 'inet:192.0.2.9'])('%s is no server', async (server) => {
    expect((await socketmap({}, ['a'], server)).log[0]).toMatch(/^error: /);
  });
});

describe('a lookup that is given up', () => {
  test.each([
    ['tcp:192.0.2.9:7000', { bytes: '' }],
    ['tcp:192.0.2.9:7000', { bytes: '', then: 'close' }],
    ['tcp:192.0.2.7:7000', ''],
    ['socketmap:inet:192.0.2.9:7000:m', { bytes: '' }],
  ] as const)('%s %j', async (table, answer) => {
    const world = worldOf(table.startsWith('tcp') ? 'tcp' : 'socketmap', {}, answer);
    const { clock } = world.platform;
    const reason = new Error('enough');
    await world.run(async () => {
      const opened = await openTable(table, testContext(world.platform, []));
      const stop = new AbortController();
      clock.schedule(1_500, () => stop.abort(reason));
      await expect(opened.lookup('a', stop.signal)).rejects.toBe(reason);
      expect(clock.now()).toBe(START_MS + 1_500);
      await expect(opened.lookup('a', stop.signal)).rejects.toBe(reason);
    });
  });

  test('lookups at the same time have connections of their own, which wait for the next ones', async () => {
    const world = worldOf('socketmap', { 'm slow': { after: '1s', answer: 'x' }, 'm fast': 'y' });
    await world.run(async () => {
      const links = new Links(world.platform.clock);
      const context = { ...testContext(world.platform, []), links };
      const one = await openTable('socketmap:inet:192.0.2.9:7000:m', context);
      const other = await openTable('socketmap:inet:192.0.2.9:7000:m', context);
      expect(await Promise.all([one.lookup('slow'), other.lookup('fast')])).toEqual(['x', 'y']);
      expect(await other.lookup('fast')).toBe('y');
      links.close();
      expect(await other.lookup('fast')).toBe('y');
    });
    expect(world.questions.map(({ connection }) => connection)).toEqual([1, 2, 1, 3]);
  });
});
