/** Mistakes that the layers below find, told as mistakes of use. */
import { HistoryError } from '../reports/history/file.ts';
import { PageError } from '../reports/html.ts';
import { ReportError } from '../reports/write.ts';
import { ExpectationsError } from '../scenarios/expectations.ts';
import { LoadError } from '../scenarios/load.ts';
import { ResultsError } from '../scenarios/results-file.ts';
import { ScenarioError } from '../scenarios/scenario.ts';
import { SelectorError } from '../scenarios/select.ts';
import { UnknownSenderError } from '../scenarios/senders/find.ts';
import { SandboxError } from '../simulator/live/sandbox.ts';
import { UsageError } from './usage.ts';

const mistakes = [
  ExpectationsError,
  HistoryError,
  LoadError,
  PageError,
  ReportError,
  ResultsError,
  SandboxError,
  ScenarioError,
  SelectorError,
  UnknownSenderError,
];

export async function asUsage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && mistakes.some((kind) => error instanceof kind))
      throw new UsageError(error.message);
    throw error;
  }
}
