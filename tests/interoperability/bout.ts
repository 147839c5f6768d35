/** One server and all trials: deliver, look at what was stored, and note every difference. */
import { simpleParser } from 'mailparser';
import { createClient } from '../../client/client.ts';
import type { ClientEvent } from '../../client/events.ts';
import type { Outcome, Recipient, Service } from '../../client/request.ts';
import type { Notification, RunningServer, StoredMessage } from '../../simulator/live/servers/server.ts';
import { canonical, EVERY_BYTE, MIME_SUBJECT, MIME_TEXT, messageId } from './messages.ts';
import type { TrialReport } from './report.ts';
import { type DialogueLine, DOMAIN, type DsnRequest, type Expected, type Trial } from './trials.ts';

export interface Opponent {
  readonly server: RunningServer;
  readonly notification: Notification;
  readonly service: Service;
  readonly nexthop: string;
  /** Its EHLO keywords. */
  readonly offers: ReadonlySet<string>;
}

/** A trial that takes longer fails, and is the last one of its server. */
export const TRIAL_LIMIT_MS = 8_000;
const STORE_LIMIT_MS = 4_000;
const POLL_MS = 10;
const DEFAULT_SENDER = `returns@${DOMAIN}`;
const CLIENT_HOSTNAME = 'client.example.test';

/** What the server offers: the keywords of its reply to EHLO or LHLO, in its order. */
export async function offersOf(service: Service, nexthop: string): Promise<string[]> {
  const offers: string[] = [];
  const onEvent = (event: ClientEvent) => {
    if (event.type !== 'reply' || event.code !== 250 || offers.length > 0) return;
    const words = event.text.split('\n').map((line) => /^(?:250[ -])?(\S+)/.exec(line)?.[1] ?? '');
    offers.push(...words.slice(1).map((word) => word.toUpperCase()));
  };
  const client = await createClient({ service, hostname: CLIENT_HOSTNAME, onEvent });
  const mail = { sender: '', recipients: [`nobody@${DOMAIN}`], content: '', nexthop, probe: true };
  await client.deliver(mail, { signal: AbortSignal.timeout(TRIAL_LIMIT_MS) });
  return offers;
}

interface Sent {
  readonly id: string;
  readonly content: Buffer;
  readonly outcomes: readonly Outcome[];
}

export async function runTrial(trial: Trial, opponent: Opponent, index: number): Promise<TrialReport> {
  const { server, service, nexthop, offers } = opponent;
  const { name, parameters = {}, sender = DEFAULT_SENDER, count = 1, dialogue } = trial;
  const started = performance.now();
  const faults: string[] = [];
  const lines: DialogueLine[] = [];
  const client = await createClient({
    service,
    parameters,
    hostname: CLIENT_HOSTNAME,
    onEvent: (event) => lines.push(...dialogueLines(event)),
  });
  const send = async (number: number): Promise<Sent> => {
    const id = `${index}.${number}@client.example.test`;
    const content = Buffer.from(trial.content(id));
    const { envelopeId } = trial.dsn ?? {};
    const mail = {
      sender,
      recipients: trial.recipients.map((recipient) => recipientOf(recipient, trial)),
      content,
      nexthop,
      ...(trial.smtputf8 === true && { smtputf8: true }),
      ...(envelopeId !== undefined && { envelopeId, returnContent: 'headers' as const }),
    };
    const outcomes = await client.deliver(mail, { signal: AbortSignal.timeout(TRIAL_LIMIT_MS) });
    return { id, content, outcomes };
  };
  const numbers = Array.from({ length: count }, (_, number) => number);
  const sent: Sent[] = [];
  if (trial.atOnce === true) sent.push(...(await Promise.all(numbers.map(send))));
  else for (const number of numbers) sent.push(await send(number));
  const deliveredMs = performance.now() - started;

  const expected = trial.expect?.(offers) ?? {};
  for (const { outcomes } of sent) {
    if (outcomes.length !== trial.recipients.length) faults.push(`${outcomes.length} outcomes`);
    for (const recipient of trial.recipients) {
      const outcome = outcomes.find((each) => each.recipient.address === `${recipient}@${DOMAIN}`);
      faults.push(...outcomeFaults(recipient, outcome, expected[recipient] ?? 'sent'));
    }
  }
  for (const line of lines) faults.push(...sizeFaults(line, sent));
  if (count === 1) {
    const complaint = dialogue?.(lines, offers);
    if (complaint !== undefined) faults.push(`${complaint}: ${JSON.stringify(lines.slice(0, 20))}`);
  }

  const accepted = trial.recipients.filter((recipient) => (expected[recipient] ?? 'sent') === 'sent');
  const wanted = sent.flatMap(({ id }) => accepted.map((mailbox) => `${id} in ${mailbox}`));
  const stored = await waitForStored(server, wanted);
  for (const message of sent) {
    const own = stored.filter(({ content }) => messageId(content) === message.id);
    faults.push(...storedFaults(own, { ...message, trial, sender, accepted }));
    const [first] = own;
    if (trial.name.includes('MIME') && first !== undefined) faults.push(...(await mimeFaults(first.content)));
  }
  if (trial.dsn !== undefined) faults.push(...(await notificationFaults(opponent, trial.dsn)));
  return {
    name,
    faults,
    messages: sent.length,
    stored: wanted.length,
    bytes: sent.reduce((sum, { content }) => sum + content.length, 0),
    deliveredMs,
  };
}

