import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { checkMessage, message, submissionOf } from '../message.ts';
import { type Submission, UnsupportedError } from './sender.ts';
import { mailCommand, onTheWire, recipientCommand, submit } from './submit.ts';

const submission = (spec: Parameters<typeof message>[0]): Submission =>
  submissionOf(checkMessage('a test', message(spec)), 0);

/** Answers what is written, each time with the next reply; `''` is none. Afterwards it closes. */
function talk(replies: readonly string[], sent: Submission) {
  const input = new PassThrough();
  const output = new PassThrough();
  const written: string[] = [];
  const left = [...replies];
  const answer = () => {
    const reply = left.shift();
    if (reply === undefined) input.end();
    else if (reply !== '') input.write(`${reply}\r\n`);
  };
  output.on('data', (chunk: Buffer) => {
    written.push(chunk.toString());
    answer();
  });
  answer();
  return { written, submitted: submit(input, output, sent, 'client.test') };
}

test('one recipient refused, the content taken', async () => {
  const sent = submission({ to: ['a@a.test', 'b@a.test'], content: '.x\n' });
  const refusal = '550-5.1.1 no\r\n550 5.1.1 never';
  const replies = ['220 s', '250-s\r\n250 DSN', '250 Ok', refusal, '250 Ok', '354 go', '', '250 id=7', '221'];
  const { submitted, written } = talk(replies, sent);
  const { accepted, refused } = await submitted;
  expect(accepted).toBe('250 id=7');
  expect([...refused]).toEqual([['a@a.test', '550-5.1.1 no 5.1.1 never']]);
  expect(written.slice(4)).toEqual(['DATA\r\n', '..x\r\n', '.\r\n', 'QUIT\r\n']);
});

test('refused as a whole', async () => {
  const sent = submission({ to: ['a@a.test', 'b@a.test'] });
  const { accepted, refused } = await talk(['220 s', '250 s', '550 5.7.1 not you', '221'], sent).submitted;
  expect(accepted).toBeUndefined();
  expect([...refused.values()]).toEqual(['550 5.7.1 not you', '550 5.7.1 not you']);
});

test('nothing is sent that the system does not offer', async () => {
  const sent = submission({ to: 'a@a.test', smtputf8: true });
  await expect(talk(['220 s', '250 s'], sent).submitted).rejects.toThrow(UnsupportedError);
});

test('REQUIRETLS is asked for where it is offered, as inside TLS only', async () => {
  const sent = submission({ to: 'a@a.test', requiretls: true });
  expect(mailCommand(sent)).toBe('MAIL FROM:<sender@client.test> REQUIRETLS');
  await expect(talk(['220 s', '250 s'], sent).submitted).rejects.toThrow('no REQUIRETLS');
});

test('a system that closes, and one that refuses to talk', async () => {
  const sent = submission({ to: 'a@a.test' });
  await expect(talk(['220 s', '250 s'], sent).submitted).rejects.toThrow(
    'closed the connection during submission',
  );
  await expect(talk(['554 no'], sent).submitted).rejects.toThrow('takes no submission: 554 no');
});

test('commands', () => {
  const sent = submission({
    from: '',
    to: { address: 'a b@a.test', notify: ['success', 'delay'], orcpt: 'rfc822;x+y@a.test' },
    envid: 'a b',
    ret: 'headers',
  });
  expect(mailCommand(sent)).toBe('MAIL FROM:<> RET=HDRS ENVID=a+20b');
  expect(sent.recipients.map(recipientCommand)).toEqual([
    'RCPT TO:<"a b"@a.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x+2By@a.test',
  ]);
});

test.each([
  ['a\n.b\n..c', 'a\r\n..b\r\n...c\r\n'],
  ['.\r\n', '..\r\n'],
  ['', ''],
])('%j on the wire', (content, expected) => {
  expect(Buffer.from(onTheWire(Buffer.from(content))).toString()).toBe(expected);
});
