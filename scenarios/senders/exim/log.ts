/** What Exim's main log says about the recipients of a message. */
import { quoteAddress } from '../../../client/address.ts';
import type { RecipientOutcome } from '../sender.ts';

const STATUS = { '=>': 'sent', '->': 'sent', '==': 'deferred', '**': 'bounced' } as const;

/** Lines of one message, without date, time and id. */
export function linesOf(log: string, id: string): string[] {
  return log
    .split('\n')
    .filter((line) => line.slice(20, 20 + id.length) === id && line[20 + id.length] === ' ')
    .map((line) => line.slice(21 + id.length));
}

/**
 * The last word about each recipient; nothing is said of those that the log does not name. It names an address once
 * that was given twice.
 */
export function outcomesIn(lines: readonly string[], recipients: readonly string[]): RecipientOutcome[] {
  const outcomes = new Map<string, RecipientOutcome>();
  for (const line of lines) {
    const flag = line.slice(0, 2);
    if (!isFlag(flag)) continue;
    const text = line.slice(3);
    const [, head = ''] = /^(.*?)(?=: | R=|$)/.exec(text) ?? [];
    const address = recipients.find((known) => names(head, known));
    if (address === undefined) continue;
    const rest = text.slice(head.length).replace(/^:/, '').trim();
    const relay = relayIn(rest);
    const reason = reasonIn(rest);
    const reply = replyIn(rest);
    outcomes.set(address, {
      address,
      status: STATUS[flag],
      ...(relay === undefined ? {} : { relay }),
      ...(reason === undefined ? {} : { reason }),
      ...(reply === undefined ? {} : { reply }),
    });
  }
  return recipients.flatMap((address) => outcomes.get(address) ?? []);
}

/** An address may be quoted, completed if it had no domain, and followed by its first form if it was changed. */
function names(head: string, address: string): boolean {
  return [address, quoteAddress(address)].some(
    (form) =>
      head === form || head.endsWith(` <${form}>`) || (!form.includes('@') && head.startsWith(`${form}@`)),
  );
}

function isFlag(text: string): text is keyof typeof STATUS {
  return Object.hasOwn(STATUS, text);
}

/** `H=mx.example.test [192.0.2.1]:25` in Postfix's form. */
function relayIn(text: string): string | undefined {
  const [, host, address, port = '25'] = / H=(\S+) \[([^\]]+)\](?::(\d+))?/.exec(` ${text}`) ?? [];
  return host === undefined ? undefined : `${host}[${address}]:${port}`;
}

/** What the line says after its attributes: the error text. */
function reasonIn(text: string): string | undefined {
  const attributes = /^(?:[A-Za-z]+=(?:"(?:[^"\\]|\\.)*"|\S+)(?:\s+\[[^\]]*\](?::\d+)?)?:?\s*)*/.exec(text);
  const rest = text.slice(attributes?.[0].length ?? 0).trim();
  return rest === '' ? undefined : rest;
}

/** The server's reply: the confirmation, or what is quoted in an error. */
function replyIn(text: string): string | undefined {
  const confirmed = / C="((?:[^"\\]|\\.)*)"/.exec(` ${text}`)?.[1];
  if (confirmed !== undefined) return confirmed.replace(/\\(.)/g, '$1');
  return /SMTP error from remote mail server .*?: ([245]\d\d(?:[ -].*)?$)/.exec(text)?.[1];
}
