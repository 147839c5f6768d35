/** Hands a message to a mail system over SMTP: one command, one reply, nothing in advance. */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { quoteAddress } from '../../client/address.ts';
import { type Submission, UnsupportedError } from './sender.ts';

export interface Submitted {
  /** The reply to the content, usually with the queue id; undefined when it did not come to that. */
  readonly accepted: string | undefined;
  /** Recipients that the system did not take, with its reply. */
  readonly refused: ReadonlyMap<string, string>;
}

/** The mail system closed the connection, or refused to talk at all; one line. */
class SubmissionError extends Error {
  override readonly name = 'SubmissionError';
}

/** Speaks from greeting to QUIT. Rejects with SubmissionError, or UnsupportedError before the envelope. */
export async function submit(
  input: Readable,
  output: Writable,
  submission: Submission,
  hostname: string,
): Promise<Submitted> {
  const replies = readReplies(input);
  const reply = async (): Promise<string> => {
    const { value, done } = await replies.next();
    if (done === true) throw new SubmissionError('the mail system closed the connection during submission');
    return value;
  };
  const ask = (command: string): Promise<string> => {
    output.write(`${command}\r\n`);
    return reply();
  };
  const greeting = await reply();
  const hello = greeting.startsWith('2') ? await ask(`EHLO ${hostname}`) : greeting;
  if (!hello.startsWith('2')) throw new SubmissionError(`the mail system takes no submission: ${hello}`);
  const lacks = neededExtensions(submission).find((keyword) => !hello.split(' ').includes(keyword));
  if (lacks !== undefined) {
    output.end('QUIT\r\n');
    throw new UnsupportedError(`its own server has no ${lacks}, so that it cannot be handed such a message`);
  }
  const { recipients } = submission;
  const refused = new Map<string, string>();
  const mail = await ask(mailCommand(submission));
  for (const recipient of recipients) {
    const answer = mail.startsWith('2') ? await ask(recipientCommand(recipient)) : mail;
    if (!answer.startsWith('2')) refused.set(recipient.address, answer);
  }
  let accepted: string | undefined;
  if (refused.size < recipients.length) {
    let answer = await ask('DATA');
    if (answer.startsWith('3')) {
      output.write(onTheWire(submission.content));
      answer = await ask('.');
    }
    if (answer.startsWith('2')) accepted = answer;
    else for (const { address } of recipients) if (!refused.has(address)) refused.set(address, answer);
  }
  output.write('QUIT\r\n');
  output.end();
  return { accepted, refused };
}

/** Lines of one reply joined by spaces, with the code in front once. */
async function* readReplies(input: Readable): AsyncGenerator<string, void> {
  let text = '';
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    text = text === '' ? line : `${text} ${line.slice(4)}`;
    if (line[3] === '-') continue;
    yield text;
    text = '';
  }
}

/** What must be offered for the submission to be made as it is. */
function neededExtensions(submission: Submission): string[] {
  const { content, smtputf8, requireTls, envelopeId, returnContent, recipients } = submission;
  const dsn = recipients.some(
    (one) => (one.notify?.length ?? 0) > 0 || one.dsnOriginalRecipient !== undefined,
  );
  return [
    ...(hasOctets(content) ? ['8BITMIME'] : []),
    ...(smtputf8 ? ['SMTPUTF8'] : []),
    ...(requireTls ? ['REQUIRETLS'] : []),
    ...(dsn || envelopeId !== undefined || returnContent !== undefined ? ['DSN'] : []),
  ];
}

function hasOctets(content: Uint8Array): boolean {
  return content.some((byte) => byte > 0x7f);
}

export function mailCommand(submission: Submission): string {
  const { from, content, smtputf8, requireTls, envelopeId, returnContent } = submission;
  const words = [`MAIL FROM:<${quoteAddress(from)}>`];
  if (hasOctets(content)) words.push('BODY=8BITMIME');
  if (smtputf8) words.push('SMTPUTF8');
  if (requireTls) words.push('REQUIRETLS');
  if (returnContent !== undefined) words.push(returnContent === 'full' ? 'RET=FULL' : 'RET=HDRS');
  if (envelopeId !== undefined) words.push(`ENVID=${xtext(envelopeId)}`);
  return words.join(' ');
}

export function recipientCommand(recipient: Submission['recipients'][number]): string {
  const { address, notify, dsnOriginalRecipient } = recipient;
  const words = [`RCPT TO:<${quoteAddress(address)}>`];
  if (notify !== undefined && notify.length > 0) words.push(`NOTIFY=${notify.join(',').toUpperCase()}`);
  if (dsnOriginalRecipient !== undefined) {
    const [, type = 'rfc822', original = ''] = /^([^;]*);(.*)$/s.exec(dsnOriginalRecipient) ?? [];
    words.push(`ORCPT=${type};${xtext(original)}`);
  }
  return words.join(' ');
}

/** RFC 3461 section 4. */
function xtext(text: string): string {
  return text.replace(/[^!-~]|[+=]/g, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `+${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

/** With CRLF line ends, the last one included, and dots stuffed. */
export function onTheWire(content: Uint8Array): Uint8Array {
  const text = Buffer.from(content).toString('latin1').replace(/\r?\n/g, '\r\n').replace(/^\./gm, '..');
  return Buffer.from(text.endsWith('\r\n') || text === '' ? text : `${text}\r\n`, 'latin1');
}
