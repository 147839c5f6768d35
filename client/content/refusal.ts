/** What the flags of a service forbid, found out before anything is connected to (delivery reference 1.6). */
import { quoteAddress } from '../address.ts';
import type { Settings } from '../config/register.ts';
import type { Failure } from '../outcome/failure.ts';
import type { DeliveryRequest } from '../request.ts';
import { textFromBytes } from './latin1.ts';
import { CorruptMessageError, type Message } from './message.ts';
import { fieldName } from './mime/header-fields.ts';
import { RecordSplitter } from './mime/records.ts';
import type { Outgoing } from './outgoing.ts';

/** So many Delivered-To headers are looked at. */
const HEADERS_LIMIT = 1000;

/** Why the request is refused; undefined when it is not. */
export async function refusalByFlags(
  request: DeliveryRequest,
  outgoing: Outgoing,
  settings: Settings,
): Promise<Failure | undefined> {
  const { flags } = outgoing;
  const [recipient, ...others] = request.recipients;
  const single = flags.deliveredTo || flags.originalRecipient;
  if (single && others.length > 0) {
    const flag = flags.deliveredTo ? 'D' : 'O';
    outgoing.warn(`flag \`${flag}' requires ${request.service}_destination_recipient_limit = 1`);
    return { scope: 'message', dsn: '4.3.5', reason: 'mail system configuration error' };
  }
  if (!flags.deliveredTo || recipient === undefined) return undefined;
  const address = await outgoing.address(recipient.address);
  const before = await wasDeliveredTo(address, request.message, settings).catch((error: unknown) => {
    // That the message breaks off is found out again when it is sent.
    if (error instanceof CorruptMessageError) return false;
    throw error;
  });
  if (!before) return undefined;
  const reason = `mail forwarding loop for ${recipient.address}`;
  return { scope: 'message', dsn: '5.4.6', reason };
}

/**
 * Whether the headers of a message say that it was delivered to this address before; letter case does not count. Such
 * headers are written by machines, on one line: one that is folded says nothing.
 */
async function wasDeliveredTo(address: string, message: Message, settings: Settings): Promise<boolean> {
  const wanted = quoteAddress(address).toLowerCase();
  const splitter = new RecordSplitter(settings.line_length_limit);
  let seen = 0;
  let isContinued = false;
  for await (const chunk of message.chunks()) {
    for (const { text, partial } of splitter.add(chunk)) {
      const isStart = !isContinued;
      isContinued = partial;
      if (!isStart || /^\s/.test(text)) continue;
      if (fieldName(text) === '') return false;
      const value = /^delivered-to:\s*(.*)$/i.exec(text)?.[1];
      if (value === undefined) continue;
      if (textFromBytes(value).toLowerCase() === wanted) return true;
      seen += 1;
      if (seen >= HEADERS_LIMIT) return false;
    }
  }
  return false;
}
