/**
 * XFORWARD: tells a content filter behind us whose message this was (delivery reference 6.4). Attributes go out if the
 * server listed them and they are known; a command that would carry nothing is left out.
 */
import type { DeliveryRequest } from '../request.ts';

export type XforwardStage = 'xforwardClient' | 'xforwardProtocol';

export interface XforwardCommand {
  readonly stage: XforwardStage;
  readonly line: string;
}

/** Attributes in the order in which they are sent, by command. */
const ATTRIBUTES = {
  xforwardClient: ['NAME', 'ADDR', 'PORT'],
  xforwardProtocol: ['PROTO', 'HELO', 'IDENT', 'SOURCE'],
} as const;

/** The commands for a message; `offered` are the attributes of the server's XFORWARD keyword, in upper case. */
export function xforwardCommands(
  request: DeliveryRequest,
  offered: ReadonlySet<string>,
): readonly XforwardCommand[] {
  const values = valuesOf(request);
  return (['xforwardClient', 'xforwardProtocol'] as const).flatMap((stage) => {
    const attributes = ATTRIBUTES[stage].flatMap((name) => {
      const value = offered.has(name) ? values[name] : undefined;
      return value === undefined || value === '' ? [] : [`${name}=${xforwardText(value)}`];
    });
    return attributes.length === 0 ? [] : [{ stage, line: `XFORWARD ${attributes.join(' ')}` }];
  });
}

type Attribute = (typeof ATTRIBUTES)[XforwardStage][number];

function valuesOf({ submitter = {}, queueId }: DeliveryRequest): Record<Attribute, string | undefined> {
  return {
    NAME: known(submitter.name),
    ADDR: known(submitter.address),
    PORT: known(submitter.port),
    PROTO: known(submitter.protocol),
    HELO: submitter.helo,
    IDENT: submitter.queueId ?? queueId,
    SOURCE: submitter.local === false ? 'REMOTE' : 'LOCAL',
  };
}

/** What a server could not find out it calls `unknown`, which is nothing to forward. */
function known(value: string | undefined): string | undefined {
  return value?.toLowerCase() === 'unknown' ? undefined : value;
}

/** xtext that leaves `=` as it is: bytes outside printable ASCII, spaces and `+` become `+HH`. */
function xforwardText(value: string): string {
  let encoded = '';
  for (const byte of Buffer.from(value)) {
    const literal = byte > 32 && byte < 127 && byte !== 0x2b;
    encoded += literal ? String.fromCharCode(byte) : `+${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}
