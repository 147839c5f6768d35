/** The delivery requests that a message becomes. */
import type { DeliveryRequest } from '../../client/request.ts';
import type { Submission } from './sender.ts';

/** One request for each destination, as the queue manager divides a message; `relayhost` is '' when there is none. */
export function requestsOf(submission: Submission, relayhost: string, nowMs: number): DeliveryRequest[] {
  const byNexthop = Map.groupBy(
    submission.recipients,
    ({ address }) => submission.nexthop ?? (relayhost || address.slice(address.lastIndexOf('@') + 1)),
  );
  // Nobody to deliver to: the queue manager should not ask, and is told so.
  if (submission.recipients.length === 0) byNexthop.set(submission.nexthop ?? '', []);
  return [...byNexthop].map(([nexthop, recipients]) => ({
    queueId: submission.queueId,
    service: submission.service,
    nexthop,
    sender: submission.from,
    recipients,
    message: submission.message,
    arrivedAtMs: nowMs - submission.ageMs,
    activeAtMs: nowMs,
    smtputf8: submission.smtputf8,
    probe: submission.probe,
    traceAll: submission.traceAll,
    traceDelayed: submission.traceDelayed,
    ...(submission.envelopeId === undefined ? {} : { envelopeId: submission.envelopeId }),
    ...(submission.submitter === undefined ? {} : { submitter: submission.submitter }),
    ...(submission.reuse === undefined ? {} : { reuse: submission.reuse }),
    ...(submission.returnContent === undefined ? {} : { returnContent: submission.returnContent }),
  }));
}
