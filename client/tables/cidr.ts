/** `cidr:/file` and `cidr:{{network/length answer}, ...}`: the first network that an address lies in. */
import { type Network, NetworkError, parseNetwork } from './network.ts';
import type { TableOpener } from './opener.ts';
import { RuleError } from './rule-error.ts';
import { type Condition, openRules, type RuleSyntax } from './rules.ts';

export const openCidr: TableOpener = (name, label, context) => openRules(name, label, context, syntax);

const syntax: RuleSyntax = {
  type: 'cidr',
  readCondition(text) {
    const [pattern = ''] = /^\S*/.exec(text) ?? [];
    if (pattern === '') throw new RuleError('no address pattern: skipping this rule');
    return { compile: () => conditionOf(pattern), rest: text.slice(pattern.length) };
  },
  exceptions: false,
  patterns: false,
};

function conditionOf(pattern: string): Condition {
  const network = readNetwork(pattern);
  return {
    groups: 0,
    // What is no address of its family is in no network, and not outside one either.
    concerns: (key) => network.concerns(key),
    match: (key) => (network.contains(key) ? [key] : undefined),
  };
}

function readNetwork(pattern: string): Network {
  try {
    return parseNetwork(pattern);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw new RuleError(`${error.message}: skipping this rule`);
  }
}
