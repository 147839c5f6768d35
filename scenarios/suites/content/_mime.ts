/** A small reader of MIME, as strict as the RFCs, which knows nothing of how the client converts. */

export interface Entity {
  /** Lower case, `text/plain` where none is given. */
  readonly type: string;
  /** Lower case, `7bit` where none is given. */
  readonly encoding: string;
  readonly version: string | undefined;
  /** As it stands there, in Latin-1. */
  readonly body: string;
  /** Of a multipart or an attached message. */
  readonly parts: readonly Entity[];
}

/** Reads a message; octets beyond ASCII appear as Latin-1. */
export function readEntity(text: string): Entity {
  const end = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n') + 2;
  const head = text.slice(0, end).replace(/\r\n[ \t]+/g, ' ');
  const body = text.slice(end + 2);
  const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*?)\\r$`, 'im').exec(head)?.[1];
  const [type = 'text/plain'] = (field('content-type') ?? 'text/plain').toLowerCase().split(';');
  const boundary = /boundary="?([^";]+)/i.exec(field('content-type') ?? '')?.[1];
  return {
    type: type.trim(),
    encoding: (field('content-transfer-encoding') ?? '7bit').toLowerCase(),
    version: field('mime-version'),
    body,
    parts: partsOf(type.trim(), boundary, body),
  };
}

function partsOf(type: string, boundary: string | undefined, body: string): Entity[] {
  if (type === 'message/rfc822') return [readEntity(body)];
  if (!type.startsWith('multipart/') || boundary === undefined) return [];
  const [inside = ''] = `\r\n${body}`.split(`\r\n--${boundary}--\r\n`);
  return inside.split(`\r\n--${boundary}\r\n`).slice(1).map(readEntity);
}

/** The entity and all those inside. */
export function entitiesOf(entity: Entity): Entity[] {
  return [entity, ...entity.parts.flatMap(entitiesOf)];
}

/** What the body says once its transfer encoding is undone. */
export function decoded({ encoding, body }: Entity): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('latin1');
  if (encoding !== 'quoted-printable') return body;
  return body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** What RFC 2045 section 6.7 forbids and a quoted-printable part has; undefined when all are well-formed. */
export function quotedPrintableFault(mail: Entity): string | undefined {
  for (const { encoding, body } of entitiesOf(mail)) {
    if (encoding !== 'quoted-printable') continue;
    for (const line of body.split('\r\n')) {
      if (line.length > 76) return `a line of ${line.length} characters`;
      if (/[ \t]$/.test(line)) return 'white space at the end of a line';
      if (/=(?![0-9A-F]{2}|$)/.test(line)) return `no encoding: ${line}`;
      if (/=0D|=0A/.test(line)) return 'a line break that is encoded';
    }
  }
  return undefined;
}
