/** The words of `delivery_request_protocol`, which queue managers and delivery agents share. */
import type { Notify } from '../request.ts';
import { type Attributes, encodeAttributes } from './attributes.ts';

export const DELIVERY_PROTOCOL = 'delivery_request_protocol';

export const REQUEST_FLAGS = {
  markDone: 1 << 0,
  probe: 1 << 8,
  userProbe: 1 << 9,
  traceAll: 1 << 10,
  loadConnection: 1 << 11,
  storeConnection: 1 << 12,
  traceDelayed: 1 << 13,
} as const;
export const NOTIFY_FLAGS: Readonly<Record<Notify, number>> = { never: 1, success: 2, failure: 4, delay: 8 };
export const RETURN_FLAGS = { full: 1, headers: 2 } as const;
/** Since release 3.10 beside the flags for SMTPUTF8. */
export const TLS_FLAGS = { notRequired: 16, required: 32 } as const;
export const SMTPUTF8_FLAGS = { requested: 1, header: 2, sender: 4, recipient: 8 } as const;

/** What an agent answers: the same list with every word empty but these. */
export interface DeliveryReply {
  /** Every recipient was delivered, bounced or passed on; otherwise the message is to be tried again. */
  readonly finished: boolean;
  /** Why the destination is to be left alone for a while. */
  readonly throttle?: { readonly dsn: string; readonly reason: string };
}

/** -1 as an unsigned int. */
const TRY_AGAIN = '4294967295';

export function encodeDeliveryReply({ finished, throttle }: DeliveryReply): Buffer {
  const site: Attributes = [
    ['status', throttle?.dsn ?? ''],
    ...['diag_type', 'diag_text', 'mta_type', 'mta_mname', 'action'].map((name) => [name, ''] as const),
    ['reason', throttle?.reason ?? ''],
  ];
  return encodeAttributes([...site, ['status', finished ? 0 : TRY_AGAIN]]);
}

/** Undefined: no reply of an agent. */
export function decodeDeliveryReply(list: ReadonlyMap<string, string>): DeliveryReply | undefined {
  // Of the two that have this name, the second one stands here.
  const status = list.get('status');
  if (status === undefined) return undefined;
  const reason = list.get('reason') ?? '';
  return { finished: status === '0', ...(reason !== '' && { throttle: { dsn: '4.0.0', reason } }) };
}
