import { describe, expect, test } from 'vitest';
import { affectedBy, type Import } from './import-graph.ts';
import { type Ended, type Wanted, Watch } from './watch.ts';

/** A run imports the program and, by their addresses, two files of scenarios; one of them has a helper. */
const imports: readonly Import[] = [
  ['/run.ts', '/load.ts'],
  ['/run.ts', '/client.ts'],
  ['/load.ts', '/language.ts'],
  ['/a.ts', '/language.ts'],
  ['/a.ts', '/helper.ts'],
  ['/b.ts', '/language.ts'],
  ['/helper.ts', '/deep.ts'],
  ['/deep.ts', '/helper.ts'],
];
const files = new Set(['/a.ts', '/b.ts']);

describe('what a changed file touches', () => {
  test.each<[readonly string[], readonly string[] | 'all']>([
    [['/a.ts'], ['/a.ts']],
    [['/helper.ts'], ['/a.ts']],
    [['/deep.ts'], ['/a.ts']],
    [
      ['/deep.ts', '/b.ts'],
      ['/a.ts', '/b.ts'],
    ],
    [['/client.ts'], 'all'],
    [['/language.ts'], 'all'],
    [['/run.ts'], 'all'],
    [['/a.ts', '/client.ts'], 'all'],
    [['/notes.txt'], []],
  ])('%j: %j', (changed, expected) => {
    const affected = affectedBy(changed, imports, files);
    expect(affected === 'all' ? affected : [...affected].sort()).toEqual(expected);
  });
});

/** A watch of which every run is ended by hand, in a time that passes by hand. */
function watched(inputs: readonly string[] = []) {
  const timers: (() => void)[] = [];
  const runs: { wanted: Wanted; end: (failed?: readonly string[] | 'broken') => Promise<void> }[] = [];
  const said: string[] = [];
  let atOnce = 0;
  const watch = new Watch({
    clock: {
      schedule(_, callback) {
        timers.push(callback);
        return { cancel: () => timers.splice(timers.indexOf(callback), 1) };
      },
    },
    run: (wanted) => {
      atOnce += 1;
      expect(atOnce).toBe(1);
      const { promise, resolve } = Promise.withResolvers<Ended | undefined>();
      const end = async (failed: readonly string[] | 'broken' = []) => {
        atOnce -= 1;
        const scenarios = [...files].map((file) => ({ id: file.slice(1, 2), file }));
        const ran = scenarios.map(({ id }) => id).filter((id) => wants(wanted, id));
        resolve(failed === 'broken' ? undefined : { imports, scenarios, ran, failed });
        // The watch hears of it after its own steps.
        for (let step = 0; step < 5; step += 1) await Promise.resolve();
      };
      runs.push({ wanted, end });
      return promise;
    },
    interrupt: () => void said.push('interrupted'),
    inputs,
    mayHoldScenarios: (path) => path.startsWith('/suites/'),
    say: (line) => void said.push(line),
  });
  const pass = () => {
    for (const timer of timers.splice(0)) timer();
  };
  return { watch, runs, said, pass, timers };
}

const wants = (wanted: Wanted, id: string): boolean => {
  if (wanted === 'all') return true;
  return 'ids' in wanted ? wanted.ids.includes(id) : wanted.files.includes(`/${id}.ts`);
};

/** After a first run of everything. */
async function begun(failed: readonly string[] = [], inputs: readonly string[] = []) {
  const all = watched(inputs);
  all.watch.want('all');
  await all.runs[0]?.end(failed);
  return all;
}

describe('the watch', () => {
  test('waits until files are left alone, and takes them together', async () => {
    const { watch, runs, pass, timers } = await begun();
    watch.change('/a.ts');
    watch.change('/b.ts');
    watch.change('/a.ts');
    expect(timers).toHaveLength(1);
    expect(runs).toHaveLength(1);
    pass();
    expect(runs.map(({ wanted }) => wanted)).toEqual(['all', { files: ['/a.ts', '/b.ts'] }]);
  });

  test('what changes during a run waits for its end', async () => {
    const { watch, runs, pass } = await begun();
    watch.key('a');
    watch.change('/helper.ts');
    pass();
    expect(runs).toHaveLength(2);
    await runs[1]?.end();
    expect(runs.map(({ wanted }) => wanted)).toEqual(['all', 'all', { files: ['/a.ts'] }]);
    await runs[2]?.end();
    expect(runs).toHaveLength(3);
  });

  test('files that touch nothing start nothing', async () => {
    const { watch, runs, pass } = await begun();
    watch.change('/notes.txt');
    pass();
    expect(runs).toHaveLength(1);
  });

  test('a new file of scenarios, and a configuration', async () => {
    const { watch, runs, pass } = await begun([], ['/main.cf']);
    watch.change('/suites/new.ts');
    pass();
    await runs[1]?.end();
    watch.change('/main.cf');
    pass();
    expect(runs.map(({ wanted }) => wanted)).toEqual(['all', { files: ['/suites/new.ts'] }, 'all']);
  });

  test('runs again what failed, until it does not', async () => {
    const { watch, runs, said } = await begun(['a', 'b']);
    watch.key('f');
    expect(runs[1]?.wanted).toEqual({ ids: ['a', 'b'] });
    await runs[1]?.end(['b']);
    watch.key('f');
    expect(runs[2]?.wanted).toEqual({ ids: ['b'] });
    await runs[2]?.end();
    watch.key('f');
    watch.key('x');
    expect(runs).toHaveLength(3);
    expect(said).toEqual(['nothing failed']);
  });

  test('after a run that broke, what was known before still holds', async () => {
    const { watch, runs, pass } = await begun();
    watch.change('/a.ts');
    pass();
    await runs[1]?.end('broken');
    watch.change('/a.ts');
    pass();
    expect(runs[2]?.wanted).toEqual({ files: ['/a.ts'] });
  });

  test('everything is run as long as nothing is known', async () => {
    const { watch, runs, pass } = watched();
    watch.want('all');
    await runs[0]?.end('broken');
    watch.change('/a.ts');
    pass();
    expect(runs[1]?.wanted).toBe('all');
  });

  test.each(['q', '\u0003'])(
    'ends with %j: at once, or when the run at work has come to its end',
    async (key) => {
      const idle = await begun();
      idle.watch.change('/a.ts');
      idle.watch.key(key);
      await idle.watch.ended;
      expect(idle.timers).toEqual([]);
      const busy = watched();
      busy.watch.want('all');
      busy.watch.key(key);
      let ended = false;
      void busy.watch.ended.then(() => {
        ended = true;
      });
      await Promise.resolve();
      expect(ended).toBe(false);
      expect(busy.said).toEqual(['interrupted']);
      await busy.runs[0]?.end();
      expect(ended).toBe(true);
      busy.watch.change('/a.ts');
      expect(busy.timers).toEqual([]);
      expect(busy.runs).toHaveLength(1);
    },
  );
});
