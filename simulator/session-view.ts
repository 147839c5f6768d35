/**
 * A recorded session, read as SMTP: the commands with their replies, and a transcript for people.
 *
 * The client under test may send anything, so nothing here fails on garbage: what cannot be understood shows up as a
 * command line with that text. Replies are matched to commands in the order of the record; content follows a DATA
 * command only when its reply was 3xx, so bytes sent after DATA wait for that reply before they are judged.
 */
import { ContentScanner, unstuff } from './hosts/content.ts';
import { type Session, type SessionEntry, tlsMark } from './session.ts';

export interface Reply {
  /** 0 when the reply does not begin with three digits. */
  readonly code: number;
  /** Without line ends, code included. */
  readonly lines: readonly string[];
  /** When its last line was sent. */
  readonly atMs: number;
}

interface CommandBase {
  /** As sent, line end or terminator included. */
  readonly bytes: Uint8Array;
  /** Position of the first byte in all that the client sent. */
  readonly offset: number;
  /** When the chunk with its first byte arrived, and that of its last. */
  readonly atMs: number;
  readonly completeAtMs: number;
  /** Which chunk of the client it began in, counted from 0: commands pipelined in one write share it. */
  readonly segment: number;
  /** The first reply; LMTP's end of data has one for each recipient. */
  readonly reply: Reply | undefined;
  readonly replies: readonly Reply[];
}

export interface CommandLineView extends CommandBase {
  readonly kind: 'command';
  /** The line without its line end. */
  readonly text: string;
  /** Its first word in upper case. */
  readonly verb: string;
  /** `none`: the session ended in the middle of the line. */
  readonly lineEnd: 'crlf' | 'lf' | 'none';
  /** What of the text may be credentials: what AUTH is given, and the lines of its exchange (RFC 4954). */
  readonly secret: string | undefined;
}

export interface ContentView extends CommandBase {
  readonly kind: 'content';
  /** False: the session ended before CRLF.CRLF. */
  readonly complete: boolean;
  /** Dot-unstuffed, without the terminator. */
  readonly content: Buffer;
}

export type Command = CommandLineView | ContentView;

export interface Dialogue {
  /** The first reply of the session. */
  readonly greeting: Reply | undefined;
  readonly commands: readonly Command[];
  /** Replies that no command asked for, such as 421 on a time-out. */
  readonly unsolicited: readonly Reply[];
  /** Everything in the order in which it was complete. */
  readonly timeline: readonly TimelineItem[];
}

/** Events are `close`, `reset`, what a script did on purpose, or where TLS began: `{TLS sni=a.example.test}`. */
export type TimelineItem =
  /** `shown` is the line without credentials, where it has some. */
  | {
      readonly atMs: number;
      readonly from: 'client' | 'server';
      readonly line: string;
      readonly shown?: string;
    }
  | { readonly atMs: number; readonly from: 'client' | 'server'; readonly event: string };

/** The commands and content sections of a session, each with its replies. */
export function commands(session: Session): readonly Command[] {
  return dialogueOf(session).commands;
}

/**
 * `S: 250 Ok` and `C: RSET` lines; content as `C: <content, 1234 bytes>` (as sent, terminator included). The lines
 * can be used as the script of a dialogue host.
 */
export function transcript(session: Session): readonly string[] {
  return dialogueOf(session).timeline.flatMap((item) =>
    'line' in item ? [`${item.from === 'client' ? 'C' : 'S'}: ${item.line}`] : [],
  );
}

/** Checks, monitors and reports all ask for the same dialogues; a session that has grown is read anew. */
const read = new WeakMap<Session, { readonly entries: number; readonly dialogue: Dialogue }>();

export function dialogueOf(session: Session): Dialogue {
  const known = read.get(session);
  if (known !== undefined && known.entries === session.entries.length) return known.dialogue;
  const reader = new DialogueReader();
  for (const entry of session.entries) reader.add(entry);
  const dialogue = reader.finish();
  read.set(session, { entries: session.entries.length, dialogue });
  return dialogue;
}

/** Reads a session while it happens: each entry brings what is complete with it. */
export function followDialogue(): (entry: SessionEntry) => readonly TimelineItem[] {
  const reader = new DialogueReader();
  let told = 0;
  let ends = 0;
  return (entry) => {
    reader.add(entry);
    if ('event' in entry && (entry.event === 'close' || entry.event === 'reset'))
      ends += entry.event === 'reset' ? 2 : 1;
    const { timeline } = ends >= 2 ? reader.finish() : reader;
    const items = timeline.slice(told);
    told = timeline.length;
    return items;
  };
}

