/**
 * Whatever is wrong with TLS, certificates and DNS: no mail in the clear where that is forbidden, none to a server that
 * does not prove who it is where it has to, no credentials by means that the options forbid, and one outcome for every
 * recipient.
 *
 * 1,000 runs; `NEXTHOP_FUZZ_RUNS=50000 npx vitest run tests/tls-property.test.ts` for more.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attempt } from './tls-property/attempt.ts';
import { type Happening, judge } from './tls-property/oracle.ts';
import { plan } from './tls-property/plan.ts';

const RUNS = Number(process.env.NEXTHOP_FUZZ_RUNS ?? 1_000);

test('TLS keeps its promises', { timeout: Math.max(120_000, RUNS * 100) }, async () => {
  const happenings = new Map<Happening, number>();
  const happened = (what: Happening) => happenings.set(what, (happenings.get(what) ?? 0) + 1);
  await fc.assert(
    fc.asyncProperty(plan, async (given) => {
      expect(judge(given, await attempt(given), happened)).toEqual([]);
    }),
    { numRuns: RUNS },
  );
  // Nothing is kept from happening by the plans themselves.
  const all: Happening[] = ['clear', 'encrypted', 'proved', 'fallback', 'auth', 'requiretls', 'kept', 'lost'];
  expect(all.filter((what) => (happenings.get(what) ?? 0) < RUNS / 1000)).toEqual([]);
});
