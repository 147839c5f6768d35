/**
 * The envelope commands: MAIL and RCPT with their parameters, in the order of the delivery reference, 6.4.
 */
import { needsSmtputf8, quoteAddress } from '../address.ts';
import type { Settings } from '../config/register.ts';
import { needsConversion } from '../content/outgoing.ts';
import type { DeliveryRequest, Recipient } from '../request.ts';
import type { Features } from './features.ts';
import type { Session } from './session.ts';

/** `MAIL FROM:<reverse-path>`, from the sender as it is to be sent, with what the server of the session understands. */
export function mailCommand(
  sender: string,
  request: DeliveryRequest,
  { features, settings, requireTls }: Pick<Session, 'features' | 'settings' | 'requireTls'>,
): string {
  const { message } = request;
  let command = `MAIL FROM:<${path(sender, settings)}>`;
  // Conversion would make the size untrue.
  const sizeIsCertain = !needsConversion(message, features.eightBitMime, settings);
  if (features.size && sizeIsCertain) command += ` SIZE=${message.sizeBytes}`;
  if (features.eightBitMime && message.encoding !== undefined) {
    command += message.encoding === '8bit' ? ' BODY=8BITMIME' : ' BODY=7BIT';
  }
  if (features.dsn && request.envelopeId !== undefined) command += ` ENVID=${xtext(request.envelopeId)}`;
  // A report of a server that cannot protect the message must not carry it.
  const returned = requireTls && !features.requireTls ? 'headers' : request.returnContent;
  if (features.dsn && returned !== undefined) command += returned === 'full' ? ' RET=FULL' : ' RET=HDRS';
  if (features.smtputf8 && request.smtputf8 === true) command += ' SMTPUTF8';
  const isAuthenticated = settings.smtp_sasl_auth_enable && features.authentication.length > 0;
  if (isAuthenticated && settings.smtp_send_dummy_mail_auth) command += ' AUTH=<>';
  if (requireTls && features.requireTls) command += ' REQUIRETLS';
  return command;
}

/** `RCPT TO:<forward-path>`, from the address as it is to be sent, with DSN parameters (RFC 3461 section 4). */
export function rcptCommand(
  address: string,
  recipient: Recipient,
  request: DeliveryRequest,
  features: Features,
  settings: Settings,
): string {
  let command = `RCPT TO:<${path(address, settings)}>`;
  if (!features.dsn) return command;
  const original = originalRecipient(recipient, request);
  if (original !== undefined) command += ` ORCPT=${original}`;
  const notify = NOTIFY_ORDER.filter((word) => recipient.notify?.includes(word));
  if (notify.length > 0) command += ` NOTIFY=${notify.join(',').toUpperCase()}`;
  return command;
}

/** What delivery of this request needs from the server (RFC 6531): an address or a header is UTF-8. */
export function requiresSmtputf8(request: DeliveryRequest): boolean {
  if (request.smtputf8 !== true) return false;
  return (
    request.message.utf8Headers ||
    needsSmtputf8(request.sender) ||
    request.recipients.some((recipient) => needsSmtputf8(recipient.address))
  );
}

const NOTIFY_ORDER = ['never', 'success', 'failure', 'delay'] as const;

function path(address: string, settings: Settings): string {
  return settings.smtp_quote_rfc821_envelope ? quoteAddress(address) : address;
}

function originalRecipient(recipient: Recipient, request: DeliveryRequest): string | undefined {
  const given = recipient.dsnOriginalRecipient;
  if (given !== undefined) return given.toLowerCase().startsWith('utf-8;') ? uxtext(given) : xtext(given);
  const original = recipient.originalAddress ?? '';
  if (original === '') return undefined;
  const quoted = quoteAddress(original);
  if (request.smtputf8 === true && needsSmtputf8(original)) return uxtext(`utf-8;${quoted}`);
  return xtext(`rfc822;${quoted}`);
}

/** RFC 3461 section 4: printable ASCII but `+` and `=`; every other byte as `+HH`. */
export function xtext(value: string): string {
  let encoded = '';
  for (const byte of Buffer.from(value)) {
    const literal = byte >= 33 && byte <= 126 && byte !== 0x2b && byte !== 0x3d;
    encoded += literal ? String.fromCharCode(byte) : `+${hexadecimal(byte)}`;
  }
  return encoded;
}

/** RFC 6533 section 3, utf-8-addr-unitext made safe for any server: other code points as `\x{HEX}`. */
export function uxtext(value: string): string {
  let encoded = '';
  for (const character of value) {
    const point = character.codePointAt(0) ?? 0;
    const literal = point >= 33 && point <= 126 && !'\\+='.includes(character);
    encoded += literal ? character : `\\x{${hexadecimal(point)}}`;
  }
  return encoded;
}

function hexadecimal(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}
