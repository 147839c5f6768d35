/** What reading and writing a stored file have in common: its lists, their limits, and mistakes in it. */
import type * as z from 'zod';
import {
  change,
  changesLimit,
  check,
  comparison,
  lineLimitCharacters,
  problem,
  problemsLimit,
  result,
  resultsLimit,
} from './results.ts';

/** A stored file that cannot be used; the message is one line and begins with the file's name. */
export class ResultsError extends Error {
  override name = 'ResultsError';

  constructor(message: string) {
    super(message.replaceAll(/\p{Cc}+/gu, ' ').slice(0, lineLimitCharacters));
  }
}

/** Different checks of monitors that passed; their register has some hundred. */
const tableLimit = 10_000;

/** The lists whose entries stand in lines of their own, in the order in which a file has them. */
export const lists = {
  checks: { entry: check, limit: tableLimit },
  results: { entry: result, limit: resultsLimit },
  comparisons: { entry: comparison, limit: resultsLimit },
  problems: { entry: problem, limit: problemsLimit },
  changes: { entry: change, limit: changesLimit },
};

export type ListName = keyof typeof lists;

/** Where an entry is in the model, for messages. */
export function pathOf(name: ListName, index: number): string {
  return `${name === 'changes' ? 'baseline.' : ''}${name}[${index}]`;
}

/**
 * The value as the schema knows it.
 * @param path of the value in the model, for messages
 * @throws ResultsError
 */
export function checked<S extends z.ZodType>(
  schema: S,
  value: unknown,
  origin: string,
  path: string,
): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = pathText(path, issue?.path ?? []);
  throw new ResultsError(`${origin}: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'wrong shape'}`);
}

function pathText(from: string, path: readonly PropertyKey[]): string {
  let text = from;
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += `${text === '' ? '' : '.'}${String(step)}`;
  }
  return text;
}