function recipientOf(localPart: string, { dsn }: Trial): Recipient {
  return {
    address: `${localPart}@${DOMAIN}`,
    ...(dsn !== undefined && { dsnOriginalRecipient: dsn.originalRecipient, notify: ['success'] as const }),
  };
}

function dialogueLines(event: ClientEvent): DialogueLine[] {
  if (event.type === 'command') return [{ command: event.line }];
  if (event.type === 'reply') return [{ reply: event.code }];
  return event.type === 'content' ? [{ content: event.bytes }] : [];
}

/** What MAIL announces is what the message measures on the wire, no dots doubled and no lines folded (RFC 1870). */
function sizeFaults(line: DialogueLine, sent: readonly Sent[]): string[] {
  const [, announced] = ('command' in line && / SIZE=(\d+)/.exec(line.command)) || [];
  if (announced === undefined) return [];
  const sizes = sent.map(({ content }) => {
    const text = canonical(content);
    return text.length + text.reduce((lines, byte) => lines + Number(byte === LINE_FEED), 0);
  });
  return sizes.includes(Number(announced)) ? [] : [`SIZE=${announced} instead of ${sizes}`];
}

const LINE_FEED = 0x0a;

function outcomeFaults(recipient: string, outcome: Outcome | undefined, expected: Expected): string[] {
  if (outcome === undefined) return [`no outcome for ${recipient}`];
  const { status, dsn, reason } = outcome;
  const shown = `${recipient}: ${status} ${dsn} ${reason}`;
  if (expected === 'sent') return status === 'sent' && dsn.startsWith('2.') ? [] : [shown];
  if (expected === 'refused') {
    return status === 'bounced' && dsn.startsWith('5.') && / said: 5\d\d/.test(reason) ? [] : [shown];
  }
  return status === 'bounced' && dsn === expected.bounced ? [] : [shown];
}

/** Waits until all are there, given as `ID in MAILBOX`, or it has taken too long; everything stored so far. */
async function waitForStored(
  server: RunningServer,
  wanted: readonly string[],
): Promise<readonly StoredMessage[]> {
  await waitUntil(async () => {
    const stored = await server.stored();
    const there = new Set(stored.map(({ mailbox, content }) => `${messageId(content)} in ${mailbox}`));
    return wanted.every((each) => there.has(each));
  });
  return server.stored();
}

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + STORE_LIMIT_MS;
  while (!(await condition()) && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

interface SentTrial extends Sent {
  readonly trial: Trial;
  readonly sender: string;
  readonly accepted: readonly string[];
}

function storedFaults(
  stored: readonly StoredMessage[],
  { id, content, trial, sender, accepted }: SentTrial,
): string[] {
  const faults: string[] = [];
  const mailboxes = stored.map(({ mailbox }) => mailbox).sort();
  const expectedMailboxes = [...accepted].sort();
  if (mailboxes.join() !== expectedMailboxes.join())
    faults.push(`stored for [${mailboxes}] instead of [${expectedMailboxes}]`);
  const expected = canonical(Buffer.from(trial.stored?.(id) ?? content));
  for (const message of stored) {
    if (message.sender !== undefined && message.sender !== sender)
      faults.push(`stored with the sender <${message.sender}>`);
    const actual = canonical(message.content);
    if (!actual.equals(expected)) faults.push(firstDifference(actual, expected));
  }
  return faults;
}

/** The server tells the sender of its success, and quotes what it was told about the envelope. */
async function notificationFaults(
  { server, notification }: Opponent,
  { envelopeId, originalRecipient, onTheWire }: DsnRequest,
): Promise<string[]> {
  if (notification === 'none') return [];
  const notifications = async () =>
    (await server.stored())
      .filter(({ mailbox }) => `${mailbox}@${DOMAIN}` === DEFAULT_SENDER)
      .map(({ content }) => content.toString('latin1'))
      .filter((text) => /^content-type:\s*message\/delivery-status/im.test(text));
  await waitUntil(async () => (await notifications()).length > 0);
  const [report = '', ...others] = await notifications();
  if (report === '' || others.length > 0) return [`${report === '' ? 0 : others.length + 1} notifications`];
  const quoted: Readonly<Record<typeof notification, readonly string[]>> = {
    bare: [],
    undecoded: onTheWire,
    complete: [envelopeId, originalRecipient],
  };
  return ['Action: delivered', ...quoted[notification]]
    .filter((text) => !report.includes(text))
    .map((text) => `the notification lacks '${text}': ${report}`);
}

const CONTEXT_BYTES = 60;

function firstDifference(actual: Buffer, expected: Buffer): string {
  let at = 0;
  while (at < actual.length && actual[at] === expected[at]) at += 1;
  const around = (content: Buffer) =>
    JSON.stringify(content.toString('latin1', Math.max(0, at - CONTEXT_BYTES), at + CONTEXT_BYTES));
  return `stored otherwise from byte ${at} of ${expected.length} on: ${around(actual)} instead of ${around(expected)}`;
}

/** The same message, as a reader of mail sees it. */
async function mimeFaults(content: Buffer): Promise<string[]> {
  const { subject, text, attachments } = await simpleParser(content);
  const faults: string[] = [];
  if (subject !== MIME_SUBJECT) faults.push(`the subject reads ${subject}`);
  if (text?.replaceAll('\r\n', '\n').trimEnd() !== MIME_TEXT) faults.push(`the text reads ${text}`);
  const [attachment] = attachments;
  if (attachments.length !== 1 || attachment?.content.equals(EVERY_BYTE) !== true)
    faults.push('the attachment differs');
  return faults;
}
