import { RuleError } from '../../rule-error.ts';

/** A mistake in a pattern of PCRE, in the words of PCRE2 10.42; `at` counts bytes. */
export function mistake(at: number, problem: string): RuleError {
  return new RuleError(`error in regex at offset ${at}: ${problem}`);
}

/** What PCRE can do and this client cannot. Whether such a rule matches is not known. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';

  constructor(what: string) {
    super(`${what} in a pattern is not supported`);
  }
}
