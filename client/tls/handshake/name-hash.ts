/** The hash of a certificate's subject, by which openssl-rehash(1) names files: X509_NAME_hash(3). */
import { createHash, type X509Certificate } from 'node:crypto';
import { type Element, readAll, readElement, TAG } from '../verify/der.ts';
import { foldedText } from '../verify/distinguished-name.ts';

const UTF8 = 0x0c;
/** An explicit version, before the other fields of a certificate (RFC 5280 section 4.1). */
const VERSION = 0xa0;

/** Eight hex digits; undefined for what is no certificate in DER. */
export function subjectHash({ raw }: X509Certificate): string | undefined {
  try {
    const [signed] = readAll(readElement(raw), TAG.sequence);
    const fields = readAll(signed, TAG.sequence).filter(({ tag }) => tag !== VERSION);
    const canonical = readAll(fields[4], TAG.sequence).map(canonicalRelativeName);
    const digest = createHash('sha1').update(Buffer.concat(canonical)).digest();
    return digest.readUInt32LE().toString(16).padStart(8, '0');
  } catch {
    return undefined;
  }
}

/** Texts as UTF-8, folded; all else as it is. */
function canonicalRelativeName(relative: Element): Buffer {
  const attributes = readAll(relative, TAG.set).map((attribute) => {
    const [type, value] = readAll(attribute, TAG.sequence);
    const text = value && foldedText(value);
    const bytes = text === undefined ? value?.whole : encoded(UTF8, Buffer.from(text));
    return encoded(TAG.sequence, Buffer.concat([type?.whole ?? Buffer.of(), bytes ?? Buffer.of()]));
  });
  return encoded(TAG.set, Buffer.concat(attributes.toSorted(Buffer.compare)));
}

function encoded(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...bytes), content]);
}
