/**
 * Rules of the client, each with the change to its sources that breaks it, to see what a diff says of it. Which results
 * a rule is about is read from the evidence of the healthy run, so that it does not depend on what a diff finds.
 */
import type { Result } from '../../scenarios/results.ts';

export interface BrokenRule {
  readonly rule: string;
  readonly file: string;
  /** Stands once in the file. */
  readonly text: string;
  readonly becomes: string;
  /** Whether it can show in a result; what a diff tells besides, it blames wrongly. */
  readonly concerns: (healthy: Result) => boolean;
  /** It shows wherever it can. */
  readonly always?: true;
  /** Scenarios that are about this rule above all. */
  readonly named: readonly string[];
}

/** The suites that the test runs; all that is named stands in them. */
export const suites = ['replies', 'requests', 'tls-status', 'wrapper', 'data/*dot*', 'data/*host*'] as const;

export const brokenRules: readonly BrokenRule[] = [
  {
    rule: 'a line that begins with a dot gets another one',
    file: 'client/content/writer.ts',
    text: 'if (source[start] === DOT) this.#push(EXTRA_DOT, 0, EXTRA_DOT.length);',
    becomes: '',
    concerns: ({ sessions }) =>
      sessions.some(({ contents = [] }) =>
        contents.some(({ lines }) => lines.some((line) => line.startsWith('.'))),
      ),
    always: true,
    named: ['data/dots', 'data/line-of-998-after-dot'],
  },
  {
    rule: 'exchangers are tried in the order of their preferences',
    file: 'client/dns/ordering.ts',
    text: 'a.preference - b.preference ||',
    becomes: 'b.preference - a.preference ||',
    concerns: ({ queries }) =>
      new Set(
        queries.flatMap(({ answer }) => [...answer.matchAll(/ IN MX (\d+) /g)].map(([, number]) => number)),
      ).size > 1,
    named: [
      'data/final-451-tries-next-host',
      'requests/probe-deferred-then-next-host',
      'tls-status/last-server',
    ],
  },
  {
    rule: 'a recipient refused for now is tried again later',
    file: 'client/outcome/failure.ts',
    text: "dsn: outOfPlace ? '5.5.0' : reply.status,",
    becomes: "dsn: outOfPlace ? '5.5.0' : reply.status.replace(/^4/, stage === 'rcpt' ? '5' : '4'),",
    // A reply may come before the command that it is taken to answer.
    concerns: ({ sessions }) =>
      sessions.some(
        ({ lines }) =>
          lines.some(({ from, text }) => from === 'C' && text.startsWith('RCPT ')) &&
          lines.some(({ from, text }) => from === 'S' && /^[45]\d\d/.test(text)),
      ),
    named: ['replies/refusal-18-is-4.0.0', 'requests/destination-list-first-defers'],
  },
  {
    rule: 'EHLO is said again inside TLS',
    file: 'client/session/handshake.ts',
    text: 'const failure = await introduce(session, context, undefined);',
    becomes: 'const failure = undefined as Failure | undefined;',
    concerns: ({ sessions, log }) =>
      sessions.some(({ lines }) => {
        const at = lines.findIndex(({ text }) => text === 'STARTTLS');
        const said = lines.slice(at).some(({ from, text }) => from === 'C' && /^[EL]HLO /.test(text));
        // What broke off the EHLO was not seen by the server.
        return at >= 0 && (said || log.some((line) => line.includes('while performing the EHLO handshake')));
      }),
    always: true,
    named: ['tls-status/encrypt', 'tls-status/dane'],
  },
  {
    rule: 'a certificate must have the name that was asked for',
    file: 'client/tls/verify/reference-names.ts',
    text: "if (hosts.length > 0 && peerName === undefined) wrong.push('HOSTNAME_MISMATCH');",
    becomes: '',
    concerns: ({ log }) =>
      log.some((line) => /certificate not verified|not verified|hostname mismatch/i.test(line)),
    named: ['wrapper/secure-wrong-name', 'tls-status/not-verified'],
  },
];
