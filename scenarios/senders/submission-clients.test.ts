import { expect, test } from 'vitest';
import { outcomesOf } from './msmtp.ts';
import { failedOutcome, outcomeOf } from './nodemailer.ts';

const run = (status: number, ...lines: string[]) => ({
  status,
  stdout: '',
  stderr: lines.map((line) => `msmtp: ${line}\n`).join(''),
});
const both = ['a@a.test', 'b c@a.test'];

test('msmtp: taken for all', () => {
  expect(outcomesOf(both, run(0))).toEqual(both.map((address) => ({ address, status: 'sent' })));
});

test('msmtp: one recipient refused, nothing decided about the other', () => {
  const refused = run(
    65,
    'recipient address "b c"@a.test not accepted by the server',
    'server message: 550 5.1.1 no',
  );
  expect(outcomesOf(both, refused)).toMatchObject([
    { address: 'a@a.test', status: 'deferred' },
    { address: 'b c@a.test', status: 'bounced', reply: '550 5.1.1 no' },
  ]);
});

test.each([
  ['the server did not accept the mail', 'server message: 554 5.6.0 no', 'bounced'],
  ['the server did not accept the mail', 'server message: 451 4.3.0 later', 'deferred'],
  ['cannot connect to 192.0.2.1, port 25: Connection refused', 'could not send mail', 'deferred'],
])('msmtp: %s, %s', (reason, line, status) => {
  expect(outcomesOf(['a@a.test'], run(69, reason, line))).toMatchObject([{ status, reason }]);
});

test('nodemailer: some recipients refused', () => {
  const refusal = {
    message: 'Recipient command failed',
    recipient: '"b c"@a.test',
    responseCode: 450,
    response: '450 later',
  };
  const result = { response: '250 Ok', rejectedErrors: [refusal] };
  expect(both.map((address) => outcomeOf(address, result))).toEqual([
    { address: 'a@a.test', status: 'sent', reply: '250 Ok' },
    { address: 'b c@a.test', status: 'deferred', reason: 'Recipient command failed', reply: '450 later' },
  ]);
});

test('nodemailer: each recipient has the reply it got', () => {
  const failure = {
    message: 'all recipients were rejected',
    responseCode: 450,
    rejectedErrors: [{ message: 'no', recipient: 'a@a.test', responseCode: 550, response: '550 no' }],
  };
  expect(failedOutcome('a@a.test', failure)).toEqual({
    address: 'a@a.test',
    status: 'bounced',
    reason: 'no',
    reply: '550 no',
  });
  expect(failedOutcome('b@a.test', { message: 'Connection timeout' })).toMatchObject({ status: 'deferred' });
});
