/** Mail to the postmaster about a session (delivery reference 9.5). */
import type { Notice } from '../../client/outcome/notices.ts';
import { type Expectation, type Finding, UNTOLD } from './expectation.ts';
import { matches, type Pattern, showPattern } from './pattern.ts';

export interface NoticeDetails {
  /** Envelope sender and recipient. */
  readonly sender?: Pattern;
  readonly recipient?: Pattern;
  /** The header fields as they stand. */
  readonly from?: Pattern;
  readonly to?: Pattern;
  readonly subject?: Pattern;
  /** What cleanup(8) is asked to do with it. */
  readonly inspect?: boolean;
  readonly detectSmtputf8?: boolean;
  /** All lines of the transcript, without the space before each. */
  readonly transcript?: readonly Pattern[];
}

/** The next notice is of this kind. */
export function notice(details: NoticeDetails = {}): Expectation {
  return {
    title: `a notice to the postmaster${details.subject === undefined ? '' : `: ${showPattern(details.subject)}`}`,
    binds: 'postfix',
    mentions: {},
    look({ notices }, ledger) {
      if (notices === undefined) return [{ holds: false, seen: UNTOLD }];
      const index = notices.findIndex((_, each) => !ledger.notices.has(each));
      const found = notices[index];
      if (found === undefined) return [{ holds: false, seen: `${notices.length} notices` }];
      ledger.notices.add(index);
      return [{ holds: true, seen: '' }, ...compare(found, details)];
    },
  };
}

/** For messages: what a notice is about. */
export function showNotice({ content }: Notice): string {
  return headerOf(content, 'Subject');
}

function headerOf(content: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, 'm').exec(content)?.[1] ?? '';
}

function compare({ sender, recipient, content, ...flags }: Notice, details: NoticeDetails): Finding[] {
  const field = (name: string) => headerOf(content, name);
  const seen = { sender, recipient, from: field('From'), to: field('To'), subject: field('Subject') };
  const findings: Finding[] = [];
  for (const aspect of ['sender', 'recipient', 'from', 'to', 'subject'] as const) {
    const pattern = details[aspect];
    if (pattern === undefined) continue;
    findings.push({ aspect, holds: matches(pattern, seen[aspect]), seen: `${aspect}: ${seen[aspect]}` });
  }
  for (const aspect of ['inspect', 'detectSmtputf8'] as const) {
    if (details[aspect] === undefined) continue;
    const holds = details[aspect] === flags[aspect];
    findings.push({ aspect, holds, seen: `${aspect}: ${flags[aspect]}` });
  }
  const { transcript } = details;
  if (transcript === undefined) return findings;
  const lines = transcriptOf(content);
  const holds =
    lines.length === transcript.length &&
    transcript.every((pattern, at) => matches(pattern, lines[at] ?? ''));
  return [...findings, { aspect: 'transcript', holds, seen: lines.join(' | ') }];
}

const BODY =
  /\n\nUnexpected response from .*\.\n\nTranscript of session follows\.\n\n((?: .*\n)*)\nFor other details, see the local mail logfile\n$/;

function transcriptOf(content: string): readonly string[] {
  const [, lines] = BODY.exec(content) ?? [];
  if (lines === undefined) return [`no transcript in: ${content}`];
  return lines
    .split('\n')
    .slice(0, -1)
    .map((line) => line.slice(1));
}
