/** Header fields: what begins one, and what is known about some by their names. */

/**
 * The name that a line begins a header field with, or '' when it begins none. Obsolete white space before the colon
 * is allowed (RFC 5322 section 4.5).
 */
export function fieldName(line: string): string {
  return /^([!-9;-~]+)[ \t]*:/.exec(line)?.[1] ?? '';
}

/** What stands behind the colon of a header field. */
export function fieldValue(field: string): string {
  return field.slice(field.indexOf(':') + 1);
}

/** Fields of MIME, which have checks of their own. */
export const MIME_FIELDS: ReadonlySet<string> = new Set([
  'content-description',
  'content-disposition',
  'content-id',
  'content-transfer-encoding',
  'content-type',
  'mime-version',
]);

/** Fields whose addresses are rewritten by generic maps. */
export const ADDRESS_FIELDS: ReadonlySet<string> = new Set([
  'apparently-to',
  'bcc',
  'cc',
  'disposition-notification-to',
  'errors-to',
  'from',
  'mail-followup-to',
  'reply-to',
  'resent-bcc',
  'resent-cc',
  'resent-from',
  'resent-reply-to',
  'resent-sender',
  'resent-to',
  'return-path',
  'return-receipt-to',
  'sender',
  'to',
]);
