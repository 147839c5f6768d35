import { describe, expect, test } from 'vitest';
import type { Connection } from '../../client/platform/platform.ts';
import { HostDefinitionError } from '../hosts/host.ts';
import { createWorld } from '../world.ts';
import { type TableAnswer, tableServer } from './table-server.ts';

const PLACE = { address: '192.0.2.9', port: 7000 };

/** Sends bytes in pieces, closes, and returns what came until the end. */
async function say(
  protocol: 'tcp' | 'socketmap',
  pieces: readonly string[],
  answers: Readonly<Record<string, TableAnswer | readonly TableAnswer[]>>,
): Promise<{ said: string; questions: readonly string[]; ms: number }> {
  const world = createWorld({ tables: { server: tableServer(protocol, PLACE, answers) } });
  const { network, clock } = world.platform;
  let said = '';
  let ms = 0;
  await world.run(async () => {
    const startMs = clock.now();
    const connection: Connection = await network.connectTcp(PLACE);
    for (const piece of pieces) connection.write(Buffer.from(piece, 'latin1'));
    connection.end();
    for await (const chunk of connection) said += Buffer.from(chunk).toString('latin1');
    ms = clock.now() - startMs;
  });
  return { said, questions: world.questions.map(({ text }) => text), ms };
}

describe('a table server', () => {
  test('speaks tcp_table', async () => {
    const answers = { 'a b': 'c%d', busy: { error: 'not now' }, many: ['1', '2'] };
    const { said, questions } = await say(
      'tcp',
      ['get a%20b\nget constr', 'uctor\nget busy\n', 'get many\nget many\nget many\n'],
      answers,
    );
    expect(said.split('\n')).toEqual([
      '200 c%25d',
      '500 nothing%20here',
      '400 not%20now',
      '200 1',
      '200 2',
      '200 2',
      '',
    ]);
    expect(questions).toEqual(['a b', 'constructor', 'busy', 'many', 'many', 'many']);
  });

  test('speaks socketmap', async () => {
    const answers = { 'm a': 'b', 'm c': { error: 'no', word: 'PERM' } } as const;
    const { said, questions } = await say('socketmap', ['3:m', ' a,3:m c,', '3:m x,'], answers);
    expect(said).toBe('4:OK b,7:PERM no,21:NOTFOUND nothing here,');
    expect(questions).toEqual(['m a', 'm c', 'm x']);
  });

  test('says other bytes, waits, and goes away', async () => {
    const answers = { a: { after: '2s', answer: { bytes: '\xff', then: 'close' } } } as const;
    const { said, questions, ms } = await say('tcp', ['get a\nget b\n'], answers);
    expect({ said, questions }).toEqual({ said: '\xff', questions: ['a'] });
    expect(ms).toBeGreaterThanOrEqual(2_000);
  });

  test.each(['x:m a,', '-9:m a,', '1e1:m a,', ':m a,', '12345678:m a,'])(
    'hangs up on %j, which is no question',
    async (bytes) => {
      expect(await say('socketmap', [bytes], {})).toMatchObject({ said: '', questions: [] });
    },
  );

  test.each([{ address: 'x', port: 1 }, { address: '192.0.2.1', port: 0 }, { unix: 'run/x' }])(
    'listens at no such place as %j',
    (place) => {
      expect(() => tableServer('tcp', place, {})).toThrow(HostDefinitionError);
    },
  );
});
