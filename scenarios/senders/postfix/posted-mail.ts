/** Stands in for cleanup(8): takes the mail that the client itself sends, to the postmaster. */
import { createServer, type Socket } from 'node:net';
import type { Notice } from '../../../client/outcome/notices.ts';
import { encodeAttributes } from './attributes.ts';
import { readRecords } from './queue-file.ts';
import { listening } from './status-services.ts';

const MAIL_LIMIT_BYTES = 4 * 1024 * 1024;

/** Listens in the folder of public sockets. */
export async function servePostedMail(
  folder: string,
  onNotice: (notice: Notice) => void,
): Promise<{ close(): void }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    serve(socket, onNotice);
  });
  await listening(server, `${folder}/cleanup`);
  return {
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** A list of attributes comes first, then the records of a queue file. */
function serve(socket: Socket, onNotice: (notice: Notice) => void): void {
  let received = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    if (received.length > MAIL_LIMIT_BYTES) socket.destroy();
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
  });
  socket.write(
    encodeAttributes([
      ['protocol', 'cleanup_protocol'],
      ['queue_id', 'NOTICE'],
    ]),
  );
}

function noticeOf(records: readonly { readonly type: string; readonly text: string }[]): Notice {
  const first = (type: string) => records.find((record) => record.type === type)?.text ?? '';
  const lines = records.filter(({ type }) => type === 'N').map(({ text }) => `${text}\n`);
  return { sender: first('S'), recipient: first('R'), content: lines.join('') };
}
