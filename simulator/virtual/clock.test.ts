import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_START_MS, VirtualClock } from './clock.ts';

function sleep(clock: VirtualClock, delayMs: number): Promise<void> {
  return new Promise((resolve) => clock.schedule(delayMs, resolve));
}

describe('virtual clock', () => {
  test('hours pass at once, and only while a run drives them', async () => {
    const clock = new VirtualClock();
    expect(clock.now()).toBe(DEFAULT_START_MS);
    const result = await clock.run(async () => {
      await sleep(clock, 5 * 3_600_000);
      return clock.now();
    });
    expect(result).toBe(DEFAULT_START_MS + 5 * 3_600_000);
  });

  test('timers fire by due time, ties in the order of scheduling, cancelled ones never', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ delayMs: fc.nat(20), cancel: fc.boolean() }), { maxLength: 700 }),
        async (plan) => {
          const clock = new VirtualClock();
          const fired: number[] = [];
          const timers = plan.map(({ delayMs }, index) => clock.schedule(delayMs, () => fired.push(index)));
          for (const [index, { cancel }] of plan.entries()) if (cancel) timers[index]?.cancel();
          await clock.run(() => sleep(clock, 20));
          const expected = plan
            .map((timer, index) => ({ ...timer, index }))
            .filter(({ cancel }) => !cancel)
            .sort((a, b) => a.delayMs - b.delayMs || a.index - b.index)
            .map(({ index }) => index);
          expect(fired).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('sweeping out cancelled timers keeps the order of the others', async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const timers = Array.from({ length: 1000 }, (_, index) =>
      clock.schedule((index * 7919) % 1000, () => fired.push((index * 7919) % 1000)),
    );
    for (const [index, timer] of timers.entries()) if (index % 10 !== 0) timer.cancel();
    await clock.run(() => sleep(clock, 1000));
    expect(fired).toHaveLength(100);
    expect(fired).toEqual([...fired].sort((a, b) => a - b));
  });

  test('what a timer causes in three event-loop turns happens before time moves on', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    await clock.run(async () => {
      clock.schedule(10, () =>
        setImmediate(() => setImmediate(() => seen.push(`reaction at ${clock.now()}`))),
      );
      await sleep(clock, 11);
      seen.push(`later at ${clock.now()}`);
    });
    expect(seen).toEqual([`reaction at ${DEFAULT_START_MS + 10}`, `later at ${DEFAULT_START_MS + 11}`]);
  });

  test('time stands still for a pending real operation', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.schedule(1, () => fired.push('timer'));
    await clock.run(async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      let turns = 0;
      const turn = () => (++turns < 200 ? setImmediate(turn) : resolve());
      setImmediate(turn);
      await clock.pending(promise);
      fired.push('real');
      await sleep(clock, 5);
    });
    expect(fired).toEqual(['real', 'timer']);
  });

  test('a deadlock is one clear line', async () => {
    const clock = new VirtualClock();
    const run = clock.run(async () => {
      await sleep(clock, 1500);
      await new Promise(() => undefined);
    });
    await expect(run).rejects.toThrow(
      /^virtual clock: deadlock: nothing is scheduled and the work has not settled after \d+ idle turns at 2026-01-01T00:00:01.500Z \(1500 ms after the start\)$/,
    );
    await expect(clock.run(async () => 'usable again')).resolves.toBe('usable again');
  });

  test('limits on virtual time, on timers, on real waiting', async () => {
    const clock = new VirtualClock();
    await expect(clock.run(() => sleep(clock, 1001), { virtualMs: 1000 })).rejects.toMatchObject({
      failure: 'virtualMs',
    });
    const endless = () => clock.schedule(0, endless);
    const run = clock.run(
      () => {
        endless();
        return new Promise(() => undefined);
      },
      { timersFired: 50 },
    );
    await expect(run).rejects.toMatchObject({ failure: 'timersFired' });
    const stuck = new VirtualClock();
    const waiting = stuck.run(() => stuck.pending(new Promise(() => undefined)), { realWaitMs: 1 });
    await expect(waiting).rejects.toMatchObject({ failure: 'realWaitMs' });
  });

  test('errors of the work and of timers reject the run; runs do not nest', async () => {
    const clock = new VirtualClock();
    await expect(clock.run(() => Promise.reject(new Error('work')))).rejects.toThrow('work');
    const run = clock.run(async () => {
      clock.schedule(1, () => {
        throw new Error('timer');
      });
      await sleep(clock, 2);
    });
    await expect(clock.run(async () => undefined)).rejects.toMatchObject({ failure: 'concurrent' });
    await expect(run).rejects.toThrow('timer');
  });
});
