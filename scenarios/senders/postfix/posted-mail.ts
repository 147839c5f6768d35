/** Stands in for cleanup(8): takes the mail that the client itself sends, to the postmaster. */
import type { Socket } from 'node:net';
import type { Notice } from '../../../client/outcome/notices.ts';
import { encodeAttributes } from './attributes.ts';
import { type QueueFileRecord, readRecords } from './queue-file.ts';
import { type ServiceSocket, serveSocket } from './service-sockets.ts';

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
    const records = attributesEnd < 0 ? [] : [...readRecords(received.subarray(attributesEnd + 2))];
    if (records.at(-1)?.type !== 'E') return;
    onNotice(noticeOf(records));
    socket.write(
      encodeAttributes([
        ['status', 0],
        ['reason', ''],
      ]),
    );
  };
}

function noticeOf(records: readonly QueueFileRecord[]): Notice {
  const first = (type: string) => records.find((record) => record.type === type)?.text ?? '';
  const lines = records.filter(({ type }) => type === 'N').map(({ text }) => `${text}\n`);
  return { sender: first('S'), recipient: first('R'), content: lines.join('') };
}
