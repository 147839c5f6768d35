/** Reads master.cf as far as it is about delivery agents: the options of a service that smtp(8) or lmtp(8) runs. */
import type { Service } from '../request.ts';
import { ConfigError, shown } from './config-error.ts';
import { logicalLines } from './logical-lines.ts';
import { MAIN_CF_LIMIT_CHARACTERS } from './main-cf.ts';
import { splitGroupedWords } from './text.ts';

/** An entry whose program is this client. */
export interface DeliveryService {
  readonly name: string;
  readonly program: Service;
  /** The arguments of its `-o` options, as `parseOverrides` takes them. */
  readonly overrides: readonly string[];
  /** Of `flags=`; '' when there is none. */
  readonly flags: string;
}

/** Before the command: name, type, private, unprivileged, chroot, wakeup, process limit. */
const FIELDS_BEFORE_COMMAND = 7;
const TYPES: ReadonlySet<string> = new Set(['inet', 'unix', 'fifo', 'pass', 'unix-dgram']);

/**
 * The delivery services of a master.cf, by name. Entries of other programs are passed over; the last entry of a name
 * counts.
 *
 * @param origin what to call the file in messages, usually its path.
 * @throws ConfigError for an entry that lacks fields, and for a file that is too long.
 */
export function parseMasterCf(text: string, origin: string): ReadonlyMap<string, DeliveryService> {
  if (text.length > MAIN_CF_LIMIT_CHARACTERS)
    throw new ConfigError(
      `${origin}: longer than ${MAIN_CF_LIMIT_CHARACTERS} characters; this is no master.cf, name another file`,
    );
  const services = new Map<string, DeliveryService>();
  for (const line of logicalLines(text)) {
    const place = `${origin}, line ${line.number}`;
    const words = splitGroupedWords(line.text);
    const [name = '', type = ''] = words;
    const [program, ...rest] = words.slice(FIELDS_BEFORE_COMMAND);
    if (!TYPES.has(type))
      throw new ConfigError(
        `${place}: no service type in "${shown(line.text)}"; write name, type (${[...TYPES].join(', ')}), five more fields and a command`,
      );
    if (program === undefined)
      throw new ConfigError(
        `${place}: no command in "${shown(line.text)}"; seven fields and a command make an entry`,
      );
    if (type !== 'unix' || (program !== 'smtp' && program !== 'lmtp')) continue;
    services.set(name, { name, program, ...readArguments(rest, place) });
  }
  return services;
}

/** Options come first, attributes such as `flags=` after them. */
function readArguments(words: readonly string[], place: string): { overrides: string[]; flags: string } {
  const overrides: string[] = [];
  let at = 0;
  for (let word = words[at]; word?.startsWith('-'); word = words[at]) {
    const separate = word === '-o';
    const override = separate ? words[at + 1] : word.slice('-o'.length);
    if (override === undefined) throw new ConfigError(`${place}: nothing after -o; write -o name=value`);
    if (word.startsWith('-o')) overrides.push(override);
    at += separate ? 2 : 1;
  }
  const flags = words.slice(at).find((word) => word.startsWith('flags='));
  return { overrides, flags: flags?.slice('flags='.length) ?? '' };
}
