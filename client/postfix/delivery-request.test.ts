import { describe, expect, test } from 'vitest';
import { messageFromBytes } from '../content/message.ts';
import type { DeliveryRequest } from '../request.ts';
import { AttributeReader } from './attributes.ts';
import { encodeDeliveryRequest, unknownTlsOption } from './delivery-request.ts';

const content = Buffer.from('Subject: x\r\n\r\nHello\r\n');
const base: DeliveryRequest = {
  queueId: 'ABC',
  service: 'smtp',
  nexthop: '[mx.example.test]:25',
  sender: 'sender@client.test',
  recipients: [{ address: 'b@example.test' }, { address: 'a@example.test' }],
  message: messageFromBytes(content),
  arrivedAtMs: 1_000_500,
  activeAtMs: 1_100_000,
};

function read(request: DeliveryRequest, release: readonly [number, number] = [3, 7]) {
  const [common, ...recipients] = new AttributeReader().push(
    encodeDeliveryRequest(request, { queueId: '1F', offset: 2 }, release),
  );
  return { common: common ?? new Map<string, string>(), recipients };
}

describe('a delivery request', () => {
  test('names the message, and the recipients in their order', () => {
    const { common, recipients } = read(base);
    expect(Object.fromEntries(common)).toMatchObject({
      flags: '0',
      queue_name: 'active',
      queue_id: '1F',
      nexthop: '[mx.example.test]:25',
      size: `${content.length}`,
      encoding: '',
      smtputf8: '0',
      recipient_count: '2',
    });
    expect(recipients.map((list) => list.get('recipient'))).toEqual(['b@example.test', 'a@example.test']);
  });

  test('says when the message came, and when its turn', () => {
    const bytes = Buffer.from(read(base).common.get('time') ?? '', 'base64');
    expect(bytes).toHaveLength(88);
    expect([0, 8, 16, 24].map((at) => Number(bytes.readBigInt64LE(at)))).toEqual([1000, 500_000, 1100, 0]);
  });

  test('has flags for a probe, for UTF-8 and for delivery status notifications', () => {
    const { common, recipients } = read({
      ...base,
      probe: true,
      smtputf8: true,
      sender: 'jürgen@client.test',
      envelopeId: 'id',
      returnContent: 'headers',
      recipients: [
        {
          address: 'a@example.test',
          originalAddress: 'alias@example.test',
          dsnOriginalRecipient: 'rfc822;x@example.test',
          notify: ['success', 'failure'],
        },
      ],
    });
    expect(Object.fromEntries(common)).toMatchObject({
      flags: '256',
      smtputf8: '5',
      envelope_id: 'id',
      ret_flags: '2',
    });
    expect(Object.fromEntries(recipients[0] ?? [])).toEqual({
      original_recipient: 'alias@example.test',
      recipient: 'a@example.test',
      offset: '18446744073709551615',
      dsn_orig_rcpt: 'rfc822;x@example.test',
      notify_flags: '6',
    });
  });

  test('has flags for what a message asks of TLS, where the release knows them', () => {
    const options = (content: string, requireTls: boolean, release: readonly [number, number]) => {
      const { common } = read(
        { ...base, message: messageFromBytes(Buffer.from(content)), requireTls },
        release,
      );
      return common.get('sendopts') ?? common.get('smtputf8');
    };
    expect(options('TLS-Required: No\n\n', false, [3, 11])).toBe('16');
    expect(options('Require-TLS-ESMTP: yes\n\n', false, [3, 11])).toBe('32');
    expect(options('TLS-Required: maybe\n\n', true, [3, 11])).toBe('32');
    expect(options('TLS-Required: no\n\n', true, [3, 7])).toBe('0');
  });

  test.each([
    ['TLS-Required: no', false, [3, 9], 'TLS-Required'],
    ['TLS-Required: no', false, [3, 10], undefined],
    ['TLS-Required: maybe', false, [3, 7], undefined],
    ['Subject: x', true, [3, 10], 'REQUIRETLS'],
    ['Require-TLS-ESMTP: yes', false, [3, 10], 'REQUIRETLS'],
    ['Require-TLS-ESMTP: yes', false, [3, 11], undefined],
  ] as const)(
    'what %s asks, REQUIRETLS %s, Postfix %j may not know: %s',
    (header, requireTls, release, unknown) => {
      const message = messageFromBytes(Buffer.from(`${header}\n\n`));
      expect(unknownTlsOption({ message, requireTls }, release)).toBe(unknown);
    },
  );

  test('calls its options by the name that the release knows', () => {
    expect([...read(base, [3, 9]).common.keys()]).toContain('smtputf8');
    expect([...read(base, [3, 10]).common.keys()]).toContain('sendopts');
    expect([...read(base, [4, 0]).common.keys()]).toContain('sendopts');
  });
});
