/** What is decided for one recipient, before it is told and kept record of. */
import type { OutcomeStatus } from '../request.ts';

/** What the dialogue, or its failure, means for a recipient. */
export interface Verdict {
  readonly status: Exclude<OutcomeStatus, 'passed'>;
  readonly dsn: string;
  readonly reason: string;
  /** The server's reply that decided it, on one line. */
  readonly reply?: string | undefined;
}
