/**
 * Reads a message as header fields and body text, part by part, and turns 8-bit parts into 7-bit ones on the way
 * (RFC 6152 section 3; delivery reference 7.4). It never fails on odd input: what it cannot make out is text.
 *
 * Headers of a part begin after a boundary line, those of an attached message after the empty line that ends the
 * headers of a message/rfc822. A boundary of an outer multipart ends all inner ones.
 */
import { allowsEightBit, type DefaultKind, type EntityKind, readContentType } from './entity.ts';
import { fieldName, fieldValue } from './header-fields.ts';
import { QuotedPrintable } from './quoted-printable.ts';
import type { ContentRecord } from './records.ts';

export type MimeEvent =
  | {
      readonly type: 'header';
      /** Whose header it is: the message's own, a part's, or an attached message's. */
      readonly section: HeaderSection;
      /** Lower case; '' for a header that the conversion adds. */
      readonly name: string;
      /** The whole field; folds are newlines with the white space after them. */
      readonly text: string;
    }
  | { readonly type: 'body'; readonly text: string; readonly partial: boolean };

export type HeaderSection = 'primary' | 'part' | 'nested';

export interface MimeOptions {
  /** Turn parts that say 8bit or binary into quoted-printable. */
  readonly convert: boolean;
  /** Look for parts; otherwise all that follows the primary headers is text. */
  readonly structure: boolean;
  /** `header_size_limit` */
  readonly headerLimitBytes: number;
  /** `mime_nesting_limit` */
  readonly nestingLimit: number;
  /** `mime_boundary_length_limit` */
  readonly boundaryLimitBytes: number;
}

/** Parts lie deeper inside each other than `mime_nesting_limit`, so that not all can be converted. */
export class NestingError extends Error {
  override readonly name = 'NestingError';
}

interface Boundary {
  readonly text: string;
  readonly parts: DefaultKind;
}

/** The outermost multipart, and one more, do not count. */
const UNCOUNTED_LEVELS = 2;

export class MimeParser {
  readonly #options: MimeOptions;
  readonly #quotedPrintable = new QuotedPrintable();
  readonly #boundaries: Boundary[] = [];
  #section: HeaderSection | 'body' = 'primary';
  #kind: EntityKind = 'leaf';
  #eightBit = false;
  /** The field that is being gathered. */
  #field = '';
  #afterPartial = false;

  constructor(options: MimeOptions) {
    this.#options = options;
  }

  /** Throws NestingError, when converting. */
  *add(record: ContentRecord): Generator<MimeEvent> {
    if (this.#section !== 'body') {
      if (this.#field !== '') {
        if (this.#continues(record)) return;
        yield* this.#endField(this.#section);
        this.#afterPartial = false;
      }
      const name = fieldName(record.text);
      if (name !== '') {
        this.#field = name + beforeNul(record.text.slice(name.length).replace(/^[ \t]+/, ''));
        this.#afterPartial = record.partial;
        return;
      }
      yield* this.#endHeaders(this.#section);
      yield* this.#enterBody(record, this.#section);
    }
    yield* this.#body(record);
    this.#afterPartial = record.partial;
  }

  *end(): Generator<MimeEvent> {
    if (this.#section === 'body') return;
    if (this.#field !== '') yield* this.#endField(this.#section);
    yield* this.#endHeaders(this.#section);
  }

  /** Takes a record that belongs to the field that is being gathered. What is beyond the limit is lost. */
  #continues(record: ContentRecord): boolean {
    if (!this.#afterPartial && !/^[ \t]/.test(record.text)) return false;
    if (this.#field.length < this.#options.headerLimitBytes)
      this.#field += `${this.#afterPartial ? '' : '\n'}${beforeNul(record.text)}`;
    this.#afterPartial = record.partial;
    return true;
  }

  *#endField(section: HeaderSection): Generator<MimeEvent> {
    const text = this.#field;
    this.#field = '';
    const name = fieldName(text).toLowerCase();
    const isEncoding = name === 'content-transfer-encoding';
    if (this.#options.structure && name === 'content-type') this.#readType(fieldValue(text));
    if (this.#options.structure && isEncoding)
      this.#eightBit = allowsEightBit(fieldValue(text)) ?? this.#eightBit;
    // Which encoding it will be depends on a Content-Type that may be still to come.
    if (isEncoding && this.#converts) return;
    yield { type: 'header', section, name, text };
  }

  #readType(value: string): void {
    const type = readContentType(value);
    this.#kind = type?.kind ?? 'leaf';
    for (const text of type?.boundaries ?? []) {
      if (this.#boundaries.length < this.#options.nestingLimit + UNCOUNTED_LEVELS)
        this.#boundaries.push({
          text: text.slice(0, this.#options.boundaryLimitBytes),
          parts: type?.parts ?? 'leaf',
        });
      else if (this.#options.convert) throw new NestingError('MIME nesting exceeds safety limit');
    }
  }

  *#endHeaders(section: HeaderSection): Generator<MimeEvent> {
    if (!this.#converts) return;
    const whole = this.#kind === 'leaf' || this.#kind === 'global';
    const encoding = whole ? 'quoted-printable' : '7bit';
    yield { type: 'header', section, name: '', text: `Content-Transfer-Encoding: ${encoding}` };
  }

  *#enterBody({ text }: ContentRecord, section: HeaderSection): Generator<MimeEvent> {
    this.#section = 'body';
    if (text !== '') {
      // What ends the headers belongs to the body. Only there, in front of it, may an empty line be added: inside
      // a part it could break a signature.
      if (section === 'primary') yield { type: 'body', text: '', partial: false };
      return;
    }
    if (this.#kind === 'rfc822' || (this.#kind === 'global' && !this.#converts))
      this.#begin('nested', 'leaf');
    else if (this.#kind === 'multipart') this.#begin('body', 'leaf');
  }

  #begin(section: HeaderSection | 'body', kind: EntityKind): void {
    this.#section = section;
    this.#kind = kind;
    this.#eightBit = false;
  }

  *#body(record: ContentRecord): Generator<MimeEvent> {
    if (!this.#afterPartial) this.#lookForBoundary(record.text);
    if (!this.#converts) {
      yield { type: 'body', ...record };
      return;
    }
    for (const text of this.#quotedPrintable.encode(record)) yield { type: 'body', text, partial: false };
  }

  #lookForBoundary(line: string): void {
    if (line.length <= 2 || !line.startsWith('--')) return;
    const index = this.#boundaries.findLastIndex(({ text }) => line.startsWith(text, 2));
    const found = this.#boundaries[index];
    if (found === undefined) return;
    const closes = line.startsWith('--', 2 + found.text.length);
    this.#boundaries.length = closes ? index : index + 1;
    this.#begin(closes ? 'body' : 'part', closes ? 'leaf' : found.parts);
  }

  get #converts(): boolean {
    return this.#options.convert && this.#eightBit;
  }
}

/** A header field is text: it ends at a NUL. */
function beforeNul(text: string): string {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}
