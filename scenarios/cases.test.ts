/** The catalogue of cases against the suites: every case is put to the test, or there is a reason why not. */
import { expect, test } from 'vitest';
import { cases } from './cases.ts';
import { loadSuites } from './load.ts';

/** Cases without a scenario, and what they wait for. */
const unshown: ReadonlyMap<string, string> = new Map([
  ['delivery-4', 'the client is handed a message, not the name of a queue file'],
  ['delivery-6', 'recipients are marked as done in queue files, of which the client knows nothing'],
  [
    'delivery-238',
    'what a queue manager does about other messages once the client has asked for a suspension',
  ],
  ['security-4', 'refused before anything is delivered: client/tls/policy/global-level.test.ts'],
  ['security-5', 'refused before anything is delivered: client/tls/policy/global-level.test.ts'],
]);

test('every case has a scenario, or a reason', async () => {
  const shown = new Set((await loadSuites()).flatMap(({ scenario }) => scenario.origins));
  const without = [...cases().keys()].filter((id) => !shown.has(id));
  expect(without).toEqual([...unshown.keys()]);
});

test('the catalogue has the cases that it had', () => {
  const ids = [...cases().keys()];
  expect(ids.filter((id) => id.startsWith('delivery-'))).toEqual(
    Array.from({ length: 240 }, (_, index) => `delivery-${index + 1}`),
  );
  expect(ids.filter((id) => id.startsWith('security-'))).toEqual(
    Array.from({ length: 170 }, (_, index) => index + 1).flatMap((number) =>
      number === 60 ? ['security-60', 'security-60a', 'security-60b'] : [`security-${number}`],
    ),
  );
  expect(ids.filter((id) => id.startsWith('field-'))).toHaveLength(216);
});
