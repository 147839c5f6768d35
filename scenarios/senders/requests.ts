/** The delivery requests that a message becomes. */

import { batchesOf, type DestinationLimits } from '../../client/dispatch.ts';
import type { DeliveryRequest } from '../../client/request.ts';
import type { Submission, SubmittedRecipient } from './sender.ts';

/** What the queue manager reads. */
export interface QueueSettings extends Pick<DestinationLimits, 'smtp_destination_recipient_limit'> {
  /** '' when there is none. */
  readonly relayhost: string;
}

/** A request for each destination and each of its batches, as the queue manager divides a message. */
export function requestsOf(
  submission: Submission,
  settings: QueueSettings,
  nowMs: number,
): DeliveryRequest[] {
  const nexthopOf = ({ address }: SubmittedRecipient) =>
    submission.nexthop ?? (settings.relayhost || address.slice(address.lastIndexOf('@') + 1));
  const batches = batchesOf(submission.recipients, nexthopOf, settings);
  // Nobody to deliver to: the queue manager should not ask, and is told so.
  if (batches.length === 0) batches.push({ nexthop: submission.nexthop ?? '', recipients: [] });
  return batches.map((batch) => ({
    ...batch,
    queueId: submission.queueId,
    service: submission.service,
    sender: submission.from,
    message: submission.message,
    arrivedAtMs: nowMs - submission.ageMs,
    activeAtMs: nowMs,
    smtputf8: submission.smtputf8,
    requireTls: submission.requireTls,
    probe: submission.probe,
    traceAll: submission.traceAll,
    traceDelayed: submission.traceDelayed,
    ...(submission.envelopeId === undefined ? {} : { envelopeId: submission.envelopeId }),
    ...(submission.submitter === undefined ? {} : { submitter: submission.submitter }),
    ...(submission.reuse === undefined ? {} : { reuse: submission.reuse }),
    ...(submission.returnContent === undefined ? {} : { returnContent: submission.returnContent }),
  }));
}
