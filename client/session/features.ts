/**
 * What a server offers: the keywords of its EHLO or LHLO reply (RFC 5321 section 4.1.1.1).
 *
 * Parsing is lenient where servers are known to be sloppy: any case, `SIZE=n`, an empty first line.
 */
import type { Reply } from '../reply.ts';

export interface Features {
  /** The name in the first line, or '' when there is none. */
  readonly serverName: string;
  readonly pipelining: boolean;
  readonly eightBitMime: boolean;
  readonly dsn: boolean;
  readonly smtputf8: boolean;
  readonly starttls: boolean;
  /** RFC 8689; in the clear the keyword means nothing. */
  readonly requireTls: boolean;
  readonly size: boolean;
  /** Largest message the server takes; 0 when it does not say. */
  readonly sizeLimitBytes: number;
  /** What follows AUTH, or `AUTH=` as old servers have it, in each line that offers it (RFC 4954 section 3). */
  readonly authentication: readonly string[];
  /** Attributes that XFORWARD may have, upper case. */
  readonly xforward: ReadonlySet<string>;
}

export const NO_FEATURES: Features = {
  serverName: '',
  pipelining: false,
  eightBitMime: false,
  dsn: false,
  smtputf8: false,
  starttls: false,
  requireTls: false,
  size: false,
  sizeLimitBytes: 0,
  authentication: [],
  xforward: new Set(),
};

/** The keywords of what is offered, for people. */
export function keywordsOf(features: Features): readonly string[] {
  return [
    features.pipelining && 'PIPELINING',
    features.size && 'SIZE',
    features.eightBitMime && '8BITMIME',
    features.smtputf8 && 'SMTPUTF8',
    features.dsn && 'DSN',
    features.starttls && 'STARTTLS',
    features.requireTls && 'REQUIRETLS',
    features.authentication.length > 0 && 'AUTH',
    features.xforward.size > 0 && 'XFORWARD',
  ].filter((keyword) => keyword !== false);
}

/** EHLO keywords that this client acts on. */
type Keyword = 'PIPELINING' | '8BITMIME' | 'DSN' | 'SMTPUTF8' | 'STARTTLS' | 'REQUIRETLS' | 'SIZE';

/** What stands before the first word of a line: its code, and spaces wherever a sloppy server puts them. */
const REPLY_CODE = /^[- ]*[^- ]*-?[ =]*/;

/**
 * Reads the features of a positive EHLO or LHLO reply.
 * `discard` are keywords to ignore, upper case (`smtp_discard_ehlo_keywords`); `inTls`: the reply came inside TLS;
 * `warn` hears of a malformed SIZE. The size limit is the one before where the server names none.
 */
export function parseFeatures(
  reply: Reply,
  discard: ReadonlySet<string>,
  inTls: boolean,
  warn: (value: string) => void,
  before: Pick<Features, 'sizeLimitBytes'> = NO_FEATURES,
): Features {
  let serverName: string | undefined;
  let { sizeLimitBytes } = before;
  let xforward: ReadonlySet<string> = new Set();
  const authentication: string[] = [];
  const offered = new Set<string>();
  for (const line of reply.text.split('\n')) {
    const [word = '', ...words] = line.replace(REPLY_CODE, '').split(/[ =]+/);
    const [argument = ''] = words;
    if (serverName === undefined) {
      // The first line that has a word names the server, so an empty first line costs the next keyword.
      if (word !== '') serverName = word;
      continue;
    }
    const keyword = word.toUpperCase();
    if (discard.has(keyword)) continue;
    offered.add(keyword);
    if (keyword === 'AUTH') authentication.push(words.filter((name) => name !== '').join(' '));
    if (keyword === 'XFORWARD') xforward = new Set(words.map((attribute) => attribute.toUpperCase()));
    if (keyword === 'SIZE' && argument !== '') {
      if (/^\d+$/.test(argument)) sizeLimitBytes = boundedSize(argument);
      else warn(argument);
    }
  }
  const has = (keyword: Keyword) => offered.has(keyword);
  return {
    serverName: serverName ?? '',
    pipelining: has('PIPELINING'),
    eightBitMime: has('8BITMIME'),
    dsn: has('DSN'),
    smtputf8: has('SMTPUTF8'),
    starttls: has('STARTTLS'),
    requireTls: inTls && has('REQUIRETLS'),
    size: has('SIZE'),
    sizeLimitBytes,
    authentication,
    xforward,
  };
}

/**
 * Keywords that can be discarded by name, in the order in which the log lists them. Some of them this client does
 * not act on; the configuration may name them all the same.
 */
const DISCARDABLE = [
  '8BITMIME',
  'AUTH',
  'ETRN',
  'PIPELINING',
  'SIZE',
  'VERP',
  'STARTTLS',
  'XCLIENT',
  'XFORWARD',
  'ENHANCEDSTATUSCODES',
  'DSN',
  'SMTPUTF8',
  'CHUNKING',
  'REQUIRETLS',
] as const;

/** What `smtp_discard_ehlo_keywords` comes to: words in any case, unknown ones without effect. */
export function readDiscards(words: readonly string[]): { keywords: ReadonlySet<string>; silent: boolean } {
  const named = new Set(words.map((word) => word.toUpperCase()));
  return {
    keywords: new Set(DISCARDABLE.filter((keyword) => named.has(keyword))),
    silent: named.has('SILENT-DISCARD'),
  };
}

/** A limit beyond what a number holds exactly says nothing (RFC 1870 section 6.1 allows 20 digits). */
function boundedSize(digits: string): number {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : 0;
}
