/**
 * Stands in for bounce(8), defer(8), trace(8) and verify(8): takes what the client reports to them. A report has the
 * server's reply apart from the reason, and both in full; and no notices go out into the scenario.
 */
import type { Socket } from 'node:net';
import type { StatusService } from '../../../client/outcome/status-services.ts';
import { AttributeReader, encodeAttributes, protocolGreeting } from '../../../client/postfix/attributes.ts';
import {
  decodeFinding,
  decodeStatusRecord,
  STATUS_PROTOCOLS,
} from '../../../client/postfix/status-records.ts';
import type { KeptRecord } from '../sender.ts';
import { type ServiceSocket, serveSocket } from './service-sockets.ts';

const SERVICES = Object.keys(STATUS_PROTOCOLS) as readonly StatusService[];
/** Any status but 0 says that a record was not kept. */
const DOWN = 1;

/** Takes a record; false: it could not be kept. Records of `verify` have no queue id. */
export type OnRecord = (record: KeptRecord) => boolean;

/** Listens in the folder of private sockets; `onRecord` is called for each record about a recipient. */
export function serveStatusServices(folder: string, onRecord: OnRecord): Promise<ServiceSocket[]> {
  return Promise.all(
    SERVICES.map((service) =>
      serveSocket(`${folder}/${service}`, (socket) => serve(socket, service, onRecord)),
    ),
  );
}

function serve(socket: Socket, service: StatusService, onRecord: OnRecord): (chunk: Buffer) => void {
  const reader = new AttributeReader();
  socket.write(protocolGreeting(STATUS_PROTOCOLS[service]));
  return (chunk) => {
    for (const list of reader.push(chunk)) {
      const record = service === 'verify' ? decodeFinding(list) : decodeStatusRecord(list);
      const kept = record === undefined || onRecord({ service, ...record });
      socket.write(encodeAttributes([['status', kept ? 0 : DOWN]]));
    }
  };
}
