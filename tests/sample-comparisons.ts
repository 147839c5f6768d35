/** Made-up runs of several senders with an oracle, for the tests of the reports and for looking at the page. */
import type { Comparison, Difference, Result, Results } from '../scenarios/results.ts';
import { sampleResults } from './sample-results.ts';

export const sampleSenders = [
  ['nexthop', '0.1.0'],
  ['postfix', '3.7.11'],
  ['exim', '4.96'],
  ['opensmtpd', '6.8.0p2'],
  ['msmtp', '1.8.23'],
  ['nodemailer', '10.6.0'],
] as const;

export const sampleDifference: Difference = {
  kind: 'command',
  text: "session 1 with a: nexthop 'C: QUIT', postfix 'C: RSET'",
  left: 'C: QUIT',
  right: 'C: RSET',
  session: 0,
};

/** The same scenarios with each sender; every tenth of Nexthop's differs from Postfix, every other of these accepted. */
export function sampleMatrix(
  scenarios = 30,
  senders: readonly (readonly [string, string])[] = sampleSenders,
): Results {
  const runs = senders.map(([sender, senderVersion], index) =>
    sampleResults(scenarios, index + 1).results.map(
      (result): Result => ({ ...result, sender, senderVersion, world: 'live' }),
    ),
  );
  const [first = []] = runs;
  const comparisons = first.map((result, index): Comparison => {
    const { scenario, sender, senderVersion, world, seed } = result;
    const accepted = index % 20 === 10 ? { accepted: 'an old version' } : {};
    const differences = index % 10 === 0 ? [{ ...sampleDifference, ...accepted }] : [];
    const place = {
      scenario,
      sender,
      senderVersion,
      world,
      seed,
      oracle: 'postfix',
      oracleVersion: '3.7.11',
    };
    return index % 10 === 5
      ? { ...place, same: false, undecided: 'postfix: inconclusive', differences: [] }
      : { ...place, same: differences.length === 0, differences };
  });
  return { ...sampleResults(0), results: runs.flat(), comparisons };
}
