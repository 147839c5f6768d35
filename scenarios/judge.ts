/**
 * From evidence to verdicts: expectations and monitors look, their findings are judged by the level of the clause,
 * and what nobody expected fails.
 */
import { type Expectation, type Finding, Ledger } from './checks/expectation.ts';
import { showNotice } from './checks/notices.ts';
import { showOutcome } from './checks/outcome.ts';
import { clause } from './clauses.ts';
import type { Evidence } from './evidence.ts';
import { type Observation, observe } from './monitors/monitor.ts';
import { monitors } from './monitors/monitors.ts';
import type { Check } from './results.ts';
import type { Scenario } from './scenario.ts';
import { type Level, type Verdict, verdicts } from './verdicts.ts';

export interface Judgement {
  readonly verdict: Verdict;
  /** The first thing that went wrong, in one line; empty when nothing did. */
  readonly reason: string;
  readonly checks: readonly Check[];
}

export async function judge(scenario: Scenario, evidence: Evidence): Promise<Judgement> {
  const ledger = new Ledger();
  const checks: Check[] = [];
  const derailed = derailment(evidence);
  for (const expectation of scenario.expect) {
    const findings = await lookAt(expectation, evidence, ledger);
    for (const id of expectation.clauses ?? scenario.clauses) {
      for (const finding of findings) checks.push(derailed(judgeFinding(expectation, finding, id, evidence)));
    }
  }
  const tolerated = new Set<string>();
  for (const observation of observe(monitors, viewOf(evidence))) {
    checks.push(judgeObservation(observation, scenario, evidence, tolerated));
  }
  checks.push(...unexpected(scenario, evidence, ledger, tolerated).map(derailed));
  return conclude(checks);
}

/**
 * A scripted host that hears something else than its script ends the dialogue. For a sender that claims Postfix
 * behaviour that is a fault; for others what follows shows nothing about them.
 */
function derailment(evidence: Evidence): (check: Check) => Check {
  const [problem] = evidence.problems;
  if (claimsPostfix(evidence) || problem === undefined) return (check) => check;
  const why = `the script of ${problem.host} does not provide for this sender: ${problem.text}`;
  return (check) =>
    check.verdict === 'failed' || check.verdict === 'non-strict'
      ? { ...check, verdict: 'inconclusive', evidence: why }
      : check;
}

/** The verdict that checks come to together. */
function conclude(checks: readonly Check[]): Judgement {
  const worst = verdicts.find((verdict) => checks.some((check) => check.verdict === verdict)) ?? 'passed';
  const bad =
    worst === 'passed' || worst === 'informational'
      ? undefined
      : checks.find((check) => check.verdict === worst);
  return {
    verdict: worst,
    reason: bad === undefined ? '' : `${bad.name ?? bad.clause}: ${bad.evidence}`,
    checks,
  };
}

async function lookAt(expectation: Expectation, evidence: Evidence, ledger: Ledger): Promise<Finding[]> {
  try {
    const findings = await expectation.look(evidence, ledger);
    return findings.length > 0 ? findings : [{ holds: false, seen: 'this expectation looked at nothing' }];
  } catch (error) {
    return [{ holds: false, seen: error instanceof Error ? error.message : String(error) }];
  }
}

function judgeFinding(expectation: Expectation, finding: Finding, id: string, evidence: Evidence): Check {
  const { level } = clause(id);
  const postfixOnly = level === 'POSTFIX' || expectation.binds === 'postfix' || finding.binds === 'postfix';
  return {
    clause: id,
    level,
    by: 'scenario',
    name: finding.aspect === undefined ? expectation.title : `${expectation.title}: ${finding.aspect}`,
    verdict:
      finding.isUntold === true
        ? 'informational'
        : verdictOf(finding.holds, level, postfixOnly, claimsPostfix(evidence)),
    evidence: finding.seen,
  };
}

/**
 * What a finding means. Where Postfix's own behaviour is expected, a sender that claims it is held to it whatever
 * the level of the clause, and others are not held to it at all.
 */
function verdictOf(holds: boolean, level: Level, postfixOnly: boolean, claimsPostfix: boolean): Verdict {
  if (holds) return 'passed';
  if (postfixOnly) return claimsPostfix ? 'failed' : 'informational';
  if (level === 'MAY') return 'informational';
  return level === 'SHOULD' || level === 'SHOULD NOT' ? 'non-strict' : 'failed';
}

function judgeObservation(
  observation: Observation,
  scenario: Scenario,
  evidence: Evidence,
  tolerated: Set<string>,
): Check {
  const { level } = clause(observation.clause);
  const by = `monitor ${observation.monitor}`;
  const reason = scenario.tolerates[observation.clause];
  if (!observation.holds && reason !== undefined && claimsPostfix(evidence)) {
    tolerated.add(observation.clause);
    const seen = `tolerated (${reason}): ${observation.evidence}`;
    return { clause: observation.clause, level, by, verdict: 'informational', evidence: seen };
  }
  const verdict = verdictOf(observation.holds, level, level === 'POSTFIX', claimsPostfix(evidence));
  return { clause: observation.clause, level, by, verdict, evidence: observation.evidence };
}

/** Whatever happened and is in nobody's ledger. */
function unexpected(
  scenario: Scenario,
  evidence: Evidence,
  ledger: Ledger,
  tolerated: ReadonlySet<string>,
): Check[] {
  const texts: string[] = [];
  evidence.outcomes.forEach((outcome, index) => {
    if (!ledger.outcomes.has(index)) texts.push(`no expectation for the outcome ${showOutcome(outcome)}`);
  });
  for (const host of new Set(evidence.sessions.map((session) => session.host))) {
    if (!ledger.hosts.has(host)) texts.push(`a connection to ${host}, which no expectation mentions`);
  }
  for (const { host, text } of evidence.problems) texts.push(`${host}: ${text}`);
  if (claimsPostfix(evidence)) {
    evidence.log.forEach((line, index) => {
      if (line.level === 'warning' && !ledger.logLines.has(index))
        texts.push(`a warning nobody expected: ${line.text}`);
    });
    evidence.notices?.forEach((notice, index) => {
      if (!ledger.notices.has(index))
        texts.push(`mail to the postmaster that nobody expected: ${showNotice(notice)}`);
    });
    for (const id of Object.keys(scenario.tolerates)) {
      if (!tolerated.has(id)) texts.push(`tolerates ${id}, but no monitor found it broken`);
    }
  }
  const id = scenario.clauses[0] ?? '';
  const { level } = clause(id);
  if (texts.length === 0) {
    return [
      { clause: id, level, by: 'scenario', name: 'nothing unexpected', verdict: 'passed', evidence: '' },
    ];
  }
  return texts.map((text) => ({
    clause: id,
    level,
    by: 'scenario',
    name: 'nothing unexpected',
    verdict: 'failed',
    evidence: text,
  }));
}

function claimsPostfix(evidence: Evidence): boolean {
  return evidence.sender.claims.has('postfix');
}

function viewOf(evidence: Evidence) {
  return {
    conversations: evidence.conversations,
    outcomes: evidence.outcomes,
    recipients: evidence.submissions.flatMap((submission) =>
      submission.recipients.map(({ address }) => address),
    ),
  };
}
