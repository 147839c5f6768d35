/** Reads what servers stored: a maildir for each mailbox, in a folder of its own that is named like it. */
import { chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredMessage } from './server.ts';

export class Maildirs {
  readonly folder: string;
  /** A file in `new` never changes, so each is read once. */
  readonly #read = new Map<string, StoredMessage>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folder; the maildirs in it are for the server to make. Every user may write there. */
  static async create(folder: string): Promise<Maildirs> {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o777);
    return new Maildirs(folder);
  }

  async stored(): Promise<readonly StoredMessage[]> {
    for (const mailbox of await readdir(this.folder)) {
      const folder = join(this.folder, mailbox, 'new');
      for (const name of await readdir(folder).catch(() => [])) {
        const path = join(folder, name);
        if (!this.#read.has(path)) this.#read.set(path, storedMessage(mailbox, await readFile(path)));
      }
    }
    return [...this.#read.values()];
  }
}

/** Fields that servers put on top when they take a message in or store it (RFC 5321 section 4.4, and custom). */
const TRACE_FIELD =
  /^(return-path|received|delivered-to|x-original-to|envelope-to|delivery-date)[ \t]*:((?:.|\r?\n[ \t])*)\r?\n/i;
/** No trace is longer. */
const TRACE_LIMIT_BYTES = 64 * 1024;

/** Takes the trace fields off, down to the first field of the message itself. */
function storedMessage(mailbox: string, file: Buffer): StoredMessage {
  // One character for each byte, so that lengths agree.
  let top = file.toString('latin1', 0, TRACE_LIMIT_BYTES);
  let length = 0;
  let sender: string | undefined;
  for (;;) {
    const [whole = '', name = '', value = ''] = TRACE_FIELD.exec(top) ?? [];
    if (whole === '') break;
    if (name.toLowerCase() === 'return-path') {
      sender ??= Buffer.from(value.trim().replace(/^<(.*)>$/, '$1'), 'latin1').toString();
    }
    length += whole.length;
    top = top.slice(whole.length);
  }
  return { mailbox, sender, content: file.subarray(length) };
}
