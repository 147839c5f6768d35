/**
 * What becomes of one message on its way out: addresses that are replaced, lines that are put in front, headers and
 * lines that are checked, 8-bit parts that are converted (delivery reference 7.2). A message that needs nothing of it
 * passes untouched and unlooked at.
 */
import { quoteAddress } from '../address.ts';
import type { Settings } from '../config/register.ts';
import type { EventListener } from '../events.ts';
import type { DeliveryRequest, Recipient } from '../request.ts';
import type { Tables } from '../tables/tables.ts';
import { replaceAddresses } from './addresses.ts';
import { type Checked, ContentChecks } from './checks.ts';
import type { Flags } from './flags.ts';
import { GenericMaps } from './generic.ts';
import { bytesAsText, textFromBytes } from './latin1.ts';
import type { Message } from './message.ts';
import { ADDRESS_FIELDS, fieldName, fieldValue } from './mime/header-fields.ts';
import { type MimeEvent, MimeParser } from './mime/parser.ts';
import { RecordSplitter } from './mime/records.ts';

export interface OutgoingOptions {
  readonly settings: Settings;
  readonly tables: Tables;
  readonly flags: Flags;
  readonly emit: EventListener;
  /** Whether mail for the domain, `[address]` included, is delivered on this host. */
  readonly isLocal: (domain: string) => Promise<boolean>;
}

type Chunks = AsyncGenerator<Uint8Array>;

/** Whether a message has to be made 7-bit for a server. Nobody said that it is not 8-bit: then that is looked at. */
export function needsConversion(message: Message, eightBitMime: boolean, settings: Settings): boolean {
  return !settings.disable_mime_output_conversion && !eightBitMime && message.encoding !== '7bit';
}

export class Outgoing {
  readonly #request: DeliveryRequest;
  readonly #options: OutgoingOptions;
  readonly #generic: GenericMaps | undefined;
  readonly #checks: ContentChecks | undefined;

  static async open(request: DeliveryRequest, options: OutgoingOptions): Promise<Outgoing> {
    const { tables, emit } = options;
    const maps = await tables.of('smtp_generic_maps');
    const generic = maps && new GenericMaps(maps, options);
    const checks = await ContentChecks.open({ tables, emit, queueId: request.queueId });
    return new Outgoing(request, options, generic, checks);
  }

  private constructor(
    request: DeliveryRequest,
    options: OutgoingOptions,
    generic: GenericMaps | undefined,
    checks: ContentChecks | undefined,
  ) {
    this.#request = request;
    this.#options = options;
    this.#generic = generic;
    this.#checks = checks;
  }

  warn(text: string): void {
    this.#options.emit({ type: 'log', level: 'warning', text });
  }

  get flags(): Flags {
    return this.#options.flags;
  }

  /** An address of the envelope as it is sent. Rejects with GenericMapError. */
  async address(address: string): Promise<string> {
    return (await this.#generic?.lookup(address)) ?? address;
  }

  /**
   * The message as it is sent to a server, with line ends still as they come. Rejects with NestingError, CheckError
   * and GenericMapError, and with what the message's own source has to say.
   */
  async *content(eightBitMime: boolean, recipient: Recipient | undefined): Chunks {
    const { message } = this.#request;
    const convert = needsConversion(message, eightBitMime, this.#options.settings);
    const added = Buffer.from(await this.#addedHeaders(recipient), 'latin1');
    if (convert || this.#generic !== undefined || this.#checks !== undefined) {
      yield* this.#processed(added, convert);
      return;
    }
    if (added.length > 0) yield added;
    yield* message.chunks();
  }

  async #addedHeaders(recipient: Recipient | undefined): Promise<string> {
    const { flags } = this.#options;
    const external = async (address: string) => bytesAsText(quoteAddress(await this.address(address)));
    let text = '';
    if (flags.returnPath) text += `Return-Path: <${await external(this.#request.sender)}>\n`;
    if (flags.originalRecipient)
      text += `X-Original-To: ${await external(recipient?.originalAddress ?? '')}\n`;
    if (flags.deliveredTo) text += `Delivered-To: ${await external(recipient?.address ?? '')}\n`;
    return text;
  }

  async *#processed(added: Uint8Array, convert: boolean): Chunks {
    const { settings } = this.#options;
    const parser = new MimeParser({
      convert,
      structure: convert || this.#checks !== undefined,
      headerLimitBytes: settings.header_size_limit,
      nestingLimit: settings.mime_nesting_limit,
      boundaryLimitBytes: settings.mime_boundary_length_limit,
    });
    let gathered = '';
    try {
      for await (const event of events(parser, this.#chunks(added), settings.line_length_limit)) {
        gathered +=
          event.type === 'header' ? await this.#header(event) : await this.#body(event.text, event.partial);
        if (gathered.length < CHUNK_BYTES) continue;
        yield Buffer.from(gathered, 'latin1');
        gathered = '';
      }
    } catch (error) {
      // What was in order until then is sent: the server sees how far we got.
      yield Buffer.from(gathered, 'latin1');
      throw error;
    }
    yield Buffer.from(gathered, 'latin1');
  }

  async *#chunks(added: Uint8Array): Chunks {
    yield added;
    yield* this.#request.message.chunks();
  }

  async #header(event: Extract<MimeEvent, { type: 'header' }>): Promise<string> {
    const checked: Checked = (await this.#checks?.header(event)) ?? event;
    const before = checked.before === undefined ? '' : `${checked.before}\n`;
    const { text } = checked;
    if (text === undefined) return before;
    const isAddressField = event.section === 'primary' && ADDRESS_FIELDS.has(event.name);
    const rewritten = isAddressField ? await this.#rewritten(text) : undefined;
    return `${before}${rewritten ?? text}\n`;
  }

  /** A field with the addresses that generic maps give it; undefined when they give none. */
  async #rewritten(field: string): Promise<string | undefined> {
    const generic = this.#generic;
    if (generic === undefined) return undefined;
    const list = await replaceAddresses(fieldValue(field), async (address) => {
      const found = await generic.lookup(textFromBytes(address));
      return found && bytesAsText(found);
    });
    return list === undefined ? undefined : folded(`${fieldName(field)}: ${list}`);
  }

  async #body(text: string, partial: boolean): Promise<string> {
    const checked: Checked = this.#checks === undefined ? { text } : await this.#checks.body(text);
    const before = checked.before === undefined ? '' : `${checked.before}\n`;
    if (checked.text === undefined) return before;
    return `${before}${checked.text}${partial ? '' : '\n'}`;
  }
}

/** Handed on in pieces of about this size. */
const CHUNK_BYTES = 65_536;

/** The parser's events for content. */
async function* events(parser: MimeParser, chunks: Chunks, recordBytes: number): AsyncGenerator<MimeEvent> {
  const splitter = new RecordSplitter(recordBytes);
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += CHUNK_BYTES)
      for (const record of splitter.add(chunk.subarray(start, start + CHUNK_BYTES)))
        yield* parser.add(record);
  }
  for (const record of splitter.end()) yield* parser.add(record);
  yield* parser.end();
}

/** A line of a rewritten header takes further addresses while it stays below this; the tab before it counts as one. */
const LINE_CHARACTERS = 70;

/** Lines of one address each are joined as long as they stay short; other lines begin with a tab. */
function folded(text: string): string {
  const [first = '', ...rest] = text.split('\n');
  const lines = [first];
  for (const line of rest) {
    const joined = `${lines.at(-1)} ${line}`;
    if (joined.length < LINE_CHARACTERS) lines[lines.length - 1] = joined;
    else lines.push(line);
  }
  return lines.join('\n\t');
}
