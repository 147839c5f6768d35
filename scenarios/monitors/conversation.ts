/**
 * A session read as a conversation: which bytes were commands, which were message text, and which reply
 * belongs to which of them. Monitors judge this view; it assumes nothing about the client being right.
 *
 * The reader follows the server's replies, because only they say what the client's next bytes mean: text after
 * 354, a chunk after BDAT, an authentication response after 334. Replies are paired with commands by counting
 * (rfc2920-3.1-08), in LMTP one for each accepted recipient after the final dot (rfc2033-4.2-02).
 */
import { unstuff } from '../../simulator/hosts/content.ts';
import type { Session, SessionEntry } from '../../simulator/session.ts';

export interface Reply {
  readonly code: number;
  /** Reply lines without their line ends. */
  readonly lines: readonly string[];
  /** Index into the session's entries. */
  readonly entry: number;
  readonly atMs: number;
}

export interface Step {
  readonly kind: 'greeting' | 'command' | 'authentication' | 'text' | 'chunk';
  /** Upper-case verb of a command, else ''. */
  readonly verb: string;
  /** The bytes as they came: a command with its line end, or text with its final dot line. */
  readonly bytes: Buffer;
  /** Index of the entry that completed the step; for a greeting -1. */
  readonly entry: number;
  readonly atMs: number;
  /** It was said inside TLS. */
  readonly secured: boolean;
  /** Extensions on offer when the step was sent: upper-case keyword to its parameters. */
  readonly offered: ReadonlyMap<string, string>;
  /** How many steps before it still awaited a reply when its bytes arrived. */
  readonly unanswered: number;
  /** The client sent something after this step before its reply was on the wire. */
  overtaken: boolean;
  /** Text ended by its dot line, a chunk with all its bytes, a command with a line end. */
  readonly complete: boolean;
  /** Replies in order; LMTP text has one for each accepted recipient. */
  readonly replies: Reply[];
  readonly repliesDue: number;
}

export interface Conversation {
  readonly session: Session;
  /** `undefined` when the client never introduced itself. */
  readonly protocol: 'smtp' | 'esmtp' | 'lmtp' | undefined;
  readonly steps: readonly Step[];
  /** Who ended the session first and how, and whether the end was seen. */
  readonly end:
    | { readonly by: 'client' | 'server'; readonly how: 'close' | 'reset'; readonly entry: number }
    | undefined;
  /** TLS records were seen: what follows cannot be read. */
  readonly opaque: boolean;
  /** TLS began. */
  readonly secured: boolean;
}

const TLS_HANDSHAKE = 0x16;
const LF = 0x0a;
const TEXT_END = Buffer.from('\r\n.\r\n');
const EMPTY = Buffer.alloc(0);

export function readConversation(session: Session): Conversation {
  const reader = new ConversationReader();
  session.entries.forEach((entry, index) => {
    reader.read(entry, index);
  });
  return reader.finish(session);
}

/** The command line without its line end, as text; bytes beyond ASCII appear as latin-1. */
export function lineOf(step: Step): string {
  return step.bytes.toString('latin1').replace(/[\r\n]+$/, '');
}

/** Message text without the final dot line and with stuffed dots removed. */
export function contentOf(step: Step): Buffer {
  return unstuff(step.bytes);
}

interface OpenStep extends Step {
  replies: Reply[];
}

class ConversationReader {
  readonly #steps: OpenStep[] = [];
  #awaiting: OpenStep[] = [];
  #offered: ReadonlyMap<string, string> = new Map();
  #protocol: 'smtp' | 'esmtp' | 'lmtp' | undefined;
  #mode: 'command' | 'text' | 'chunk' | 'authentication' | 'opaque' = 'command';
  #pieces: Buffer[] = [];
  #tail = EMPTY;
  #chunkBytes = 0;
  #acceptedRecipients = 0;
  #replyLines: string[] = [];
  #replyTail = '';
  #opaque = false;
  #secured = false;
  #end: Conversation['end'];

  constructor() {
    this.#open('greeting', EMPTY, -1, 0, true);
  }

