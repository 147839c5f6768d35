/** What holds for every sender that is not Postfix and has a notion of mail of its own. */
import { type Destination, DestinationError, parseDestinations } from '../../client/destination.ts';
import type { Submission } from './sender.ts';

/**
 * How long such a sender is told to wait for a connection or a reply, where it can be told: real scenarios never make
 * a client wait that long, except for ever.
 */
export const PATIENCE_SECONDS = 3;

/** The one next hop that is named; undefined when none is. Throws DestinationError when there are several. */
export function namedDestination({ nexthop, service }: Submission): Destination | undefined {
  if (nexthop === undefined) return undefined;
  const parsed = parseDestinations(nexthop, {
    protocol: service,
    defaultService: service,
    knownTcpPorts: [],
  });
  const [destination, ...others] = parsed;
  if (others.length > 0) throw new DestinationError(`several destinations: ${nexthop}`);
  return destination;
}

/** Why submissions ask for more than mail from one machine to another, in one line. */
export function postfixNotion(name: string, submissions: readonly Submission[]): string | undefined {
  for (const submission of submissions) {
    if (submission.probe !== false) {
      return `${name} has no address probes that leave a record of their outcome`;
    }
    if (submission.traceAll || submission.traceDelayed) return `${name} keeps no trace records`;
    if (submission.recipients.length === 0) return `${name} is handed mail for somebody`;
    if (submission.corrupt) return `${name} is handed whole messages`;
    if (submission.afterMs > 0) return `${name} is handed its messages one right after another`;
    if (submission.submitter !== undefined || submission.reuse !== undefined) {
      return `${name} is not told where a message came from, nor which connections to keep`;
    }
    if (submission.ageMs > 0) return `${name} cannot be handed a message that has waited already`;
    if (submission.recipients.some(({ originalAddress }) => originalAddress !== undefined)) {
      return `${name} cannot be handed a recipient that was rewritten before`;
    }
    try {
      namedDestination(submission);
    } catch (error) {
      if (!(error instanceof DestinationError)) throw error;
      return `the next hop has a meaning to Postfix only (${error.message})`;
    }
  }
  return undefined;
}
