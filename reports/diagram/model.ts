/** What a sequence diagram consists of. */
import type { Result } from '../../scenarios/results.ts';

/** What a diagram is made of. */
export type Drawable = Pick<Result, 'sessions' | 'queries'> &
  Partial<Pick<Result, 'decisions' | 'attempts' | 'questions'>>;

export type StepKind =
  /** DNS. */
  | 'question'
  | 'answer'
  /** To a table server. */
  | 'lookup'
  | 'connect'
  /** A connection that did not come about, and its end. */
  | 'attempt'
  | 'gaveUp'
  | 'command'
  | 'content'
  | 'reply'
  | 'tls'
  | 'close'
  /** What a side does instead of what it should: a reset, a stall, a delay, TLS that fails. */
  | 'fault'
  /** A time limit of the client ran out. */
  | 'timer'
  | 'decision';

export interface Step {
  /** The same for as long as the result only grows. */
  readonly id: string;
  readonly kind: StepKind;
  readonly atMs: number;
  /** Ids of lifelines; equal where nothing passes between two. */
  readonly from: string;
  readonly to: string;
  /** One line. */
  readonly label: string;
  /** All of it. */
  readonly lines: readonly string[];
  /** It never arrives. */
  readonly isLost?: true;
  /** Why it was decided. */
  readonly because?: string;
  /** What a decision is about. */
  readonly about?: string;
  /** Position of the session. */
  readonly session?: number;
  /** Positions of its lines in that session: the first, and how many. */
  readonly at?: { readonly line: number; readonly count: number };
}

export interface Lifeline {
  readonly id: string;
  readonly kind: 'client' | 'dns' | 'host' | 'table';
  readonly name: string;
  /** Addresses, or nothing. */
  readonly detail: string;
}

export interface Diagram {
  readonly lifelines: readonly Lifeline[];
  readonly steps: readonly Step[];
}

export const client = 'client';
export const dns = 'dns';
