/**
 * Results in which every text that a peer, a scenario file or a stored file can bring says something hostile, for what
 * reads, exports and shows results. Each is within the limits of the stored model, as whatever is stored is.
 */
import { boundResult, cut } from '../scenarios/bound-result.ts';
import { nameLimitCharacters, type Result, type Results } from '../scenarios/results.ts';
import { sampleDifference } from './sample-comparisons.ts';
import { sampleResult, sampleResults } from './sample-results.ts';

const megabyte = 1024 * 1024;

export const hostileTexts: Readonly<Record<string, string>> = {
  markup: '<img src=x onerror="document.body.dataset.broken=1"><b>bold</b>&lt;i&gt;&amp;',
  'the end of a script': '</script></style></textarea><script>document.body.dataset.broken=1</script>',
  'a comment that hides a script': '<!--<script>',
  'control characters': '\u0000\u0007\u001b[31mred\u001b[0m\r\n\t\u007f\u0085\u009b31m',
  'bidi overrides': 'safe\u202Egnp.exe\u202C \u2066isolated\u2069 \u200Fright\u200E',
  'lone surrogates': '\ud800 alone \udfff reversed \udfff\ud800',
  'broken UTF-8': Buffer.from([0xc3, 0x28, 0xff, 0xfe, 0xe2, 0x82, 0xf0, 0x9f]).toString('utf8'),
  'line separators': 'one\u2028two\u2029three',
  'words of a template': '$& $` ${1} {{x}} <!-- results --> ]]> %s',
  'names of members': '__proto__',
  'a megabyte without a space': 'x'.repeat(megabyte),
  'a megabyte of combining marks': `e${'\u0301'.repeat(megabyte)}`,
  'nothing at all': '',
};

export function hostileResults(text: string): Results {
  const { run } = sampleResults(0);
  const result = hostileResult(text);
  const { scenario, sender, senderVersion, world, seed } = result;
  const place = { scenario, sender, senderVersion, world, seed };
  const oracle = { ...result, sender: `oracle ${sender}`.slice(0, nameLimitCharacters) };
  const told = said(text);
  return {
    schema: 1,
    run: { ...run, id: told, nexthop: told, eventHash: told },
    results: [result, oracle],
    comparisons: [
      {
        ...place,
        oracle: oracle.sender,
        oracleVersion: told,
        same: false,
        differences: [{ ...sampleDifference, text: told, left: told, right: told, accepted: told }],
      },
    ],
    problems: [told],
  };
}

/** A text as long as any member may have it. */
function said(text: string): string {
  return cut(text, nameLimitCharacters);
}

/** Members that are words of the model rather than texts. */
const words: ReadonlySet<string> = new Set(
  ['verdict', 'level', 'status', 'from', 'transport', 'world', 'service', 'by'].concat('seed'),
);

function hostileResult(text: string): Result {
  const base = sampleResult(1);
  const hostile = everyText(base, said(text)) as Result;
  const [check] = hostile.checks;
  return boundResult({
    ...hostile,
    // What a result is found by is never empty.
    scenario: `x${said(text).slice(1)}`,
    verdict: 'failed',
    reason: text,
    expected: said(text),
    config: { [`a${said(text).slice(1)}`]: text, [said(text)]: text },
    // Whole, as they arrive: bounding them is a part of what is tested.
    log: [text, text],
    sessions: hostile.sessions.map((session) => ({
      ...session,
      lines: session.lines.map((line) => ({ ...line, text })),
    })),
    checks: [
      ...hostile.checks,
      ...(check === undefined
        ? []
        : [{ ...check, by: `monitor ${said(text)}`.slice(0, nameLimitCharacters) }]),
    ],
    decisions: [{ atMs: 0, about: said(text), text, because: text, session: 0 }],
    attempts: [{ atMs: 0, endedAtMs: 1, host: said(text), address: said(text), port: 25, reason: text }],
    questions: [{ atMs: 0, server: said(text), text }],
    records: [{ service: 'bounce', address: said(text), action: said(text), dsn: said(text), reason: text }],
    notices: [{ recipient: said(text), lines: [text, text] }],
    file: said(text),
  });
}

function everyText(value: unknown, text: string, member = ''): unknown {
  if (typeof value === 'string') return words.has(member) ? value : text;
  if (Array.isArray(value)) return value.map((item) => everyText(item, text, member));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, everyText(item, text, name)]));
}