  read(entry: SessionEntry, index: number): void {
    if (this.#opaque) return;
    if ('event' in entry) {
      if (entry.event === 'tls') this.#startTls();
      else if (entry.event !== 'fault' && this.#end === undefined)
        this.#end = { by: entry.from, how: entry.event, entry: index };
      return;
    }
    const bytes = Buffer.from(entry.bytes.buffer, entry.bytes.byteOffset, entry.bytes.byteLength);
    if (entry.from === 'client') this.#fromClient(bytes, index, entry.atMs);
    else this.#fromServer(bytes, index, entry.atMs);
  }

  finish(session: Session): Conversation {
    const last = session.entries.length - 1;
    const rest = this.#takeAll();
    if (rest.length > 0 && !this.#opaque) {
      const kind = this.#mode === 'command' ? 'command' : this.#mode;
      if (kind !== 'opaque') this.#open(kind, rest, last, session.entries[last]?.atMs ?? 0, false);
    }
    return {
      session,
      protocol: this.#protocol,
      steps: this.#steps,
      end: this.#end,
      opaque: this.#opaque,
      secured: this.#secured,
    };
  }

  /** What is unfinished on either side belongs to the time before TLS and is never completed (rfc3207-4.2). */
  #startTls(): void {
    this.#secured = true;
    this.#offered = new Map();
    this.#takeAll();
    this.#replyLines = [];
    this.#replyTail = '';
  }

  #fromClient(bytes: Buffer, entry: number, atMs: number): void {
    let rest = bytes;
    if (rest[0] === TLS_HANDSHAKE && this.#tail.length === 0 && this.#mode === 'command') {
      this.#opaque = true;
      return;
    }
    while (rest.length > 0) {
      if (this.#mode === 'text') rest = this.#readText(rest, entry, atMs);
      else if (this.#mode === 'chunk') rest = this.#readChunk(rest, entry, atMs);
      else rest = this.#readLine(rest, entry, atMs);
    }
  }

  #readLine(bytes: Buffer, entry: number, atMs: number): Buffer {
    const end = bytes.indexOf(LF);
    if (end < 0) {
      this.#keep(bytes);
      return EMPTY;
    }
    this.#keep(bytes.subarray(0, end + 1));
    const line = this.#takeAll();
    if (this.#mode === 'authentication') {
      this.#mode = 'command';
      this.#open('authentication', line, entry, atMs, true);
    } else {
      const step = this.#open('command', line, entry, atMs, true);
      if (step.verb === 'BDAT') this.#chunkAfter(step);
    }
    return bytes.subarray(end + 1);
  }

  #chunkAfter(step: Step): void {
    this.#chunkBytes = Number.parseInt(lineOf(step).split(' ')[1] ?? '0', 10) || 0;
    if (this.#chunkBytes > 0) this.#mode = 'chunk';
  }

  #readChunk(bytes: Buffer, entry: number, atMs: number): Buffer {
    const taken = bytes.subarray(0, this.#chunkBytes);
    this.#keep(taken);
    this.#chunkBytes -= taken.length;
    if (this.#chunkBytes === 0) {
      this.#mode = 'command';
      this.#open('chunk', this.#takeAll(), entry, atMs, true, 0);
    }
    return bytes.subarray(taken.length);
  }

  /** Looks for the end only around the seam, so that large messages are read in one pass. */
  #readText(bytes: Buffer, entry: number, atMs: number): Buffer {
    const seam = Buffer.concat([this.#tail, bytes]);
    const atStart = this.#pieces.length === 0 && seam.subarray(0, 3).toString('latin1') === '.\r\n';
    const found = atStart ? -2 : seam.indexOf(TEXT_END);
    if (found === -1) {
      this.#keep(bytes);
      return EMPTY;
    }
    const endInBytes = found + TEXT_END.length - this.#tail.length;
    this.#keep(bytes.subarray(0, endInBytes));
    this.#mode = 'command';
    const due = this.#protocol === 'lmtp' ? Math.max(this.#acceptedRecipients, 0) : 1;
    this.#open('text', this.#takeAll(), entry, atMs, true, due);
    this.#acceptedRecipients = 0;
    return bytes.subarray(endInBytes);
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const tail = Buffer.concat([this.#tail, bytes]);
    const keep = this.#mode === 'text' ? TEXT_END.length - 1 : 0;
    const cut = keep === 0 ? tail.length : Math.max(0, tail.length - keep);
    if (cut > 0) this.#pieces.push(tail.subarray(0, cut));
    this.#tail = tail.subarray(cut);
  }

  #takeAll(): Buffer {
    const all = Buffer.concat([...this.#pieces, this.#tail]);
    this.#pieces = [];
    this.#tail = EMPTY;
    return all;
  }

  #open(
    kind: Step['kind'],
    bytes: Buffer,
    entry: number,
    atMs: number,
    complete: boolean,
    repliesDue = complete ? 1 : 0,
  ): OpenStep {
    const verb =
      kind === 'command'
        ? (/^[A-Za-z0-9-]*/.exec(bytes.toString('latin1', 0, 64))?.[0] ?? '').toUpperCase()
        : '';
    for (const earlier of this.#awaiting) earlier.overtaken = true;
    const step: OpenStep = {
      kind,
      verb,
      bytes,
      entry,
      atMs,
      secured: this.#secured,
      offered: this.#offered,
      unanswered: this.#awaiting.length,
      overtaken: false,
      complete,
      replies: [],
      repliesDue,
    };
    this.#steps.push(step);
    if (repliesDue > 0) this.#awaiting.push(step);
    return step;
  }

  #fromServer(bytes: Buffer, entry: number, atMs: number): void {
    const text = this.#replyTail + bytes.toString('latin1');
    const lines = text.split('\n');
    this.#replyTail = lines.pop() ?? '';
    for (const raw of lines) {
      const line = raw.replace(/\r$/, '');
      this.#replyLines.push(line);
      if (!/^\d{3}( |$)/.test(line)) continue;
      const reply: Reply = { code: Number(line.slice(0, 3)), lines: this.#replyLines, entry, atMs };
      this.#replyLines = [];
      this.#answer(reply);
    }
  }

  #answer(reply: Reply): void {
    const step = this.#awaiting[0];
    if (step === undefined) return;
    step.replies.push(reply);
    if (step.replies.length >= step.repliesDue) this.#awaiting.shift();
    const positive = reply.code >= 200 && reply.code < 300;
    const intermediate = reply.code >= 300 && reply.code < 400;
    switch (step.verb) {
      case 'EHLO':
      case 'LHLO':
        if (positive) this.#introduced(step.verb === 'EHLO' ? 'esmtp' : 'lmtp', keywordsOf(reply));
        break;
      case 'HELO':
        if (positive) this.#introduced('smtp', new Map());
        break;
      case 'MAIL':
      case 'RSET':
        this.#acceptedRecipients = 0;
        break;
      case 'RCPT':
        if (positive) this.#acceptedRecipients += 1;
        break;
      case 'DATA':
        if (intermediate) this.#mode = 'text';
        break;
      case 'STARTTLS':
        if (positive) this.#offered = new Map();
        break;
      case 'AUTH':
        if (intermediate) this.#mode = 'authentication';
        break;
      default:
        if (step.kind === 'authentication' && intermediate) this.#mode = 'authentication';
    }
  }

  #introduced(protocol: 'smtp' | 'esmtp' | 'lmtp', offered: ReadonlyMap<string, string>): void {
    this.#protocol = protocol;
    this.#offered = offered;
    this.#acceptedRecipients = 0;
  }
}

/** Keywords of an EHLO reply; the first line is the server's name (rfc5321-4.1.1.1-06). */
function keywordsOf(reply: Reply): ReadonlyMap<string, string> {
  const keywords = new Map<string, string>();
  for (const line of reply.lines.slice(1)) {
    const found = /^\d{3}[ -]([^ =]+)(?:[ =](.*))?$/.exec(line);
    if (found?.[1] === undefined) continue;
    const keyword = found[1].toUpperCase();
    // AUTH may come twice, as `AUTH=` for clients from before RFC 2554.
    keywords.set(keyword, [keywords.get(keyword) ?? [], found[2] ?? ''].flat().join(' '));
  }
  return keywords;
}
