import { describe, expect, test } from 'vitest';
import type { StatusRecord } from '../outcome/status-services.ts';
import { AttributeReader } from './attributes.ts';
import { decodeFinding, decodeStatusRecord, encodeFinding, encodeStatusRecord } from './status-records.ts';

const read = (bytes: Buffer) => new AttributeReader().push(bytes)[0] ?? new Map<string, string>();

/** As the real smtp(8) sent them, or a stand-in for it that services took for the real one. */
const records: readonly (readonly [string, string, StatusRecord, { flags: number; offset: string }])[] = [
  [
    'defer',
    'nrequest\x000\0flags\x000\0queue_id\x00715E2240272\0original_recipient\0defer1@example.test\0recipient\0defer1@example.test\0offset\x00736\0dsn_orig_rcpt\0rfc822;defer1@example.test\0notify_flags\x000\0status\x004.2.1\0diag_type\0smtp\0diag_text\x00450 4.2.1 try later\0mta_type\0dns\0mta_mname\0poc.example\0action\0delayed\0reason\0host poc.example[192.0.2.1] said: 450 4.2.1 try later (in reply to RCPT TO command)\0\0',
    {
      queueId: '715E2240272',
      address: 'defer1@example.test',
      originalAddress: 'defer1@example.test',
      dsnOriginalRecipient: 'rfc822;defer1@example.test',
      notify: [],
      dsn: '4.2.1',
      action: 'delayed',
      reason: 'host poc.example[192.0.2.1] said: 450 4.2.1 try later (in reply to RCPT TO command)',
      reply: '450 4.2.1 try later',
      remoteMta: 'poc.example',
    },
    { flags: 0, offset: '736' },
  ],
  [
    'defer, without a server',
    'nrequest\x000\0flags\x000\0queue_id\x00CAAD02401CF\0original_recipient\0a@real.test\0recipient\0a@real.test\0offset\x00640\0dsn_orig_rcpt\0rfc822;a@real.test\0notify_flags\x000\0status\x004.4.1\0diag_type\0\0diag_text\0\0mta_type\0\0mta_mname\0\0action\0delayed\0reason\0connect to 127.0.0.1[127.0.0.1]:12598: Connection refused\0\0',
    {
      queueId: 'CAAD02401CF',
      address: 'a@real.test',
      originalAddress: 'a@real.test',
      dsnOriginalRecipient: 'rfc822;a@real.test',
      notify: [],
      dsn: '4.4.1',
      action: 'delayed',
      reason: 'connect to 127.0.0.1[127.0.0.1]:12598: Connection refused',
    },
    { flags: 0, offset: '640' },
  ],
  [
    'trace',
    'nrequest\x000\0flags\x000\0queue_id\x0012E342401CB\0original_recipient\0a@real.test\0recipient\0a@real.test\0offset\x00655\0dsn_orig_rcpt\0rfc822;a@real.test\0notify_flags\x002\0status\x002.0.0\0diag_type\0smtp\0diag_text\x00250 2.0.0 Ok\0mta_type\0dns\0mta_mname\x00127.0.0.1\0action\0relayed\0reason\0delivery via 127.0.0.1[127.0.0.1]:12597: 250 2.0.0 Ok\0\0',
    {
      queueId: '12E342401CB',
      address: 'a@real.test',
      originalAddress: 'a@real.test',
      dsnOriginalRecipient: 'rfc822;a@real.test',
      notify: ['success'],
      dsn: '2.0.0',
      action: 'relayed',
      reason: 'delivery via 127.0.0.1[127.0.0.1]:12597: 250 2.0.0 Ok',
      reply: '250 2.0.0 Ok',
      remoteMta: '127.0.0.1',
    },
    { flags: 0, offset: '655' },
  ],
];

describe('records of outcomes are those of smtp(8)', () => {
  test.each(records)('%s', (_, bytes, record, origin) => {
    expect(encodeStatusRecord(record, origin).toString()).toBe(bytes);
    expect(decodeStatusRecord(read(Buffer.from(bytes)))).toEqual(record);
  });

  test('what asks for a report is no record', () => {
    expect(decodeStatusRecord(new Map([['nrequest', '1']]))).toBeUndefined();
  });
});

describe('findings about addresses are those of smtp(8)', () => {
  test.each([
    [
      'request\0update\0address\0ok11@v.test\0recipient_status\x000\0reason\x00250 2.1.5 Ok\0\0',
      'ok11',
      'deliverable',
      '250 2.1.5 Ok',
    ],
    [
      'request\0update\0address\0bad11@v.test\0recipient_status\x002\0reason\0host 127.0.0.1[127.0.0.1] said: 500 5.3.0 Error: command failed (in reply to RCPT TO command)\0\0',
      'bad11',
      'undeliverable',
      'host 127.0.0.1[127.0.0.1] said: 500 5.3.0 Error: command failed (in reply to RCPT TO command)',
    ],
  ] as const)('%j', (bytes, local, action, reason) => {
    const record = { queueId: '', address: `${local}@v.test`, notify: [], dsn: '', action, reason };
    expect(encodeFinding(record).toString()).toBe(bytes);
    expect(decodeFinding(read(Buffer.from(bytes)))).toEqual(record);
  });
});
