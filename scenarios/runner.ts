/**
 * Runs scenarios: each with every sender, in a world of its own, whose seed comes from the run's seed and the
 * scenario's id. Whatever happens to one scenario becomes its result and never ends the run.
 *
 *     const run = runScenarios(scenarios, { senders: [nexthopSender(version)], seed: 1 });
 *     for await (const result of run.results) show(result);
 */
import { hash } from 'node:crypto';
import type { FileContent } from '../simulator/file-content.ts';
import { boundResult } from './bound-result.ts';
import { clause } from './clauses.ts';
import { type Judgement, judge } from './judge.ts';
import { obstacleTo } from './obstacles.ts';
import { redactResult } from './redact-result.ts';
import { type Check, nameLimitCharacters, type Result } from './results.ts';
import type { Scenario } from './scenario.ts';
import { type Sender, UnsupportedError, type WorldKind } from './senders/sender.ts';
import { shellWord } from './shell-word.ts';
import { storedEvidence } from './stored-evidence.ts';
import { within } from './time-limit.ts';
import type { Verdict } from './verdicts.ts';
import { virtualWorld } from './virtual-run.ts';
import type { ScenarioWorld } from './worlds.ts';

export interface RunOptions {
  readonly senders: readonly Sender[];
  readonly seed: number;
  /** The virtual one when absent. */
  readonly world?: ScenarioWorld;
  /** Parameters of the command line: over those of the scenarios, for senders that understand them. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** What these parameters have the senders read, by path (`configuredFiles`). */
  readonly files?: Readonly<Record<string, FileContent>>;
  /** Ends the run: results that are finished are kept, the scenario at work is dropped. */
  readonly signal?: AbortSignal;
  readonly onResult?: (result: Result) => void;
  /**
   * Told now and then, while a scenario of the live world runs, what there is of its result: dialogue and queries. The
   * verdict is not known yet: it says `skipped`, without a reason.
   */
  readonly onGrowth?: (result: Result) => void;
  /** Real time for one scenario; `SCENARIO_LIMIT_MS` when absent. */
  readonly scenarioLimitMs?: number;
  /** Real time as results tell of it, from a clock that never goes back. */
  readonly nowMs?: () => number;
}

export interface ScenarioRun {
  /** Of scenarios and senders in the order given. Iterating it is what runs them. */
  readonly results: AsyncIterable<Result>;
  /** How many results there will be unless the run is interrupted. */
  readonly selected: number;
}

const SCENARIO_LIMIT_MS = 30_000;

export function runScenarios(scenarios: readonly Scenario[], options: RunOptions): ScenarioRun {
  async function* results(): AsyncGenerator<Result> {
    for (const scenario of scenarios) {
      for (const sender of options.senders) {
        if (options.signal?.aborted === true) return;
        const result = await runOne(scenario, sender, options);
        if (result === undefined) return;
        options.onResult?.(result);
        yield result;
      }
    }
  }
  return { results: results(), selected: scenarios.length * options.senders.length };
}

/** The seed of one scenario: the same in every selection that it is part of. */
export function seedOf(runSeed: number, id: string): string {
  return hash('sha256', `${runSeed}\n${id}`, 'hex').slice(0, 16);
}

