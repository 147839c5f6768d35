/** Hands recipients on to another transport of this mail system (`best_mx_transport`), as the queue manager would. */
import type { Deliverer, DeliveryTerms } from '../deliverer.ts';
import type { Outcome } from '../request.ts';
import { DELIVERY_PROTOCOL, decodeDeliveryReply } from './delivery-protocol.ts';
import { emptyMessage, type ReceivedRequest } from './received-request.ts';
import { askService, type ServiceTalk } from './services.ts';

export interface PassingOn {
  readonly deliverer: Deliverer;
  readonly terms: DeliveryTerms;
  readonly talk: ServiceTalk;
}

/** Whether the other transports are done with all of them. Those that cannot be handed on are deferred. */
export async function passOn(
  passed: readonly Outcome[],
  request: ReceivedRequest,
  { deliverer, terms, talk }: PassingOn,
): Promise<boolean> {
  const limitMs = deliverer.settings.daemon_timeout * 1000;
  let finished = true;
  for (const { recipient, passedTo } of passed) {
    if (passedTo === undefined) continue;
    const { transport, nexthop } = passedTo;
    const encoded = request.requestFor(recipient, nexthop);
    // Transports are files of one folder.
    const reply = transport.includes('/')
      ? undefined
      : await askService(`private/${transport}`, DELIVERY_PROTOCOL, () => encoded, { ...talk, limitMs }).then(
          decodeDeliveryReply,
          () => undefined,
        );
    finished &&= reply?.finished === true;
    if (reply !== undefined) continue;
    const left = { ...request.delivery, message: emptyMessage, recipients: [recipient] };
    await deliverer.defer(left, 'mail transport unavailable', terms);
  }
  return finished;
}
