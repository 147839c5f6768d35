/** The words of `nexthop send` turned into what the client understands; every mistake is a UsageError. */
import { isIP } from 'node:net';
import { AddressError, parseAddress } from '../client/address.ts';
import type { Notify } from '../client/request.ts';
import { EXIT, UsageError } from './usage.ts';

export interface DsnOptions {
  readonly notify?: readonly Notify[];
  readonly returnContent?: 'full' | 'headers';
  readonly envelopeId?: string;
  readonly originalRecipient?: string;
}

export function usage(message: string): never {
  throw new UsageError(message, EXIT.sendUsage);
}

/** An address in external form; `--from ''` is the null reverse-path. */
export function address(option: string, text: string): string {
  try {
    return parseAddress(text);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    return usage(`${option}: ${error.message}`);
  }
}

export function recipientAddress(text: string): string {
  return address('--to', text) || usage('--to: the null address cannot receive mail');
}

/** `HOST:PORT` of a name server, the host numeric; IPv6 in brackets; port 53 when there is none. */
export function nameServer(text: string): { address: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const [, inBrackets, bare, portText = '53'] = match ?? [];
  const host = inBrackets ?? bare ?? '';
  const port = Number(portText);
  if (isIP(host) === 0 || port < 1 || port > 65_535) {
    return usage(
      `--dns: bad name server ${JSON.stringify(text)}, expected ADDRESS:PORT such as 127.0.0.1:5353`,
    );
  }
  return { address: host, port };
}

const DURATION_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A time with an optional suffix s, m, h, d or w; in milliseconds. */
export function durationMs(option: string, text: string): number {
  const match = /^(\d{1,9})([smhdw]?)$/.exec(text);
  if (match === null)
    return usage(`${option}: bad time ${JSON.stringify(text)}, expected a number with s, m, h, d or w`);
  return Number(match[1]) * (DURATION_SECONDS[match[2] || 's'] ?? 1) * 1000;
}

const NOTIFY_WORDS: readonly Notify[] = ['never', 'success', 'failure', 'delay'];

/** `notify=success,delay,ret=hdrs,envid=ID,orcpt=rfc822;user@example.test`; words without a key belong to the key before. */
export function dsnOptions(text: string): DsnOptions {
  const options: { -readonly [K in keyof DsnOptions]: DsnOptions[K] } = {};
  for (const part of text.split(/,(?=[a-z]+=)/i)) {
    const [key, value] = splitOnce(part, '=');
    switch (key.toLowerCase()) {
      case 'notify':
        options.notify = value.split(',').map(notifyWord);
        break;
      case 'ret':
        if (!/^(?:full|hdrs)$/i.test(value)) usage(`--dsn: ret=${value} is neither full nor hdrs`);
        options.returnContent = value.toLowerCase() === 'full' ? 'full' : 'headers';
        break;
      case 'envid':
        options.envelopeId = printableAscii('envid', value);
        break;
      case 'orcpt':
        if (!/^[^;]+;.+$/.test(value)) usage(`--dsn: orcpt=${value} is not TYPE;ADDRESS`);
        options.originalRecipient = value;
        break;
      default:
        usage(`--dsn: unknown key ${JSON.stringify(key)}, expected notify, ret, envid or orcpt`);
    }
  }
  if (options.notify?.includes('never') && options.notify.length > 1) {
    usage('--dsn: notify=never cannot be combined with other words');
  }
  return options;
}

function notifyWord(word: string): Notify {
  const found = NOTIFY_WORDS.find((known) => known === word.toLowerCase());
  return found ?? usage(`--dsn: notify=${word} is none of ${NOTIFY_WORDS.join(', ')}`);
}

/** RFC 3461 section 4.4: the envelope id is printable ASCII, at most 100 characters. */
function printableAscii(key: string, value: string): string {
  if (!/^[ -~]{1,100}$/.test(value)) usage(`--dsn: ${key} takes 1 to 100 printable ASCII characters`);
  return value;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1)];
}
