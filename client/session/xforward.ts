/**
 * XFORWARD: tells a server behind us whose message this was before it came to us, for its log and its content
 * filters. Two commands, since one line would not hold all attributes (delivery reference 6.1, 6.4).
 */
import type { Settings } from '../config/register.ts';
import type { Stage } from '../outcome/stages.ts';
import type { DeliveryRequest } from '../request.ts';
import { encodeBytes } from './envelope.ts';
import type { Features } from './features.ts';

export interface XforwardCommand {
  readonly stage: Extract<Stage, `xforward${string}`>;
  readonly line: string;
}

/** The commands that have something to say: what the server listed, of what the request knows. */
export function xforwardCommands(
  request: DeliveryRequest,
  features: Features,
  settings: Settings,
): XforwardCommand[] {
  if (!settings.smtp_send_xforward_command) return [];
  const { submitter = {} } = request;
  const attributes = (values: Readonly<Record<string, string | undefined>>) =>
    Object.entries(values)
      .filter(([name, value]) => features.xforward.has(name) && value !== undefined && value !== '')
      .map(([name, value = '']) => ` ${name}=${encodeValue(value)}`)
      .join('');
  const origin = attributes({
    NAME: unlessUnknown(submitter.name),
    ADDR: unlessUnknown(submitter.address),
    PORT: unlessUnknown(submitter.port),
  });
  const session = attributes({
    PROTO: unlessUnknown(submitter.protocol),
    HELO: submitter.helo,
    IDENT: submitter.queueId ?? request.queueId,
    SOURCE: submitter.local === false ? 'REMOTE' : 'LOCAL',
  });
  return [
    { stage: 'xforwardNameAddress' as const, attributes: origin },
    { stage: 'xforwardProtocolHelo' as const, attributes: session },
  ].flatMap(({ stage, attributes: text }) => (text === '' ? [] : [{ stage, line: `XFORWARD${text}` }]));
}

/** What Postfix writes where it does not know. */
function unlessUnknown(value: string | undefined): string | undefined {
  return value?.toLowerCase() === 'unknown' ? undefined : value;
}

/** xtext, but for `=`, which stays. */
function encodeValue(value: string): string {
  return encodeBytes(value, '+');
}
