/**
 * A stored session in the order of the protocol, whatever the order in which its packets crossed: the greeting, then
 * every command with its replies. Pure: the report page uses it in a browser.
 */
import type { SessionLine, StoredContent, StoredSession } from '../results.ts';
import { normaliseContent, normaliseText } from './normalise.ts';

export interface CanonicalLine {
  readonly from: SessionLine['from'];
  /** As it was seen. */
  readonly text: string;
  /** Equal keys mean the same. */
  readonly key: string;
  /** Why it means nothing that this line is there, or what it says; undefined when it does mean something. */
  readonly ignored: string | undefined;
  readonly content?: StoredContent;
}

/** Why lines mean nothing. */
const ignoredBecause = {
  afterQuit: 'a client may close without reading the reply to QUIT, so nothing after QUIT is certain',
  script: 'what the simulated host does on purpose',
  secondEnd: 'who ends second only follows the one who ended first',
  closedServer: 'QUIT to a server that has closed may or may not be seen',
} as const;

/** Bytes sent before a connection broke in the middle of the content depend on buffers. */
const CUT_OFF = '<content, cut off>';

interface Exchange {
  readonly command: SessionLine | undefined;
  readonly content: StoredContent | undefined;
  readonly replies: SessionLine[];
}

/** @param translate names of interchangeable hosts to those of the other side */
export function canonicalLines(
  session: StoredSession,
  translate: (text: string) => string = (text) => text,
): CanonicalLine[] {
  const exchanges = exchangesOf(session);
  const quitAt = exchanges.findIndex(({ command }) => isQuit(command));
  const closedAt = session.lines.findIndex(({ from, text }) => from === '!' && serverEnd.test(text));
  const quitLate = closedAt >= 0 && session.lines.findIndex((entry) => isQuit(entry)) > closedAt;
  const lines = exchanges.flatMap((exchange, index): CanonicalLine[] => {
    const { command, replies } = exchange;
    const last = index === exchanges.length - 1;
    const moot = quitAt >= 0 && index >= quitAt ? ignoredBecause.afterQuit : undefined;
    const lost = last && quitLate && isQuit(command) ? ignoredBecause.closedServer : undefined;
    return [
      ...(command === undefined ? [] : [commandLine(exchange, command, last, lost)]),
      ...replies.map(({ text }) => line('S', text, normaliseText(translate(text)), moot)),
    ];
  });
  return [...lines, ...endLines(session, quitAt >= 0 && !quitLate)];
}

function line(
  from: SessionLine['from'],
  text: string,
  key: string,
  ignored: string | undefined,
): CanonicalLine {
  return { from, text, key: `${from}${key}`, ignored };
}

function commandLine(
  { content, replies }: Exchange,
  { from, text }: SessionLine,
  last: boolean,
  ignored: string | undefined,
): CanonicalLine {
  if (from === '!') return line('!', text, text, ignored);
  if (!isContent(text)) return line('C', text, normaliseText(text), ignored);
  if (last && replies.length === 0) return line('C', text, CUT_OFF, ignored);
  const key = content === undefined ? text : contentKey(content);
  return { ...line('C', text, key, ignored), ...(content !== undefined && { content }) };
}

function contentKey({ complete, lines, sha256 }: StoredContent): string {
  return complete ? normaliseContent(lines).join('\n') : sha256;
}

/** Commands with the replies to them; the first has no command when the server spoke first. */
function exchangesOf(session: StoredSession): Exchange[] {
  const exchanges: Exchange[] = [{ command: undefined, content: undefined, replies: [] }];
  const contents = [...(session.contents ?? [])];
  let waiting: { exchange: Exchange; due: number }[] = [];
  let greeted = false;
  let lmtp = false;
  let recipients = 0;
  for (const entry of session.lines) {
    if (isTls(entry)) exchanges.push({ command: entry, content: undefined, replies: [] });
    if (entry.from === '!') continue;
    if (entry.from === 'C') {
      const exchange: Exchange = {
        command: entry,
        content: isContent(entry.text) ? contents.shift() : undefined,
        replies: [],
      };
      exchanges.push(exchange);
      waiting.push({ exchange, due: 1 });
      if (/^LHLO\b/i.test(entry.text)) lmtp = true;
      continue;
    }
    const [first] = greeted ? waiting : [];
    const answered = first?.exchange ?? (greeted ? exchanges.at(-1) : exchanges[0]);
    answered?.replies.push(entry);
    if (/^\d{3}-/.test(entry.text)) continue;
    greeted = true;
    if (first === undefined) continue;
    const command = first.exchange.command?.text ?? '';
    // RFC 2033 section 4.2: one reply for each recipient that was accepted.
    if (isContent(command) && lmtp && first.due === 1 && first.exchange.replies.length === 1)
      first.due = Math.max(1, recipients);
    if (/^(?:MAIL|RSET|LHLO)\b/i.test(command)) recipients = 0;
    if (/^RCPT\b/i.test(command) && entry.text.startsWith('2')) recipients += 1;
    first.due -= 1;
    if (first.due <= 0) waiting = waiting.slice(1);
  }
  return exchanges;
}

/** Where TLS began stands among the commands: everything after it was said inside. */
function isTls({ from, text }: SessionLine): boolean {
  return from === '!' && text.startsWith('client: {TLS');
}

function isContent(text: string): boolean {
  return /^<content, \d+ bytes>$/.test(text);
}

function isQuit(command: SessionLine | undefined): boolean {
  return command?.from === 'C' && /^QUIT\s*$/i.test(command.text);
}

const endPattern = /^(client|server): (?:close|reset)$/;
const serverEnd = /^server: (?:close|reset)$/;

/**
 * Whether it is a close or a reset is the kernel's choice: closing with unread input makes it a reset.
 * @param quit the client said QUIT before anybody ended
 */
function endLines(session: StoredSession, quit: boolean): CanonicalLine[] {
  let ignored: string | undefined = quit ? ignoredBecause.afterQuit : undefined;
  return session.lines
    .filter((entry) => entry.from === '!' && !isTls(entry))
    .map(({ text }) => {
      const side = endPattern.exec(text)?.[1];
      if (side === undefined) return line('!', text, text, ignoredBecause.script);
      const end = line('!', text, ignored === undefined ? `${side} ends first` : `${side} ends`, ignored);
      ignored ??= ignoredBecause.secondEnd;
      return end;
    });
}

/**
 * Whether a command went out before the reply to the one before. Where the group ends is left to the network; QUIT
 * sent together with the content counts for nothing, since a long content comes in many segments.
 */
export function pipelines(session: StoredSession): boolean {
  const spoken = session.lines.filter(({ from }) => from !== '!');
  const serverEndedAt = session.lines.findIndex(({ from, text }) => from === '!' && serverEnd.test(text));
  return spoken.some((entry, index) => {
    const next = spoken[index + 1];
    if (entry.from !== 'C' || next?.from !== 'C' || isQuit(next)) return false;
    return serverEndedAt < 0 || session.lines.indexOf(next) < serverEndedAt;
  });
}
