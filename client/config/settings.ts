/** From assigned texts to typed settings: look up, expand, convert, check. */
import ipaddr from 'ipaddr.js';
import type { Service } from '../request.ts';
import { checkCombinations } from './combinations.ts';
import { ConfigError, shown } from './config-error.ts';
import { expand, type Lookup } from './expand.ts';
import type { Parameter, TimeUnit } from './parameter.ts';
import { parameters, type Settings } from './register.ts';
import { parseRelease } from './release.ts';
import { splitGroupedList, splitList, trimSpace } from './text.ts';

/** What the program itself knows. */
export interface Facts {
  /** The system's name for this host, qualified or not. */
  readonly hostname: string;
  /** Of the entry in master.cf, `$service_name`; `smtp` or `lmtp` when absent. */
  readonly serviceName?: string;
}

const INT_MAX = 2 ** 31 - 1;
const LONG_MAX = 2n ** 63n - 1n;
const DEFAULT_DOMAIN = 'localdomain';

const secondsPerUnit: Readonly<Record<TimeUnit, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * Resolves every registered parameter for one service, defaults included.
 *
 * @param assigned unexpanded values by name, from main.cf and the command line; names of other programs are welcome.
 * @returns frozen settings.
 * @throws ConfigError for the first value that cannot be used.
 */
export function resolveSettings(
  assigned: ReadonlyMap<string, string>,
  service: Service,
  facts: Facts,
): Settings {
  const resolve = resolverOf(assigned, service, facts);
  // `convert` returns what the register's types promise for each entry.
  const settings = Object.freeze(
    Object.fromEntries(parameters.map((entry) => [entry[0], resolve(entry)])),
  ) as Settings;
  checkCombinations(settings, service);
  return settings;
}

/** A line for each value that cannot be used, of either service. */
export function findProblems(assigned: ReadonlyMap<string, string>, facts: Facts): string[] {
  const problems = new Set<string>();
  for (const service of ['smtp', 'lmtp'] as const) {
    try {
      const resolve = resolverOf(assigned, service, facts);
      const before = problems.size;
      for (const entry of parameters) noteProblem(() => resolve(entry));
      if (problems.size === before) noteProblem(() => resolveSettings(assigned, service, facts));
    } catch (error) {
      noteProblem(() => {
        throw error;
      });
    }
  }
  return [...problems];

  function noteProblem(attempt: () => unknown): void {
    try {
      attempt();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.add(error.message);
    }
  }
}

function resolverOf(
  assigned: ReadonlyMap<string, string>,
  service: Service,
  facts: Facts,
): (entry: readonly [string, Parameter]) => Value {
  const lookup = unexpandedTexts(assigned, service, facts);
  return ([name, parameter]) => {
    const ignored = service === 'lmtp' && parameter.lmtp === false;
    const source = service === 'lmtp' && parameter.lmtp ? parameter.lmtp.name : name;
    const isSet = assigned.has(source) && !ignored;
    const constant = isSet ? undefined : constants.get(source);
    if (constant !== undefined) return constant;
    const text = ignored ? (parameter.default ?? '') : (lookup(source) ?? '');
    const value = convert(source, expand(text, lookup, source), parameter);
    if (!isSet && parameter.default !== undefined && !text.includes('$')) constants.set(source, value);
    return value;
  };
}

/** Defaults that refer to nothing, as most do: converted once, for a test bed resolves settings again and again. */
const constants = new Map<string, Value>();

/** Gives the unexpanded value of a known name: defaults, below assignments, below what the program itself sets. */
export function unexpandedTexts(
  assigned: ReadonlyMap<string, string>,
  service: Service,
  { hostname, serviceName = service }: Facts,
): Lookup {
  const texts = new Map([...assigned, ['process_name', service], ['service_name', serviceName]]);
  const lookup: Lookup = (name) => texts.get(name) ?? defaultTexts.get(name);
  if (!texts.has('myhostname')) {
    const domain = expand(texts.get('mydomain') ?? DEFAULT_DOMAIN, lookup, 'mydomain');
    const name = hostname.includes('.') ? hostname : `${hostname}.${domain}`;
    texts.set('myhostname', literal(name));
  }
  // As in Postfix, myhostname comes first: a reference to a mydomain that is not assigned finds nothing.
  if (!texts.has('mydomain')) {
    const name = expand(texts.get('myhostname') ?? '', lookup, 'myhostname');
    const dot = name.indexOf('.');
    texts.set('mydomain', dot < 0 ? DEFAULT_DOMAIN : literal(name.slice(dot + 1)));
  }
  return lookup;
}

const defaultTexts: ReadonlyMap<string, string> = new Map(
  parameters.flatMap(([name, { default: text, lmtp }]) => {
    if (text === undefined) return [];
    const own = [name, text] as const;
    return lmtp ? [own, [lmtp.name, lmtp.default ?? text] as const] : [own];
  }),
);

/** Text that expands to `text`. */
function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

type Value = boolean | number | string | readonly string[];

