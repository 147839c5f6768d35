/** The messages that are delivered to real servers, and what has to be stored of them. */

/** All lines as given, header fields above; `id` becomes the Message-ID, by which a stored message is known again. */
export function messageText(id: string, fields: readonly string[], body: string, lineEnd = '\r\n'): string {
  const head = [
    `Message-ID: <${id}>`,
    'Date: Mon, 2 Mar 2026 10:00:00 +0000',
    'From: Sender <returns@example.test>',
    'To: undisclosed-recipients:;',
    ...fields,
  ];
  return [...head, '', body].join(lineEnd);
}

const MESSAGE_ID = /^Message-ID: <([^>]+)>/;

export function messageId(content: Buffer): string | undefined {
  return MESSAGE_ID.exec(content.toString('latin1', 0, 1000))?.[1];
}

/** What was stored or sent, with LF as line end and the last line ended: servers keep either kind of line end. */
export function canonical(content: Buffer): Buffer {
  const text = content.toString('latin1').replaceAll('\r\n', '\n');
  return Buffer.from(text.endsWith('\n') ? text : `${text}\n`, 'latin1');
}

/** Lines of text without repeats, so that a lost or doubled piece shows, up to `bytes` in all. */
export function longBody(bytes: number): string {
  const lineBytes = 80;
  return Array.from(
    { length: Math.floor(bytes / lineBytes) },
    (_, index) => `${String(index).padStart(10, '0')} ${'abcdefghij'.repeat(7).slice(0, lineBytes - 13)}`,
  ).join('\r\n');
}

/** A body with an 8-bit part, an attachment of every byte there is, and a subject that needs decoding. */
export const EVERY_BYTE = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256));
export const MIME_SUBJECT = 'Grüße aus der Prüfung';
export const MIME_TEXT = 'Ein Text mit Umlauten: äöü.\n.\nUnd ein Punkt.';

export function mimeMessage(id: string): string {
  const boundary = 'interoperability';
  const fields = [
    `Subject: =?UTF-8?B?${Buffer.from(MIME_SUBJECT).toString('base64')}?=`,
    'MIME-Version: 1.0',
    'Content-Transfer-Encoding: 8bit',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
  ];
  const attachment = (EVERY_BYTE.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
  const body = [
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    MIME_TEXT.replaceAll('\n', '\r\n'),
    `--${boundary}`,
    'Content-Type: application/octet-stream; name="every-byte"',
    'Content-Disposition: attachment; filename="every-byte"',
    'Content-Transfer-Encoding: base64',
    '',
    attachment,
    `--${boundary}--`,
  ];
  return messageText(id, fields, `${body.join('\r\n')}\r\n`);
}
