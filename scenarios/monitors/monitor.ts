/**
 * What a monitor is: a rule that every session of every scenario must keep. A monitor says for each place where
 * its rule was put to the test whether it held; a rule that was never put to the test says nothing.
 */
import type { RecipientOutcome } from '../senders/sender.ts';
import type { Conversation, Step } from './conversation.ts';
import { lineOf } from './conversation.ts';

export interface Monitor {
  readonly name: string;
  /** One line: what must always hold. */
  readonly rule: string;
  /** Every clause it may judge. */
  readonly clauses: readonly string[];
  watch(view: MonitorView, judge: Judge): void;
}

export interface MonitorView {
  readonly conversations: readonly Conversation[];
  /** What the sender reported. */
  readonly outcomes: readonly RecipientOutcome[];
  /** Every recipient that was submitted, in internal form. */
  readonly recipients: readonly string[];
}

/** Records one place where the rule held or not; `evidence` is asked for only when it did not. */
export type Judge = (clause: string, holds: boolean, evidence: () => string) => void;

export interface Observation {
  readonly monitor: string;
  readonly clause: string;
  readonly holds: boolean;
  /** The first breach, empty when the rule held everywhere. */
  readonly evidence: string;
}

/** Lets every monitor watch and sums up each clause: broken once is broken. */
export function observe(monitors: readonly Monitor[], view: MonitorView): Observation[] {
  const observations: Observation[] = [];
  for (const monitor of monitors) {
    const seen = new Map<string, Observation>();
    monitor.watch(view, (clause, holds, evidence) => {
      if (seen.get(clause)?.holds === false) return;
      seen.set(clause, { monitor: monitor.name, clause, holds, evidence: holds ? '' : evidence() });
    });
    observations.push(...seen.values());
  }
  return observations;
}

const SHOWN_BYTES = 120;

/** A step as evidence: the host, then its line or the start of its text, with control bytes made visible. */
export function show(conversation: Conversation, step: Step): string {
  const text = step.kind === 'command' ? lineOf(step) : step.bytes.toString('latin1', 0, SHOWN_BYTES + 1);
  return `${conversation.session.host}: C: ${showBytes(text)}`;
}

export function showBytes(text: string): string {
  const cut = text.length > SHOWN_BYTES ? `${text.slice(0, SHOWN_BYTES)}... (${text.length} bytes)` : text;
  return JSON.stringify(cut).slice(1, -1);
}

export function commandsOf(conversation: Conversation): Step[] {
  return conversation.steps.filter((step) => step.kind === 'command');
}

export function accepted(step: Step): boolean {
  const code = step.replies[0]?.code ?? 0;
  return code >= 200 && code < 300;
}
