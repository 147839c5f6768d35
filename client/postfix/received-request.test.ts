import { describe, expect, test } from 'vitest';
import { AttributeReader } from './attributes.ts';
import { type ReceivedRequest, RequestError, readRequest, recipientCount } from './received-request.ts';

/** As Postfix 3.7.11 sent it. */
const POSTFIX_3_7 =
  'flags\x003\x00queue_name\x00active\x00queue_id\x00715E2240272\x00offset\x00759\x00size\x00407\x00nexthop\x00[127.0.0.1]:12599\x00encoding\x00\x00smtputf8\x000\x00sender\x00sender@origin.test\x00envelope_id\x00\x00ret_flags\x000\x00time\x00fnUCawAAAAC0AwcAAAAAAH51AmsAAAAAqB4HAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\x00log_client_name\x00localhost\x00log_client_address\x00127.0.0.1\x00log_client_port\x0053180\x00log_protocol_name\x00ESMTP\x00log_helo_name\x00client.ipc.test\x00sasl_method\x00\x00sasl_username\x00\x00sasl_sender\x00\x00log_ident\x00715E2240272\x00rewrite_context\x00local\x00recipient_count\x002\x00\x00original_recipient\x00defer1@example.test\x00recipient\x00defer1@example.test\x00offset\x00736\x00dsn_orig_rcpt\x00rfc822;defer1@example.test\x00notify_flags\x000\x00\x00original_recipient\x00ok1@example.test\x00recipient\x00ok1@example.test\x00offset\x00655\x00dsn_orig_rcpt\x00rfc822;ok1@example.test\x00notify_flags\x000\x00\x00';

function read(bytes: string): ReceivedRequest {
  const [first, ...recipients] = new AttributeReader().push(Buffer.from(bytes));
  if (first === undefined) throw new Error('no list');
  expect(recipients).toHaveLength(recipientCount(first));
  return readRequest(first, recipients, 'smtp');
}

const changed = (name: string, from: string, to: string) =>
  POSTFIX_3_7.replace(`${name}\0${from}\0`, `${name}\0${to}\0`);

describe('a request of a queue manager', () => {
  test('is read', () => {
    const request = read(POSTFIX_3_7);
    expect(request).toMatchObject({
      flags: 3,
      queueName: 'active',
      queueId: '715E2240272',
      contentOffset: 759,
      sizeBytes: 407,
      encoding: undefined,
      utf8Headers: false,
      tlsNotRequired: false,
      delivery: {
        queueId: '715E2240272',
        service: 'smtp',
        nexthop: '[127.0.0.1]:12599',
        sender: 'sender@origin.test',
        recipients: [
          {
            address: 'defer1@example.test',
            originalAddress: 'defer1@example.test',
            dsnOriginalRecipient: 'rfc822;defer1@example.test',
          },
          {
            address: 'ok1@example.test',
            originalAddress: 'ok1@example.test',
            dsnOriginalRecipient: 'rfc822;ok1@example.test',
          },
        ],
        probe: false,
        traceAll: false,
        reuse: { load: false, store: false },
        submitter: {
          name: 'localhost',
          address: '127.0.0.1',
          port: '53180',
          protocol: 'ESMTP',
          helo: 'client.ipc.test',
          queueId: '715E2240272',
          local: true,
        },
      },
    });
    expect(request.delivery.arrivedAtMs).toBeCloseTo(1_795_323_262_459.7, 1);
    expect(request.delivery.activeAtMs).toBeCloseTo(1_795_323_262_466.6, 1);
    expect([...request.offsets.values()]).toEqual(['736', '655']);
  });

  test.each([
    ['259', { probe: true }],
    ['515', { probe: 'user' }],
    ['6147', { reuse: { load: true, store: true } }],
    ['1027', { traceAll: true }],
    ['8195', { traceDelayed: true }],
  ])('has flags %s', (flags, expected) => {
    expect(read(changed('flags', '3', flags)).delivery).toMatchObject(expected);
  });

  test('has options under the name of its release', () => {
    const newer = POSTFIX_3_7.replace('smtputf8\x000', 'sendopts\x0051');
    const { delivery, utf8Headers, tlsNotRequired } = read(newer);
    expect([delivery.smtputf8, delivery.requireTls, utf8Headers, tlsNotRequired]).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  test('can be made for one recipient and another next hop', () => {
    const request = read(POSTFIX_3_7);
    const [, second] = request.delivery.recipients;
    if (second === undefined) throw new Error('no second recipient');
    const first = 'original_recipient\0defer1@example.test\0';
    const at = POSTFIX_3_7.indexOf(first);
    const withoutFirst = POSTFIX_3_7.slice(0, at) + POSTFIX_3_7.slice(POSTFIX_3_7.indexOf('\0\0', at) + 2);
    expect(request.requestFor(second, 'other:24').toString()).toBe(
      withoutFirst
        .replace('nexthop\0[127.0.0.1]:12599\0', 'nexthop\0other:24\0')
        .replace('recipient_count\x002\0', 'recipient_count\x001\0'),
    );
  });

  test.each([
    ['a path for a queue id', changed('queue_id', '715E2240272', '../../etc/passwd')],
    ['no queue id', changed('queue_id', '715E2240272', '')],
    ['an offset of words', changed('offset', '759', 'somewhere')],
    ['a negative offset', changed('offset', '759', '18446744073709551615')],
    ['times of another machine', POSTFIX_3_7.replace('fnUCaw', 'fnUC')],
    ['a recipient without an offset', changed('offset', '655', 'here')],
    ['no sender', POSTFIX_3_7.replace('sender\0sender@', 'seller\0sender@')],
  ])('with %s is refused', (_, bytes) => {
    expect(() => read(bytes)).toThrow(RequestError);
  });

  test('with more recipients than any is refused', () => {
    expect(() => recipientCount(new Map([['recipient_count', '100001']]))).toThrow(RequestError);
  });
});
