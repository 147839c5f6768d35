/** What was said in a session, without the content of messages, as a notice to the postmaster shows it. */

/** More than this is left out: a server may talk a lot. */
const LIMIT_CHARACTERS = 256 * 1024;
const WIDTH = 78;
const INDENT = 4;

export class Transcript {
  readonly #lines: string[] = [];
  #characters = 0;

  command(line: string): void {
    this.#add(`Out: ${line}`);
  }

  replyLine(line: string): void {
    this.#add(`In:  ${line}`);
  }

  /** The reply line before was replaced by this one (`smtp_reply_filter`). */
  replacement(line: string): void {
    this.#add('Replaced-by: ');
    this.#add(`     ${line}`);
  }

  /** Each behind a space, and on several lines where it is long. */
  get lines(): readonly string[] {
    const complete = this.#characters <= LIMIT_CHARACTERS;
    return [...this.#lines, ...(complete ? [] : ['[...]'])].flatMap(wrapped).map((line) => ` ${line}`);
  }

  #add(line: string): void {
    this.#characters += line.length;
    if (this.#characters <= LIMIT_CHARACTERS) this.#lines.push(line.replace(/[\u0000-\u001f\u007f]/g, '?'));
  }
}

/** Breaks between words; a word that is too long stays whole. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of text.split(/[ \t]/)) {
    const width = lines.length === 0 ? WIDTH : WIDTH - INDENT;
    if (line === undefined) line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line.trimEnd());
      line = word === '' ? undefined : word;
    }
  }
  lines.push((line ?? '').trimEnd());
  return lines.map((each, index) => (index === 0 ? each : `${' '.repeat(INDENT)}${each}`));
}
