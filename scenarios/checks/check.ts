/** The way out for what no other check can say: a function that looks at the evidence. */
import type { Evidence } from '../evidence.ts';
import type { Expectation, Ledger } from './expectation.ts';

/**
 * Holds when `examine` returns nothing; a string that it returns, or an error that it throws, says what is wrong.
 * The hosts it speaks about are to be listed in `hosts`.
 */
export function check(
  title: string,
  examine: (evidence: Evidence, ledger: Ledger) => string | undefined | Promise<string | undefined>,
  options: { readonly hosts?: readonly string[] } = {},
): Expectation {
  return {
    title,
    binds: 'everyone',
    mentions: { hosts: options.hosts ?? [] },
    async look(evidence, ledger) {
      for (const host of options.hosts ?? []) ledger.hosts.add(host);
      try {
        const wrong = await examine(evidence, ledger);
        return [{ holds: wrong === undefined, seen: wrong ?? '' }];
      } catch (error) {
        return [{ holds: false, seen: error instanceof Error ? error.message : String(error) }];
      }
    },
  };
}