function convert(name: string, text: string, parameter: Parameter): Value {
  const fail = (problem: string): never => {
    throw new ConfigError(`${name} = ${shown(text)}: ${problem}`);
  };
  if (text.length < (parameter.minLength ?? 0)) fail('must not be empty; give a value or remove the line');
  switch (parameter.type) {
    case 'bool':
      return boolean(text) ?? fail('neither yes nor no; write one of these');
    case 'int':
    case 'size': {
      const number = integer(text, parameter.type === 'int' ? INT_MAX : LONG_MAX);
      return bounded(
        number ?? fail('not a whole number in range; write decimal digits only'),
        parameter,
        fail,
      );
    }
    case 'time': {
      const seconds = duration(text, parameter.unit);
      return bounded(
        seconds ?? fail('not a time; write a whole number and optionally s, m, h, d or w, such as 300s'),
        parameter,
        fail,
      );
    }
    case 'string':
      if (parameter.syntax !== undefined && !syntaxes[parameter.syntax].accepts(text))
        fail(`not ${syntaxes[parameter.syntax].wanted}`);
      return text;
    case 'list': {
      const items = splitList(text);
      const { words } = parameter;
      const odd = words && items.find((item) => !words.includes(item));
      if (words && odd !== undefined) fail(`"${shown(odd)}" is unknown here; use ${words.join(', ')}`);
      return Object.freeze(items);
    }
    case 'match-list':
      if (lacksPattern(text))
        fail('no pattern behind "!"; name what is not to be listed, as in !example.com');
      return text;
    case 'tables':
      return Object.freeze(splitGroupedList(text));
    case 'table':
      return trimSpace(text);
    case 'enum': {
      const word = text.toLowerCase();
      if (!parameter.words.includes(word))
        fail(`unknown word; use ${parameter.words.map((known) => known || 'nothing').join(', ')}`);
      return word;
    }
  }
}

/** Whether an item of a match list is nothing but `!`; `#` ends the list. */
function lacksPattern(text: string): boolean {
  const items = splitGroupedList(text);
  const end = items.findIndex((item) => item.startsWith('#'));
  return items.slice(0, end < 0 ? items.length : end).some((item) => /^!+$/.test(item));
}

function boolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (word === 'yes') return true;
  return word === 'no' ? false : undefined;
}

function integer(text: string, max: number | bigint): number | undefined {
  if (!/^[ \t\r\n\v\f]*[+-]?[0-9]{1,40}$/.test(text)) return undefined;
  const value = BigInt(text.replace('+', ''));
  return value <= max && value >= -BigInt(max) - 1n ? Number(value) : undefined;
}

/** Only the first letter after the digits counts: `5minutes` is five minutes. */
function duration(text: string, defaultUnit: TimeUnit): number | undefined {
  const [, digits, unit = defaultUnit] = /^[ \t\r\n\v\f]*\+?([0-9]{1,40})(?:([smhdw]).*)?$/s.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const seconds = Number(digits) * secondsPerUnit[unit as TimeUnit];
  return seconds <= INT_MAX ? seconds : undefined;
}

function bounded(
  value: number,
  { min, max }: { readonly min?: number; readonly max?: number },
  fail: (problem: string) => never,
): number {
  if (min !== undefined && value < min) fail(`below the minimum; use ${min} or more`);
  if (max !== undefined && value > max) fail(`above the maximum; use ${max} or less`);
  return value;
}

const syntaxes = {
  hostname: {
    wanted: 'a host name; use letters, digits, "-" and "." as in mail.example.com',
    accepts: isHostname,
  },
  release: {
    wanted: 'a release level; write it like 3.6',
    accepts: (text: string) => parseRelease(text) !== undefined,
  },
  query: {
    wanted: 'a DNS query; write it type:name as in ns:. or leave it empty',
    accepts: (text: string) => /^(?:(?:A|AAAA|CNAME|MX|NS|PTR|SRV|TLSA|TXT):[^\s:]+)?$/i.test(text),
  },
  ipv4: {
    wanted: 'a numeric IPv4 address; write it like 192.0.2.1 or leave it empty',
    accepts: (text: string) => text === '' || ipaddr.IPv4.isValidFourPartDecimal(withoutBrackets(text)),
  },
  ipv6: {
    wanted: 'a numeric IPv6 address; write it like 2001:db8::1 or leave it empty',
    accepts: (text: string) => text === '' || ipaddr.IPv6.isValid(withoutBrackets(text)),
  },
} as const;

/** An address may be written as mail does, in brackets (delivery reference 4.1). */
function withoutBrackets(text: string): string {
  return text.replace(/^\[(.*)\]$/, '$1');
}

/** Labels of letters (of any script), digits, `-` and `_`; not a number, as an address would be. */
function isHostname(text: string): boolean {
  return (
    Buffer.byteLength(text) <= 255 &&
    /[^0-9.]/.test(text) &&
    text.split('.').every((label) => /^(?!-)[A-Za-z0-9_\-\u0080-\uffff]{1,63}(?<!-)$/.test(label))
  );
}
