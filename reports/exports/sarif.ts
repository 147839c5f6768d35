/**
 * SARIF 2.1.0: the clauses as rules, and what breaks them as results, for tools that show findings beside the code.
 *
 * A finding is a check that failed, or a SHOULD that was not followed (a warning). Its fingerprint is made of what it
 * is about, so that a later run finds it again; its state is against the baseline, and absent findings are told where
 * the result before is kept. Expected failures are suppressed, with the reason.
 */
import { hash } from 'node:crypto';
import type { Result as Finding, Log, ReportingDescriptor } from 'sarif';
import { findClause } from '../../scenarios/clauses.ts';
import {
  type Change,
  type Check,
  compareResults,
  type Level,
  type Result,
  type Results,
  resultKey,
} from '../../scenarios/results.ts';
import { changesByResult } from '../diff/by-result.ts';
import { checkKey } from '../diff/verdict.ts';

/** What code hosts take of one run. */
export const findingsLimit = 25_000;

type State = NonNullable<Finding['baselineState']>;

export function sarifLog(results: Results): string {
  const { run, baseline } = results;
  const changes = changesByResult(baseline?.changes ?? []);
  const ordered = results.results.toSorted(compareResults);
  const here = ordered.flatMap((result) => {
    const state = baseline === undefined ? undefined : stateOf(changes(result));
    return findingsOf(result).map((check) => finding(result, check, state?.(check)));
  });
  const now = new Map(ordered.map((result) => [resultKey(result), result]));
  const gone = (baseline?.changes ?? []).flatMap((change) => absentFindings(change, now));
  const findings = [...here, ...gone];
  const log: Log = {
    version: '2.1.0',
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    runs: [
      {
        tool: { driver: { name: 'Nexthop', version: run.nexthop, rules: rulesOf(ordered, findings) } },
        invocations: [{ executionSuccessful: run.interrupted !== true, startTimeUtc: run.startedAt }],
        automationDetails: { id: `nexthop/${run.world}/${run.id}` },
        columnKind: 'utf16CodeUnits',
        results: findings.slice(0, findingsLimit),
        ...(findings.length > findingsLimit && { properties: { omitted: findings.length - findingsLimit } }),
      },
    ],
  };
  return `${JSON.stringify(log)}\n`;
}

const findingVerdicts: ReadonlySet<string> = new Set(['failed', 'non-strict']);

/** A result may have failed before any check was made. */
function findingsOf(result: Result): readonly Check[] {
  const { checks, clauses, verdict, reason } = result;
  const found = checks.filter((check) => findingVerdicts.has(check.verdict));
  if (verdict !== 'failed' || found.some((check) => check.verdict === 'failed')) return found;
  const [clause = 'nexthop'] = clauses;
  return [
    ...found,
    { clause, level: findClause(clause)?.level ?? 'RULE', by: 'scenario', verdict, evidence: reason },
  ];
}

function finding(result: Result, check: Check, state: State | undefined): Finding {
  const { scenario, sender, senderVersion, world, seed, verdict, expected, replay, title } = result;
  const what = check.name === undefined ? check.by : `${check.by}: ${check.name}`;
  return {
    ruleId: check.clause,
    kind: 'fail',
    level: check.verdict === 'failed' ? 'error' : 'warning',
    message: { text: `${title} (${scenario}, ${sender}, ${world} world). ${what}\n${check.evidence}` },
    locations: [locationOf(result)],
    partialFingerprints: { 'nexthopCheck/v1': fingerprint(result, check) },
    suppressions:
      expected !== undefined && check.verdict === 'failed'
        ? [{ kind: 'external', justification: expected }]
        : [],
    ...(state !== undefined && { baselineState: state }),
    properties: { scenario, sender, senderVersion, world, seed, verdict, replay },
  };
}

function locationOf({ scenario, file, line }: Result): NonNullable<Finding['locations']>[number] {
  return {
    logicalLocations: [{ fullyQualifiedName: scenario, kind: 'scenario' }],
    ...(file !== undefined && {
      physicalLocation: {
        artifactLocation: { uri: encodeURI(file.toWellFormed()), uriBaseId: '%SRCROOT%' },
        ...(line !== undefined && { region: { startLine: line } }),
      },
    }),
  };
}

/** Neither seed nor versions are in it: it is the same finding in the next release. */
function fingerprint({ scenario, sender, world }: Result, check: Check): string {
  return hash('sha256', JSON.stringify([scenario, sender, world, checkKey(check)]), 'hex');
}

/** Against the result before, where it is kept; the kind of the change has to do where it is not. */
function stateOf(changes: readonly Change[]): (check: Check) => State {
  const change = changes.find(
    ({ kind }) => kind !== 'disagreement' && kind !== 'slower' && kind !== 'faster',
  );
  if (change === undefined) return () => 'unchanged';
  if (change.before === undefined) return () => (change.kind === 'behaviour' ? 'updated' : 'new');
  const known = new Map(findingsOf(change.before).map((check) => [checkKey(check), check]));
  return (check) => {
    const before = known.get(checkKey(check));
    if (before === undefined) return 'new';
    return before.evidence === check.evidence && before.verdict === check.verdict ? 'unchanged' : 'updated';
  };
}

/** @param now the results by their keys */
function absentFindings({ before, of }: Change, now: ReadonlyMap<string, Result>): Finding[] {
  if (before === undefined || of === undefined) return [];
  const result = now.get(resultKey(of));
  const present = new Set(result === undefined ? [] : findingsOf(result).map(checkKey));
  return findingsOf(before)
    .filter((check) => !present.has(checkKey(check)))
    .map((check) => finding(before, check, 'absent'));
}

/** Every clause that was exercised: a rule without results is one that was kept. */
function rulesOf(ordered: readonly Result[], findings: readonly Finding[]): ReportingDescriptor[] {
  const ids = new Set([
    ...ordered.flatMap(({ clauses, checks }) => [...clauses, ...checks.map(({ clause }) => clause)]),
    ...findings.map(({ ruleId }) => ruleId ?? ''),
  ]);
  return [...ids].sort().map(ruleOf);
}

function ruleOf(id: string): ReportingDescriptor {
  const clause = findClause(id);
  if (clause === undefined) return { id };
  const rfc = /^RFC (\d+)$/.exec(clause.document)?.[1];
  return {
    id,
    shortDescription: { text: `${clause.document} ${clause.section}: ${clause.level}` },
    fullDescription: { text: clause.statement },
    defaultConfiguration: { level: levelOf(clause.level) },
    ...(rfc !== undefined && {
      helpUri: `https://www.rfc-editor.org/rfc/rfc${rfc}#section-${encodeURIComponent(clause.section)}`,
    }),
    properties: { document: clause.document, section: clause.section, level: clause.level },
  };
}

function levelOf(level: Level): 'error' | 'warning' | 'note' {
  if (level === 'MAY') return 'note';
  return level === 'SHOULD' || level === 'SHOULD NOT' ? 'warning' : 'error';
}
