/** Reads master.cf as far as it is about delivery agents: the options of a service that smtp(8) or lmtp(8) runs. */
import type { Service } from '../request.ts';
import { ConfigError, shown } from './config-error.ts';
import { continuesNoLine, continuesNothing, logicalLines, textBeforeNul } from './logical-lines.ts';
import { MAIN_CF_LIMIT_CHARACTERS } from './main-cf.ts';
import { bracedText, splitGroupedWords, trimSpace } from './text.ts';

/** An entry whose program is this client. */
export interface DeliveryService {
  readonly name: string;
  readonly program: Service;
  /** The arguments of its `-o` options, as `parseOverrides` takes them. */
  readonly overrides: readonly string[];
  /** Of `flags=`; '' when there is none. */
  readonly flags: string;
}

/** Before the command, in order; a word that does not fit is a mistake, as it is to master(8). */
const FIELDS: readonly (readonly [name: string, form: RegExp])[] = [
  ['service name', /^/],
  ['service type', /^(?:inet|unix|fifo|pass|unix-dgram)$/],
  ['private', /^[yn-]$/],
  ['unprivileged', /^[yn-]$/],
  ['chroot', /^[yn-]$/],
  ['wakeup time', /^(?:\d+\??|-)$/],
  ['process limit', /^(?:\d+|-)$/],
];

/** Of single_server(3), which runs smtp(8). */
const OPTIONS_WITH_VALUE = 'imnorst';

export interface MasterCf {
  /** The delivery services by name; the last entry of a name counts. */
  readonly services: ReadonlyMap<string, DeliveryService>;
  /** What the programs of all entries are called with; it may mention names of main.cf. */
  readonly arguments: readonly string[];
  /** One line each, beginning with origin and line number. */
  readonly warnings: readonly string[];
}

/**
 * Reads the entries of delivery services; those of other programs are checked and passed over.
 *
 * @param origin what to call the file in messages, usually its path.
 * @throws ConfigError for an entry that lacks fields, and for a file that is too long.
 */
export function parseMasterCf(text: string, origin: string): MasterCf {
  if (text.length > MAIN_CF_LIMIT_CHARACTERS)
    throw new ConfigError(
      `${origin}: longer than ${MAIN_CF_LIMIT_CHARACTERS} characters; this is no master.cf, name another file`,
    );
  const services = new Map<string, DeliveryService>();
  const allArguments: string[] = [];
  const warnings: string[] = [];
  for (const line of logicalLines(text)) {
    const place = `${origin}, line ${line.number}`;
    if (continuesNothing(line)) {
      warnings.push(continuesNoLine(line, place));
      continue;
    }
    const words = splitGroupedWords(textBeforeNul(line, place, warnings));
    checkFields(words, place);
    const [name = '', type] = words;
    const [program = '', ...rest] = words.slice(FIELDS.length).map((word) => withoutBraces(word, place));
    for (const argument of rest) allArguments.push(argument);
    if (type !== 'unix' || (program !== 'smtp' && program !== 'lmtp')) continue;
    if (services.has(name))
      warnings.push(`${place}: another entry for ${shown(name)}, and the one that counts; keep only one`);
    services.set(name, { name, program, ...readArguments(rest, place) });
  }
  return { services, arguments: allArguments, warnings };
}

function checkFields(words: readonly string[], place: string): void {
  const entry = `"${shown(words.join(' '))}"`;
  for (const [index, [name, form]] of FIELDS.entries()) {
    if (!form.test(words[index] ?? ''))
      throw new ConfigError(
        `${place}: no ${name} in ${entry}; write ${FIELDS.map(([field]) => field).join(', ')} and a command`,
      );
  }
  if (words.length === FIELDS.length)
    throw new ConfigError(`${place}: no command in ${entry}; seven fields and a command make an entry`);
}

/** A word with white space stands in braces. */
function withoutBraces(word: string, place: string): string {
  if (!word.startsWith('{')) return word;
  const inside = bracedText(word);
  if (inside === undefined)
    throw new ConfigError(`${place}: "${shown(word)}" must end where its "{" is closed; correct the braces`);
  return trimSpace(inside);
}

/** Options come first, as getopt(3) reads them, and attributes such as `flags=` after them. */
function readArguments(words: readonly string[], place: string): { overrides: string[]; flags: string } {
  const overrides: string[] = [];
  let at = 0;
  for (let word = words[at]; word?.startsWith('-') && word !== '-'; word = words[at]) {
    at += 1;
    if (word === '--') break;
    const letter = [...word].findIndex((each, index) => index > 0 && OPTIONS_WITH_VALUE.includes(each));
    if (letter < 0) continue;
    const attached = word.slice(letter + 1);
    const value = attached === '' ? words[at] : attached;
    if (attached === '') at += 1;
    if (word[letter] !== 'o') continue;
    if (value === undefined) throw new ConfigError(`${place}: nothing after -o; write -o name=value`);
    overrides.push(value);
  }
  const flags = words.slice(at).find((word) => word.startsWith('flags='));
  return { overrides, flags: flags?.slice('flags='.length) ?? '' };
}
