/**
 * The queue file that smtp(8) reads a message from. A delivery agent reads from the first line of the content to the record
 * that ends it; envelope records before it are the queue manager's own, which tells the agent all that it needs.
 */
import { contentRecords, encodeRecord } from '../../../client/postfix/records.ts';
import { BAD_RECORD_TYPE } from '../sender.ts';

export interface QueueFile {
  readonly bytes: Uint8Array;
  /** Where the content begins. */
  readonly offset: number;
}

/** A corrupt file has a bad record where the content ends. */
export function queueFile(content: Uint8Array, corrupt = false): QueueFile {
  const start = encodeRecord('M');
  const end = [encodeRecord(corrupt ? BAD_RECORD_TYPE : 'X'), encodeRecord('E')];
  return { bytes: Buffer.concat([start, ...contentRecords(content), ...end]), offset: start.length };
}
