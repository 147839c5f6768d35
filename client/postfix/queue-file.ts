/**
 * The queue file of a message: where it is, its content as the client reads it, and what an agent writes into it. The
 * file is locked while it is open, so that a new queue manager leaves it alone (delivery reference 1.7).
 */
import { CorruptMessageError, type Message } from '../content/message.ts';
import type { SharedFile } from '../platform/daemon.ts';
import type { ReceivedRequest } from './received-request.ts';
import { RECORD_HEAD_BYTES, recordHead } from './records.ts';

const DONE = Buffer.from('D');
/** What the queue manager takes for a corrupt file. */
const CORRUPT_MODE = 0o400;
const READ_CHUNK_BYTES = 65_536;
/** Pointers of a file may go back; so often only in one that goes in circles. */
const BACKWARD_JUMPS_LIMIT = 10_000;
const LINE_FEED = Buffer.from('\n');

export interface QueueSettings {
  readonly hash_queue_names: readonly string[];
  readonly hash_queue_depth: number;
}

/** Below the queue directory. */
export function queuePath(queueName: string, queueId: string, settings: QueueSettings): string {
  const depth = settings.hash_queue_names.includes(queueName) ? settings.hash_queue_depth : 0;
  const folders = [...hashOf(queueId).slice(0, depth)];
  return [queueName, ...folders, queueId].join('/');
}

/** Digits and consonants: numbers of long queue ids are written with the first 52 or 51 of them. */
const LONG_ID_DIGITS = '0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz';
/** Four of them are microseconds, after those of the seconds; what comes behind this letter has none of it. */
const LONG_ID = /^.{6,}(.{4})z[^z]*$/;
const MICROSECONDS_DIGITS = 5;

/** The folders of a queue are named after digits of the microseconds in its names. */
function hashOf(queueId: string): string {
  const microseconds = LONG_ID.exec(queueId)?.[1];
  if (microseconds === undefined) return queueId;
  const value = [...microseconds].reduce((sum, digit) => sum * 52 + LONG_ID_DIGITS.indexOf(digit), 0);
  return value.toString(16).toUpperCase().padStart(MICROSECONDS_DIGITS, '0');
}

export class QueueFile {
  readonly #file: SharedFile;
  readonly #request: ReceivedRequest;

  constructor(file: SharedFile, request: ReceivedRequest) {
    this.#file = file;
    this.#request = request;
  }

  get message(): Message {
    const { sizeBytes, encoding, utf8Headers, tlsNotRequired } = this.#request;
    return {
      sizeBytes,
      encoding,
      utf8Headers,
      // What a header asks beyond that, cleanup(8) has made a part of the request.
      tlsFields: { requireTlsEsmtp: false, tlsRequired: tlsNotRequired ? ['no'] : [] },
      chunks: () => this.#content(),
    };
  }

  /** The recipient at that place of the file is done with, whatever comes: nobody delivers to it again. */
  markDone(offset: string): void {
    this.#file.write(Number(offset), DONE);
  }

  markCorrupt(): void {
    this.#file.setMode(CORRUPT_MODE);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async *#content(): AsyncGenerator<Uint8Array> {
    const reader = new RecordReader(this.#file, this.#request.contentOffset);
    let jumps = 0;
    for (;;) {
      const found = await reader.next();
      if (found === undefined) throw this.#corrupt('unexpected end of file in message content');
      const { type, data } = found;
      switch (type) {
        case 'N':
          yield Buffer.concat([data, LINE_FEED]);
          break;
        case 'L':
          yield data;
          break;
        case 'w':
          break;
        case 'p': {
          const target = Number(data.toString('latin1'));
          if (!Number.isSafeInteger(target) || target < 0)
            throw this.#corrupt('bad pointer record in message content');
          if (target > 0 && target < reader.position) jumps += 1;
          if (jumps > BACKWARD_JUMPS_LIMIT) throw this.#corrupt('pointer records in a circle');
          if (target > 0) reader.position = target;
          break;
        }
        case 'X':
          return;
        default:
          throw this.#corrupt(`bad record type: ${type.charCodeAt(0)} in message content`);
      }
    }
  }

  #corrupt(what: string): CorruptMessageError {
    const { queueName, queueId } = this.#request;
    return new CorruptMessageError(what, `${queueName}/${queueId}`);
  }
}

interface FileRecord {
  readonly type: string;
  readonly data: Buffer;
}

/** Reads records one after another, a chunk of the file at a time. */
class RecordReader {
  readonly #file: SharedFile;
  #chunk: Buffer = Buffer.alloc(0);
  #chunkAt = 0;
  /** Of the next record. */
  position: number;

  constructor(file: SharedFile, position: number) {
    this.#file = file;
    this.position = position;
  }

  /** Undefined where the file ends, or a record that is not whole begins. */
  async next(): Promise<FileRecord | undefined> {
    const bytes = await this.#bytes(this.position, RECORD_HEAD_BYTES, 2);
    const head = bytes && recordHead(bytes, 0);
    if (head === undefined) return undefined;
    const { type, length, dataAt } = head;
    const data = await this.#bytes(this.position + dataAt, length, length);
    if (data === undefined) return undefined;
    this.position += dataAt + length;
    return { type, data };
  }

  /** As many bytes of the file as wanted, or as many as there are if that is at least the number needed. */
  async #bytes(position: number, wanted: number, needed: number): Promise<Buffer | undefined> {
    const has = () => Math.max(0, Math.min(wanted, this.#chunkAt + this.#chunk.length - position));
    if (position < this.#chunkAt || has() < wanted) {
      const size = Math.max(wanted, READ_CHUNK_BYTES);
      this.#chunk = Buffer.from(await this.#file.read(position, size));
      this.#chunkAt = position;
    }
    if (has() < needed) return undefined;
    const start = position - this.#chunkAt;
    return this.#chunk.subarray(start, start + has());
  }
}