/** The text with `<hidden>` in place of each secret. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((result, secret) => result.replaceAll(secret, '<hidden>'), text);
}

/** Text on one line: UTF-8 where it is valid, control characters and other bytes as `\xNN`. */
export function visible(bytes: Uint8Array): string {
  return decode(bytes).replace(/[\p{Cc}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8, or Latin-1 where it is not valid UTF-8, so that no byte is lost. */
function decode(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }
}

function eventText(entry: Extract<SessionEntry, { readonly event: string }>): string {
  if (entry.event === 'tls') return tlsMark(entry.tls);
  return entry.event === 'fault' ? entry.text : entry.event;
}

type Draft =
  | { -readonly [Key in keyof CommandLineView]: CommandLineView[Key] }
  | { -readonly [Key in keyof ContentView]: ContentView[Key] };

interface Chunk {
  bytes: Buffer;
  readonly atMs: number;
  readonly segment: number;
}

class DialogueReader {
  readonly #commands: (Draft & { replies: Reply[] })[] = [];
  readonly #unsolicited: Reply[] = [];
  readonly #timeline: TimelineItem[] = [];
  #greeting: Reply | undefined;
  /** Client bytes not yet understood. */
  #input: Chunk[] = [];
  /** Chunks at its beginning that hold no line feed. */
  #searched = 0;
  #offset = 0;
  #segments = 0;
  /** Index of the first command that still waits for a reply, and how many it still gets. */
  #answered = 0;
  #repliesDue = 1;
  /** A DATA command whose reply decides what the bytes after it are. */
  #undecided: Draft | undefined;
  /** Where an unfinished content section was scanned up to. */
  #scanner: ContentScanner | undefined;
  #scanned: Chunk[] = [];
  #lmtp = false;
  /** The server has asked for more of an AUTH exchange. */
  #authenticating = false;
  #recipients = 0;
  #replyLines: string[] = [];
  #output: Buffer = Buffer.alloc(0);

  add(entry: SessionEntry): void {
    if ('event' in entry) {
      if (entry.event === 'tls') this.#forgetUnfinished();
      this.#timeline.push({ atMs: entry.atMs, from: entry.from, event: eventText(entry) });
      return;
    }
    const bytes = Buffer.from(entry.bytes.buffer, entry.bytes.byteOffset, entry.bytes.byteLength);
    if (entry.from === 'client') {
      this.#input.push({ bytes, atMs: entry.atMs, segment: this.#segments });
      this.#segments += 1;
      this.#readInput();
    } else this.#readOutput(bytes, entry.atMs);
  }

  /** Half a line from before TLS is not continued inside it. */
  #forgetUnfinished(): void {
    this.#input = [];
    this.#searched = 0;
    this.#output = Buffer.alloc(0);
    this.#replyLines = [];
  }

  get timeline(): readonly TimelineItem[] {
    return this.#timeline;
  }

  finish(): Dialogue {
    this.#undecided = undefined;
    this.#readInput();
    this.#finishContent();
    const rest = Buffer.concat(this.#input.map(({ bytes }) => bytes));
    if (rest.length > 0) this.#addLine(rest, 'none');
    if (this.#output.length > 0)
      this.#timeline.push({ ...this.#lastServerTime(), from: 'server', line: visible(this.#output) });
    return {
      greeting: this.#greeting,
      commands: this.#commands,
      unsolicited: this.#unsolicited,
      timeline: this.#timeline,
    };
  }

  #lastServerTime(): { atMs: number } {
    return { atMs: this.#timeline.at(-1)?.atMs ?? 0 };
  }

  #readInput(): void {
    while (this.#input.length > 0 && !this.#undecided) {
      if (this.#scanner) {
        if (!this.#readContent(this.#scanner)) return;
        continue;
      }
      const lineEnd = this.#findLineFeed();
      if (lineEnd === undefined) return;
      const bytes = this.#peek(lineEnd + 1);
      this.#addLine(bytes, bytes.at(-2) === 0x0d ? 'crlf' : 'lf');
    }
  }

  #findLineFeed(): number | undefined {
    for (; this.#searched < this.#input.length; this.#searched += 1) {
      const found = this.#input[this.#searched]?.bytes.indexOf(0x0a) ?? -1;
      if (found < 0) continue;
      const before = this.#input.slice(0, this.#searched).reduce((sum, { bytes }) => sum + bytes.length, 0);
      this.#searched = 0;
      return before + found;
    }
    return undefined;
  }

  #peek(count: number): Buffer {
    const first = this.#input[0];
    if (first && first.bytes.length >= count) return first.bytes.subarray(0, count);
    return Buffer.concat(this.#input.map(({ bytes }) => bytes)).subarray(0, count);
  }

  #addLine(bytes: Buffer, lineEnd: CommandLineView['lineEnd']): void {
    const text = decode(bytes.subarray(0, bytes.length - { crlf: 2, lf: 1, none: 0 }[lineEnd]));
    const verb = (/^\S*/.exec(text)?.[0] ?? '').toUpperCase();
    const secret = this.#secretOf(text, verb);
    const place = this.#place(bytes.length);
    const command = { kind: 'command' as const, text, verb, lineEnd, secret, bytes, ...place };
    this.#commands.push(command);
    const line = visible(Buffer.from(text));
    this.#say('client', command.completeAtMs, line, secret && withoutSecrets(line, [secret]));
    if (verb === 'DATA' && lineEnd !== 'none') this.#undecided = command;
  }

  #secretOf(text: string, verb: string): string | undefined {
    if (verb === 'AUTH') return /^AUTH +\S+ +(\S.*)$/i.exec(text)?.[1];
    if (!this.#authenticating || verb === 'QUIT' || text === '') return undefined;
    return text;
  }

  /** False when more bytes are needed. */
  #readContent(scanner: ContentScanner): boolean {
    const chunk = this.#input.shift();
    if (!chunk) return false;
    const end = scanner.scan(chunk.bytes);
    if (end === undefined) {
      this.#scanned.push(chunk);
      return true;
    }
    this.#scanned.push({ ...chunk, bytes: chunk.bytes.subarray(0, end) });
    if (end < chunk.bytes.length) this.#input.unshift({ ...chunk, bytes: chunk.bytes.subarray(end) });
    this.#addContent(true);
    return true;
  }

  #finishContent(): void {
    if (this.#scanner) this.#addContent(false);
  }

  #addContent(complete: boolean): void {
    const rest = this.#input;
    this.#input = this.#scanned;
    this.#scanned = [];
    this.#scanner = undefined;
    const bytes = Buffer.concat(this.#input.map((chunk) => chunk.bytes));
    const place = this.#place(bytes.length);
    this.#input = rest;
    if (bytes.length === 0) return;
    this.#commands.push({ kind: 'content', complete, bytes, content: unstuff(bytes), ...place });
    this.#say('client', place.completeAtMs, `<content, ${bytes.length} bytes>`);
  }

  /** Takes bytes from the input and tells where and when they came. */
  #place(
    length: number,
  ): Pick<Draft, 'offset' | 'atMs' | 'completeAtMs' | 'segment' | 'reply'> & { replies: Reply[] } {
    const first = this.#input[0];
    const offset = this.#offset;
    this.#offset += length;
    let completeAtMs = first?.atMs ?? 0;
    let left = length;
    for (let chunk = first; chunk && left > 0; chunk = this.#input[0]) {
      completeAtMs = chunk.atMs;
      if (chunk.bytes.length > left) {
        chunk.bytes = chunk.bytes.subarray(left);
        break;
      }
      left -= chunk.bytes.length;
      this.#input.shift();
    }
    return {
      offset,
      atMs: first?.atMs ?? 0,
      completeAtMs,
      segment: first?.segment ?? 0,
      reply: undefined,
      replies: [],
    };
  }

  #readOutput(bytes: Buffer, atMs: number): void {
    this.#output = Buffer.concat([this.#output, bytes]);
    for (let end = this.#output.indexOf(0x0a); end >= 0; end = this.#output.indexOf(0x0a)) {
      const line = visible(this.#output.subarray(0, this.#output[end - 1] === 0x0d ? end - 1 : end));
      this.#output = this.#output.subarray(end + 1);
      this.#say('server', atMs, line);
      this.#replyLines.push(line);
      if (/^\d{3}-/.test(line)) continue;
      const lines = this.#replyLines;
      this.#replyLines = [];
      this.#addReply({ code: Number(/^\d{3}(?=[ -]|$)/.exec(line)?.[0] ?? 0), lines, atMs });
    }
  }

  #addReply(reply: Reply): void {
    if (!this.#greeting) {
      this.#greeting = reply;
      return;
    }
    const command = this.#commands[this.#answered];
    if (!command) {
      this.#unsolicited.push(reply);
      return;
    }
    command.reply ??= reply;
    command.replies.push(reply);
    this.#repliesDue = command.kind === 'content' && this.#lmtp ? Math.max(this.#recipients, 1) : 1;
    if (command.replies.length >= this.#repliesDue) {
      this.#answered += 1;
      this.#settle(command, reply);
    }
  }

  /** What the last reply to a command means for what follows. */
  #settle(command: Draft, { code }: Reply): void {
    const positive = code >= 200 && code < 300;
    const isAuth = command.kind === 'command' && (command.verb === 'AUTH' || this.#authenticating);
    this.#authenticating = isAuth && code >= 300 && code < 400;
    if (command.kind === 'content') this.#recipients = 0;
    else if (command === this.#undecided) {
      this.#undecided = undefined;
      if (code >= 300 && code < 400) this.#scanner = new ContentScanner();
      this.#readInput();
    } else if (positive && command.verb === 'RCPT') this.#recipients += 1;
    else if (positive && command.verb === 'LHLO') this.#lmtp = true;
    if (positive && command.kind === 'command' && /^(?:LHLO|MAIL|RSET)$/.test(command.verb))
      this.#recipients = 0;
  }

  #say(from: 'client' | 'server', atMs: number, line: string, shown?: string): void {
    this.#timeline.push({ atMs, from, line, ...(shown !== undefined && { shown }) });
  }
}
