import { describe, expect, test } from 'vitest';
import { AttributeReader } from './attributes.ts';
import { decodeDeliveryReply, encodeDeliveryReply } from './delivery-protocol.ts';

const NOTHING_WRONG = 'status\0\0diag_type\0\0diag_text\0\0mta_type\0\0mta_mname\0\0action\0\0reason\0\0';
const REASON = 'connect to 127.0.0.1[127.0.0.1]:12598: Connection refused';

describe('a reply is that of smtp(8)', () => {
  test.each([
    ['all done', { finished: true }, `${NOTHING_WRONG}status\x000\0\0`],
    ['some deferred', { finished: false }, `${NOTHING_WRONG}status\x004294967295\0\0`],
    [
      'the destination is to be left alone',
      { finished: false, throttle: { dsn: '4.4.1', reason: REASON } },
      `${NOTHING_WRONG.replace('status\0', 'status\x004.4.1').replace('reason\0', `reason\0${REASON}`)}status\x004294967295\0\0`,
    ],
  ])('%s', (_, reply, bytes) => {
    expect(encodeDeliveryReply(reply).toString()).toBe(bytes);
    const [list = new Map()] = new AttributeReader().push(Buffer.from(bytes));
    expect(decodeDeliveryReply(list)?.finished).toBe(reply.finished);
    expect(decodeDeliveryReply(list)?.throttle?.reason).toBe('throttle' in reply ? REASON : undefined);
  });

  test('a list without a status is none', () => {
    expect(decodeDeliveryReply(new Map([['protocol', 'x']]))).toBeUndefined();
  });
});
