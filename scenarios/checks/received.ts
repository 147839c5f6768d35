/**
 * The messages that a host took, read back with mailparser, which knows nothing of how we write mail.
 */
import type { ParsedMail } from 'mailparser';
import type { Evidence, HostDelivery } from '../evidence.ts';
import type { Expectation, Finding } from './expectation.ts';
import { ScenarioError } from './expectation.ts';
import type { Pattern } from './pattern.ts';
import { matches, occurs, showPattern } from './pattern.ts';

export interface ReceivedDetails {
  /** How many messages the host took; at least one when absent. */
  readonly count?: number;
  /** In each message, by header name; mailparser's decoded text, a header that occurs more than once joined by `, `. */
  readonly headers?: Readonly<Record<string, Pattern>>;
  /** The text part contains this. */
  readonly body?: Pattern;
  /** The bytes end with these: what a sender puts before its own header fields is its business. */
  readonly content?: string | Uint8Array;
  /** Nothing that mailparser reads was altered: headers, text, HTML and attachments are those submitted. */
  readonly unchanged?: true;
}

export function received(host: string, details: ReceivedDetails = {}): Expectation {
  const { count } = details;
  if (count !== undefined && (!Number.isInteger(count) || count < 0)) {
    throw new ScenarioError(`received('${host}', { count: ${count} }): give a whole number of 0 or more`);
  }
  return {
    title: `${host} received ${count ?? 'a'} message${count === undefined || count === 1 ? '' : 's'}`,
    binds: 'everyone',
    mentions: { hosts: [host] },
    async look(evidence, ledger) {
      ledger.hosts.add(host);
      const taken = evidence.deliveries.filter((delivery) => delivery.host === host);
      const findings: Finding[] = [
        {
          holds: count === undefined ? taken.length > 0 : taken.length === count,
          seen: `${taken.length} messages`,
        },
      ];
      for (const delivery of taken) findings.push(...(await examine(delivery, details, evidence)));
      return findings;
    },
  };
}

async function examine(
  delivery: HostDelivery,
  details: ReceivedDetails,
  evidence: Evidence,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (details.content !== undefined) findings.push(endsWith(delivery.content, Buffer.from(details.content)));
  if (details.headers === undefined && details.body === undefined && details.unchanged === undefined)
    return findings;
  const mail = await parse(delivery.content);
  for (const [name, pattern] of Object.entries(details.headers ?? {})) {
    const value = headerText(mail, name);
    findings.push({
      aspect: `header ${name}`,
      holds: value !== undefined && matches(pattern, value),
      seen: value === undefined ? `no ${name} header` : `${name}: ${value}`,
    });
  }
  if (details.body !== undefined) {
    const text = mail.text ?? '';
    findings.push({
      aspect: `body ${showPattern(details.body)}`,
      holds: occurs(details.body, text),
      seen: `body: ${JSON.stringify(text.slice(0, 200))}`,
    });
  }
  if (details.unchanged !== undefined) findings.push(await sameAsSubmitted(mail, evidence));
  return findings;
}

async function parse(content: Uint8Array): Promise<ParsedMail> {
  const { simpleParser } = await import('mailparser');
  return simpleParser(Buffer.from(content), { skipHtmlToText: true, skipTextToHtml: true });
}

function headerText(mail: ParsedMail, name: string): string | undefined {
  const lines = mail.headerLines.filter((line) => line.key === name.toLowerCase());
  if (lines.length === 0) return undefined;
  return lines
    .map(({ line }) =>
      line
        .slice(line.indexOf(':') + 1)
        .replace(/\r?\n(?=[ \t])/g, '')
        .trim(),
    )
    .join(', ');
}

function endsWith(content: Buffer, expected: Buffer): Finding {
  const holds = content.subarray(Math.max(0, content.length - expected.length)).equals(expected);
  const tail = content.subarray(-80).toString('latin1');
  return {
    aspect: 'content',
    holds,
    seen: holds ? '' : `${content.length} bytes that end with ${JSON.stringify(tail)}`,
  };
}

/** Fields that agents on the way add (RFC 5321 section 4.4, RFC 5322 section 3.6.7). */
const TRACE_FIELDS: ReadonlySet<string> = new Set([
  'received',
  'return-path',
  'delivered-to',
  'x-original-to',
]);

async function sameAsSubmitted(mail: ParsedMail, evidence: Evidence): Promise<Finding> {
  const found = digest(mail);
  const submitted = await Promise.all(
    evidence.submissions.map(async ({ content }) => digest(await parse(content))),
  );
  const differences = submitted.map((original) => firstDifference(original, found));
  const holds = differences.includes(undefined);
  return { aspect: 'unchanged', holds, seen: holds ? '' : (differences[0] ?? 'nothing was submitted') };
}

function digest(mail: ParsedMail): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  const lines = mail.headerLines.filter(({ key }) => !TRACE_FIELDS.has(key));
  parts.set('headers', lines.map(({ line }) => line.replace(/\r\n/g, '\n')).join('\n'));
  parts.set('text', normalised(mail.text ?? ''));
  parts.set('html', normalised(mail.html === false ? '' : (mail.html ?? '')));
  mail.attachments.forEach((attachment, index) => {
    parts.set(
      `attachment ${index + 1}`,
      `${attachment.filename} ${attachment.contentType} ${attachment.checksum}`,
    );
  });
  return parts;
}

/** Line ends, and the one that every text gets at its end. */
function normalised(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(/\n$/, '');
}

function firstDifference(
  original: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): string | undefined {
  for (const name of new Set([...original.keys(), ...found.keys()])) {
    const [a = 'absent', b = 'absent'] = [original.get(name), found.get(name)];
    if (a !== b)
      return `${name} changed: ${JSON.stringify(a.slice(0, 200))} became ${JSON.stringify(b.slice(0, 200))}`;
  }
  return undefined;
}
