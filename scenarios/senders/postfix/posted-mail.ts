/** Stands in for cleanup(8): takes the mail that the client itself sends, to the postmaster. */
import type { Socket } from 'node:net';
import type { Notice } from '../../../client/outcome/notices.ts';
import { encodeAttributes } from '../../../client/postfix/attributes.ts';
import { type QueueFileRecord, readRecords } from '../../../client/postfix/records.ts';
import { type ServiceSocket, serveSocket } from './service-sockets.ts';

/** Header and body checks, and Milters. */
const INSPECT_FLAGS = (1 << 1) | (1 << 6);
const AUTODETECT_FLAG = 1 << 9;

const MAIL_LIMIT_BYTES = 4 * 1024 * 1024;

/** Listens in the folder of public sockets. */
export function servePostedMail(folder: string, onNotice: (notice: Notice) => void): Promise<ServiceSocket> {
  return serveSocket(`${folder}/cleanup`, (socket) => serve(socket, onNotice));
}

/** A list of attributes comes first, then the records of a queue file. */
function serve(socket: Socket, onNotice: (notice: Notice) => void): (chunk: Buffer) => void {
  let received = Buffer.alloc(0);
  socket.write(
    encodeAttributes([
      ['protocol', 'cleanup_protocol'],
      ['queue_id', 'NOTICE'],
    ]),
  );
  return (chunk) => {
    received = Buffer.concat([received, chunk]);
    if (received.length > MAIL_LIMIT_BYTES) throw new RangeError('a notice longer than any transcript');
    const attributesEnd = received.indexOf('\0\0');
    const asked = attributesEnd < 0 ? 0 : flagsOf(received.subarray(0, attributesEnd));
    const records = attributesEnd < 0 ? [] : [...readRecords(received.subarray(attributesEnd + 2))];
    if (records.at(-1)?.type !== 'E') return;
    onNotice(noticeOf(records, asked));
    socket.write(
      encodeAttributes([
        ['status', 0],
        ['reason', ''],
      ]),
    );
  };
}

/** Of the list `flags`, without its end. */
function flagsOf(list: Buffer): number {
  return Number(list.toString().split('\0')[1]);
}

function noticeOf(records: readonly QueueFileRecord[], flags: number): Notice {
  const first = (type: string) => records.find((record) => record.type === type)?.text ?? '';
  const lines = records.filter(({ type }) => type === 'N').map(({ text }) => `${text}\n`);
  return {
    sender: first('S'),
    recipient: first('R'),
    content: lines.join(''),
    inspect: (flags & INSPECT_FLAGS) === INSPECT_FLAGS,
    detectSmtputf8: (flags & AUTODETECT_FLAG) !== 0,
  };
}
