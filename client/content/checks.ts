/**
 * Header and body checks on the way out: `smtp_header_checks` and its kin (delivery reference 7.3).
 *
 * A table is asked about each header field, with its folds, or about each line of a body; its answer is an action.
 */
import type { EventListener } from '../events.ts';
import type { Maps } from '../tables/maps.ts';
import { TableError } from '../tables/table.ts';
import type { Tables } from '../tables/tables.ts';
import { bytesAsText, textFromBytes } from './latin1.ts';
import { fieldName, MIME_FIELDS } from './mime/header-fields.ts';
import type { HeaderSection, MimeEvent } from './mime/parser.ts';

/** Whether the message may be sent is not known, since a table could not be asked. */
export class CheckError extends Error {
  override readonly name = 'CheckError';
}

type HeaderEvent = Extract<MimeEvent, { type: 'header' }>;
type Where = 'header' | 'body';

/** What is sent in place of a field or a line. */
export interface Checked {
  /** A line in front of it. */
  readonly before?: string;
  /** Undefined when it is left out. */
  readonly text: string | undefined;
}

export interface ChecksOptions {
  readonly tables: Tables;
  readonly queueId: string;
  readonly emit: EventListener;
}

/** How much of what was checked the log shows. */
const SHOWN_BYTES = 200;

export class ContentChecks {
  readonly #headers: Readonly<Record<HeaderSection, Maps | undefined>>;
  readonly #body: Maps | undefined;
  readonly #options: ChecksOptions;

  /** The checks that are configured; undefined when there are none. */
  static async open(options: ChecksOptions): Promise<ContentChecks | undefined> {
    const { tables } = options;
    const headers = {
      primary: await tables.of('smtp_header_checks'),
      part: await tables.of('smtp_mime_header_checks'),
      nested: await tables.of('smtp_nested_header_checks'),
    };
    const body = await tables.of('smtp_body_checks');
    if ([...Object.values(headers), body].every((maps) => maps === undefined)) return undefined;
    return new ContentChecks(headers, body, options);
  }

  private constructor(
    headers: Readonly<Record<HeaderSection, Maps | undefined>>,
    body: Maps | undefined,
    options: ChecksOptions,
  ) {
    this.#headers = headers;
    this.#body = body;
    this.#options = options;
  }

  /** Rejects with CheckError. */
  async header({ section, name, text }: HeaderEvent): Promise<Checked> {
    const maps = this.#headers[MIME_FIELDS.has(name) ? 'part' : section];
    return maps === undefined ? { text } : this.#check(maps, 'header', text);
  }

  /** Rejects with CheckError. */
  async body(text: string): Promise<Checked> {
    return this.#body === undefined ? { text } : this.#check(this.#body, 'body', text);
  }

  async #check(maps: Maps, where: Where, text: string): Promise<Checked> {
    const action = await maps.lookup(textFromBytes(text)).catch((error: unknown) => {
      if (!(error instanceof TableError)) throw error;
      this.#warn(`${this.#options.queueId}: smtp ${where} checks lookup error`);
      throw new CheckError(error.message);
    });
    return action === undefined ? { text } : this.#act(action, maps.parameter, where, text);
  }

  #act(action: string, parameter: string, where: Where, text: string): Checked {
    const [, command = '', argument = ''] = /^([^ \t]*)\s*(.*)$/s.exec(action) ?? [];
    const verb = command.toUpperCase();
    switch (verb) {
      case 'WARN':
        this.#log('warning', where, text, argument);
        return { text };
      case 'INFO':
        this.#log('info', where, text, argument);
        return { text };
      case 'STRIP':
        this.#log('strip', where, text, argument);
        return { text: undefined };
      case 'IGNORE':
        return { text: undefined };
      case 'DUNNO':
      case 'OK':
        return { text };
      case 'REPLACE':
      case 'PREPEND': {
        if (!this.#canInsert(verb, argument, parameter, where)) return { text };
        this.#log(verb.toLowerCase(), where, text, argument);
        return verb === 'REPLACE' ? { text: bytesAsText(argument) } : { before: bytesAsText(argument), text };
      }
      default:
        this.#warn(`unsupported command in ${parameter} map: ${action}`);
        return { text };
    }
  }

  #canInsert(verb: string, text: string, parameter: string, where: Where): boolean {
    if (text === '') {
      this.#warn(`${verb} action without text in ${parameter} map`);
      return false;
    }
    if (where === 'body' || fieldName(bytesAsText(text)) !== '') return true;
    this.#warn(`bad ${verb} header text "${text}" in ${parameter} map -- need "headername: headervalue"`);
    return false;
  }

  #log(what: string, where: Where, text: string, argument: string): void {
    const { emit, queueId } = this.#options;
    const shown = textFromBytes(text.slice(0, SHOWN_BYTES));
    const line = `${what}: ${where} ${shown}${argument === '' ? '' : `: ${argument}`}`;
    emit({ type: 'log', level: 'info', queueId, text: line });
  }

  #warn(text: string): void {
    this.#options.emit({ type: 'log', level: 'warning', text });
  }
}
