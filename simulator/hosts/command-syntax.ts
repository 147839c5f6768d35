/**
 * The commands of RFC 5321, parsed strictly: what a client may not send is refused, not guessed at. A deviation of
 * the sender under test then shows up as a refused command as well as in the monitors.
 */
import type { EsmtpParameters } from './host.ts';

export interface CommandLine {
  /** Upper case; '' for a line that does not start with letters. */
  readonly verb: string;
  /** What follows the verb and one space; undefined without a space. */
  readonly argument: string | undefined;
}

/** A refusal in the standard's terms: code, enhanced status code (RFC 3463) and text. */
export interface Refusal {
  readonly code: number;
  readonly enhanced: string;
  readonly text: string;
}

export interface PathCommand {
  /** Internal form: quotes and source route removed. */
  readonly address: string;
  readonly parameters: EsmtpParameters;
}

export function parseCommandLine(line: string): CommandLine {
  const match = /^([A-Za-z]{1,20}[0-9]?)(?: (.*))?$/s.exec(line);
  return { verb: match?.[1]?.toUpperCase() ?? '', argument: match?.[2] };
}

/** The keywords that a reply to EHLO or LHLO offers, upper case; its first line is a greeting. */
export function offeredKeywords(replyLines: readonly string[]): ReadonlySet<string> {
  const keywords = replyLines
    .slice(1)
    .map((line) => /^250[- ]([^\s=]+)/.exec(line)?.[1]?.toUpperCase() ?? '');
  return new Set(keywords.filter((keyword) => keyword !== ''));
}

/**
 * The argument of MAIL (`FROM:`) or RCPT (`TO:`). No space may surround the colon (RFC 5321 3.3); parameters are
 * accepted only when their extension was offered (RFC 5321 4.1.1.11).
 */
export function parsePathCommand(
  verb: 'MAIL' | 'RCPT',
  argument: string | undefined,
  offered: ReadonlySet<string>,
): PathCommand | Refusal {
  const label = verb === 'MAIL' ? 'FROM:' : 'TO:';
  const text = argument ?? '';
  if (text.slice(0, label.length).toUpperCase() !== label)
    return syntaxError(`expected ${verb} ${label}<address>`);
  const rest = text.slice(label.length);
  const end = endOfPath(rest);
  if (end === undefined) return syntaxError(`expected an address in angle brackets after ${label}`);
  const parameters = parseParameters(verb, rest.slice(end), offered);
  if ('code' in parameters) return parameters;
  // A client asks for SMTPUTF8 on MAIL; the recipients after it may be international as well.
  const address = parsePath(rest.slice(1, end - 1), verb, offered.has('SMTPUTF8'));
  if (address === undefined) {
    return { code: 501, enhanced: verb === 'MAIL' ? '5.1.7' : '5.1.3', text: 'bad address syntax' };
  }
  return { address, parameters: parameters.values };
}

function syntaxError(text: string): Refusal {
  return { code: 501, enhanced: '5.5.4', text: `syntax: ${text}` };
}

/** The position after the closing bracket; brackets inside a quoted local part do not count. */
function endOfPath(text: string): number | undefined {
  const match = /^<(?:"(?:[^"\\]|\\.)*"|[^"<>])*>/s.exec(text);
  return match?.[0].length;
}

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const ATOM_UTF8 = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u0080-\\u{10ffff}-]+";
const QUOTED = String.raw`"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"`;
const QUOTED_UTF8 = String.raw`"(?:[\x20\x21\x23-\x5b\x5d-\x7e\u0080-\u{10ffff}]|\\[\x20-\x7e])*"`;
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const LABEL_UTF8 =
  '[A-Za-z0-9\\u0080-\\u{10ffff}](?:[A-Za-z0-9\\u0080-\\u{10ffff}-]*[A-Za-z0-9\\u0080-\\u{10ffff}])?';
const LITERAL = String.raw`\[[\x21-\x5a\x5e-\x7e]+\]`;
const ROUTE = `(?:@${LABEL}(?:\\.${LABEL})*(?:,@${LABEL}(?:\\.${LABEL})*)*:)?`;

const MAILBOX = mailbox(ATOM, QUOTED, LABEL);
const MAILBOX_UTF8 = mailbox(ATOM_UTF8, QUOTED_UTF8, LABEL_UTF8);

