/** A mistake in one rule of a table, in one line without its place: the rule is left out. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
}