async function runOne(scenario: Scenario, sender: Sender, options: RunOptions): Promise<Result | undefined> {
  const nowMs = options.nowMs ?? (() => performance.now());
  const startedMs = nowMs();
  const world = options.world ?? virtualWorld;
  const overrides = sender.claims.has('config') ? (options.overrides ?? {}) : {};
  const blank = blankResult(scenario, sender, world.kind, overrides, options.seed);
  const obstacle = obstacleTo(scenario, sender, world.kind, overrides);
  if (obstacle !== undefined)
    return redactResult({ ...blank, ...obstacle, ...eventHash(world.kind, obstacle.verdict) }, []);
  const limitMs = options.scenarioLimitMs ?? SCENARIO_LIMIT_MS;
  const { onGrowth } = options;
  try {
    const run = await world.run(scenario, sender, {
      seed: seedOf(options.seed, scenario.id),
      overrides,
      ...(options.files && { files: options.files }),
      limitMs,
      signal: options.signal,
      ...(onGrowth && {
        onGrowth: (evidence, startMs) =>
          onGrowth(
            boundResult(redactResult({ ...blank, ...storedEvidence(evidence, startMs) }, evidence.sessions)),
          ),
      }),
    });
    if (options.signal?.aborted === true && run.failure !== undefined) return undefined;
    const judged: Judgement =
      run.failure === undefined
        ? await within(limitMs, 'checking', judge(scenario, run.evidence), options.signal)
        : brokenOff(scenario, world.kind, oneLine(run.failure));
    const full: Result = {
      ...blank,
      ...storedEvidence(run.evidence, run.startMs),
      verdict: judged.verdict,
      reason: judged.reason,
      checks: [...judged.checks],
      wallMs: roundMs(nowMs() - startedMs),
    };
    const result = boundResult(redactResult(full, run.evidence.sessions));
    const seen = `${run.eventHash ?? ''}\n${JSON.stringify(result.outcomes)}\n${result.verdict}`;
    return { ...result, ...eventHash(world.kind, seen) };
  } catch (error) {
    if (options.signal?.aborted === true) return undefined;
    const reason = oneLine(error instanceof Error ? error.message : String(error));
    const wallMs = roundMs(nowMs() - startedMs);
    const verdict = verdictOfError(error, world.kind);
    const failed = { ...blank, verdict, reason, wallMs, ...eventHash(world.kind, verdict) };
    return boundResult(redactResult(failed, []));
  }
}

/** Real time never repeats itself, so only the virtual world has one. */
function eventHash(world: WorldKind, seen: string): { eventHash?: string } {
  return world === 'virtual' ? { eventHash: hash('sha256', seen, 'hex') } : {};
}

function verdictOfError(error: unknown, world: WorldKind): Verdict {
  if (error instanceof UnsupportedError) return 'unsupported';
  return world === 'live' ? 'inconclusive' : 'failed';
}

/**
 * No clause can count as verified when the run did not come to its end. In real time that may be this machine's doing,
 * so it decides nothing; virtual time is never too short.
 */
function brokenOff(scenario: Scenario, world: WorldKind, reason: string): Judgement {
  const verdict = world === 'live' ? 'inconclusive' : 'failed';
  const checks = scenario.clauses.map(
    (id): Check => ({
      clause: id,
      level: clause(id).level,
      by: 'scenario',
      name: 'the run comes to its end',
      verdict,
      evidence: reason,
    }),
  );
  return { verdict, reason, checks };
}

export function blankResult(
  scenario: Scenario,
  sender: Sender,
  world: WorldKind,
  overrides: Readonly<Record<string, string>>,
  seed: number,
): Result {
  const options = Object.entries(overrides).map(([name, value]) => ` -o ${shellWord(`${name}=${value}`)}`);
  const worldOption = world === 'virtual' ? '' : ` --world ${world}`;
  return {
    scenario: scenario.id,
    suite: scenario.suite,
    title: scenario.title,
    sender: sender.name,
    senderVersion: sender.version,
    world,
    verdict: 'skipped',
    reason: '',
    seed,
    virtualMs: 0,
    wallMs: 0,
    clauses: [...scenario.clauses],
    tags: [...scenario.tags],
    config: { ...scenario.config, ...overrides },
    outcomes: [],
    replay: `nexthop run ${shellWord(scenario.selector)} --sender ${sender.name} --seed ${seed}${worldOption}${options.join('')}`,
    checks: [],
    sessions: [],
    queries: [],
    log: [],
    ...(scenario.place && scenario.place.file.length <= nameLimitCharacters && scenario.place),
  };
}

function roundMs(ms: number): number {
  return Math.round(ms * 100) / 100;
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