function mailbox(atom: string, quoted: string, label: string): RegExp {
  return new RegExp(
    `^${ROUTE}(${atom}(?:\\.${atom})*|${quoted})@(${label}(?:\\.${label})*|${LITERAL})$`,
    'u',
  );
}

function parsePath(path: string, verb: 'MAIL' | 'RCPT', utf8: boolean): string | undefined {
  if (path === '') return verb === 'MAIL' ? '' : undefined;
  if (verb === 'RCPT' && /^postmaster$/i.test(path)) return path;
  const match = (utf8 ? MAILBOX_UTF8 : MAILBOX).exec(path);
  const [, local, domain] = match ?? [];
  if (local === undefined || domain === undefined) return undefined;
  const unquoted = local.startsWith('"') ? local.slice(1, -1).replace(/\\(.)/gs, '$1') : local;
  return `${unquoted}@${domain}`;
}

interface ParameterRule {
  readonly verb: 'MAIL' | 'RCPT';
  /** The EHLO keyword that offers it. */
  readonly offeredBy: string;
  /** Undefined: takes no value. */
  readonly value: RegExp | undefined;
}

/** RFC 3461 4: printable ASCII but `+` and `=`, or `+` and two upper-case hex digits. */
const XTEXT = '(?:[!-*,-<>-~]|\\+[0-9A-F]{2})+';

const PARAMETERS: Readonly<Record<string, ParameterRule>> = {
  SIZE: { verb: 'MAIL', offeredBy: 'SIZE', value: /^\d{1,20}$/ }, // RFC 1870
  BODY: { verb: 'MAIL', offeredBy: '8BITMIME', value: /^(?:7BIT|8BITMIME|BINARYMIME)$/i }, // RFC 6152, 3030
  SMTPUTF8: { verb: 'MAIL', offeredBy: 'SMTPUTF8', value: undefined }, // RFC 6531
  RET: { verb: 'MAIL', offeredBy: 'DSN', value: /^(?:FULL|HDRS)$/i }, // RFC 3461
  ENVID: { verb: 'MAIL', offeredBy: 'DSN', value: new RegExp(`^${XTEXT}$`) },
  NOTIFY: {
    verb: 'RCPT',
    offeredBy: 'DSN',
    value: /^(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2})$/i,
  },
  ORCPT: { verb: 'RCPT', offeredBy: 'DSN', value: /^[A-Za-z0-9-]+;[!-~\u0080-\u{10ffff}]+$/u },
  AUTH: { verb: 'MAIL', offeredBy: 'AUTH', value: new RegExp(`^(?:<>|${XTEXT})$`) }, // RFC 4954
  REQUIRETLS: { verb: 'MAIL', offeredBy: 'REQUIRETLS', value: undefined }, // RFC 8689
  BY: { verb: 'MAIL', offeredBy: 'DELIVERBY', value: /^-?\d{1,9};[RN]T?$/i }, // RFC 2852
  'MT-PRIORITY': { verb: 'MAIL', offeredBy: 'MT-PRIORITY', value: /^-?\d$/ }, // RFC 6710
};

function parseParameters(
  verb: 'MAIL' | 'RCPT',
  text: string,
  offered: ReadonlySet<string>,
): { readonly values: EsmtpParameters } | Refusal {
  const values: Record<string, string | true> = {};
  if (text === '') return { values };
  if (!text.startsWith(' ')) return syntaxError('a space must separate the address from its parameters');
  for (const parameter of text.slice(1).split(' ')) {
    const match = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^\s=][^\s]*))?$/.exec(parameter);
    const keyword = match?.[1]?.toUpperCase();
    if (keyword === undefined) return syntaxError('bad parameter or superfluous space');
    const rule = Object.hasOwn(PARAMETERS, keyword) ? PARAMETERS[keyword] : undefined;
    if (rule?.verb !== verb || !offered.has(rule.offeredBy)) {
      return { code: 555, enhanced: '5.5.4', text: `parameter ${keyword} is not supported` };
    }
    if (Object.hasOwn(values, keyword)) return syntaxError(`parameter ${keyword} given twice`);
    const value = match?.[2];
    const fits =
      rule.value === undefined ? value === undefined : value !== undefined && rule.value.test(value);
    if (!fits || (value?.toUpperCase() === 'BINARYMIME' && !offered.has('BINARYMIME'))) {
      return syntaxError(`bad value of parameter ${keyword}`);
    }
    values[keyword] = value ?? true;
  }
  return { values };
}
