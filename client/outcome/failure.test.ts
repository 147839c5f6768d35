import { describe, expect, test } from 'vitest';
import { enhancedStatus, type Reply } from '../reply.ts';
import {
  type Decision,
  decide,
  type Failure,
  isProtocolError,
  refusedToTalk,
  type Scope,
  saidNo,
  streamFailed,
} from './failure.ts';
import type { Stage } from './stages.ts';

const SERVER = 'mx.example.test[192.0.2.1]';

function reply(text: string): Reply {
  const code = Number(text.slice(0, 3));
  return { code, status: enhancedStatus(code, text.slice(3)), text, malformed: false };
}

describe('what a reply means', () => {
  test.each<[Stage, string, Scope, string, string]>([
    [
      'mail',
      '550 5.7.1 no',
      'message',
      '5.7.1',
      `host ${SERVER} said: 550 5.7.1 no (in reply to MAIL FROM command)`,
    ],
    [
      'rcpt',
      '450 4.2.0 wait',
      'recipient',
      '4.2.0',
      `host ${SERVER} said: 450 4.2.0 wait (in reply to RCPT TO command)`,
    ],
    ['rcpt', '552 full', 'recipient', '5.0.0', `host ${SERVER} said: 552 full (in reply to RCPT TO command)`],
    ['rcpt', '350 what', 'recipient', '5.5.0', `host ${SERVER} said: 350 what (in reply to RCPT TO command)`],
    [
      'data',
      '250 2.0.0 odd',
      'message',
      '5.5.0',
      `Protocol error: host ${SERVER} said: 250 2.0.0 odd (in reply to DATA command)`,
    ],
    [
      'endOfData',
      '451 4.3.0 later',
      'message',
      '4.3.0',
      `host ${SERVER} said: 451 4.3.0 later (in reply to end of DATA command)`,
    ],
  ])('%s %s', (stage, text, scope, dsn, reason) => {
    expect(saidNo(stage, SERVER, reply(text))).toMatchObject({ scope, dsn, reason });
  });

  test('LMTP replies after the content are about one recipient', () => {
    expect(saidNo('endOfData', SERVER, reply('550 5.2.2 full'), true).scope).toBe('recipient');
  });

  test('no failure can come of a reply to RSET or QUIT', () => {
    expect(() => saidNo('quit', SERVER, reply('500 no'))).toThrow();
    expect(() => saidNo('abort', SERVER, reply('500 no'))).toThrow();
  });

  test('a refusal to talk keeps the whole reply on one line', () => {
    expect(refusedToTalk('greeting', SERVER, reply('554-a\n554 b'), '4.0.0').reason).toBe(
      `host ${SERVER} refused to talk to me: 554-a 554 b`,
    );
  });

  test.each([
    ['lost', '4.4.2', `lost connection with ${SERVER} while sending RCPT TO`],
    ['timeout', '4.4.2', `conversation with ${SERVER} timed out while sending RCPT TO`],
    ['aborted', '4.3.2', 'delivery aborted while sending RCPT TO'],
  ] as const)('a stream that is %s', (fault, dsn, reason) => {
    expect(streamFailed('rcpt', SERVER, fault)).toMatchObject({ scope: 'stream', dsn, reason });
  });
});

describe('what is decided', () => {
  // class, last server, soft_bounce
  const table: [string, boolean, boolean, Decision][] = [
    ['4', false, false, 'keep'],
    ['4', false, true, 'keep'],
    ['4', true, false, 'defer'],
    ['4', true, true, 'defer'],
    ['5', false, false, 'bounce'],
    ['5', false, true, 'keep'],
    ['5', true, false, 'bounce'],
    ['5', true, true, 'bounce'],
  ];
  const scopes: Scope[] = ['host', 'message', 'recipient', 'stream', 'session'];
  for (const scope of scopes) {
    test.each(table)(
      `${scope} failure %s.1.1, last server %s, soft_bounce %s`,
      (statusClass, finalServer, soft, expected) => {
        const failure: Failure = { scope, dsn: `${statusClass}.1.1`, reason: 'x' };
        expect(decide(failure, { finalServer, softBounce: soft })).toBe(expected);
      },
    );
  }

  test('what another server may be able to do is permanent only at the last one', () => {
    const failure: Failure = { scope: 'requirement', dsn: '5.6.7', reason: 'x' };
    expect(decide(failure, { finalServer: false, softBounce: false })).toBe('keep');
    expect(decide(failure, { finalServer: true, softBounce: false })).toBe('bounce');
  });
});

test('a refusal is a protocol error if its code is none for a refusal, or says that a command was not understood', () => {
  const odd = Array.from({ length: 1000 }, (_, code) => code).filter((code) =>
    isProtocolError({ code, status: '', text: '', malformed: false }),
  );
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);
  expect(odd).toEqual([...range(0, 399), ...range(500, 509), 555, ...range(600, 999)]);
});
