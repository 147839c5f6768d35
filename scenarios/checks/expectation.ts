/**
 * What an expectation is: it looks at the evidence, says what it found, and enters in the ledger what it explained.
 * What is in the evidence and in nobody's ledger was not expected, and fails the scenario.
 */
import type { Evidence } from '../evidence.ts';

export interface Expectation {
  /** What is expected, in a few words: `delivered to user@example.test via b`. */
  readonly title: string;
  /** Clauses that this expectation verifies; the scenario's when absent. */
  readonly clauses?: readonly string[];
  /** `postfix`: no RFC decides it, so it binds only senders that claim Postfix behaviour. */
  readonly binds: Binding;
  /** Names it uses, checked when the scenario is defined. */
  readonly mentions: {
    readonly hosts?: readonly string[];
    readonly addresses?: readonly string[];
    readonly tables?: readonly string[];
  };
  look(evidence: Evidence, ledger: Ledger): Finding[] | Promise<Finding[]>;
}

export type Binding = 'everyone' | 'postfix';

export interface Finding {
  readonly holds: boolean;
  /** What was seen instead; may be empty when it holds. */
  readonly seen: string;
  /** The sender keeps it to itself, and may: nothing is decided. */
  readonly isUntold?: true;
  /** Narrows the expectation's own binding for one aspect of it. */
  readonly binds?: Binding;
  /** The aspect, when an expectation has several: `dsn 5.1.1`. */
  readonly aspect?: string;
}

/** What is seen when the sender does not report what an expectation asks about. */
export const UNTOLD = 'the sender does not tell';

/** Keeps what expectations have explained. */
export class Ledger {
  /** Indexes into the evidence's outcomes. */
  readonly outcomes = new Set<number>();
  readonly hosts = new Set<string>();
  /** Indexes into the evidence's log. */
  readonly logLines = new Set<number>();
  /** Indexes into the evidence's notices. */
  readonly notices = new Set<number>();
  readonly #dialogues = new Map<string, number>();

  /** Each dialogue of a host speaks of its next session; counts from 0. */
  nextDialogue(host: string): number {
    const next = this.#dialogues.get(host) ?? 0;
    this.#dialogues.set(host, next + 1);
    return next;
  }
}

/** A scenario or expectation that is wrong by itself. The message is one line that names the cure. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/** `expectation` verifies these clauses, not the scenario's, and binds everyone they bind. */
export function verifies(clauses: string | readonly string[], expectation: Expectation): Expectation {
  return { ...expectation, binds: 'everyone', clauses: typeof clauses === 'string' ? [clauses] : clauses };
}

/** What is expected is Postfix's way, which no RFC asks for: others may do otherwise. */
export function postfixOnly(expectation: Expectation): Expectation {
  return { ...expectation, binds: 'postfix' };
}
