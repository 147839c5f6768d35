/** `cidr:/file` and `cidr:{{network/length answer}, ...}`: the first network that an address lies in. */
import ipaddr from 'ipaddr.js';
import type { TableOpener } from './opener.ts';
import { RuleError } from './rule-error.ts';
import { openRules, type RuleSyntax } from './rules.ts';

export const openCidr: TableOpener = async (name, label, context) => {
  const table = await openRules(name, label, context, syntax);
  return {
    name: label,
    // What is no address is in no network, and not outside one either.
    lookup: async (key) => (parseAddress(key) === undefined ? undefined : table.lookup(key)),
  };
};

const syntax: RuleSyntax = {
  type: 'cidr',
  readCondition(text) {
    const [pattern = ''] = /^\S*/.exec(text) ?? [];
    if (pattern === '') throw new RuleError('no address pattern: skipping this rule');
    const [, bracketed, plain, bits] = /^(?:\[([^\]/]*)\]|([^[\]/]*))(?:\/(\d{1,3}))?$/.exec(pattern) ?? [];
    const network = parseAddress(bracketed ?? plain ?? '');
    if (network === undefined) throw new RuleError(`bad address pattern: "${pattern}": skipping this rule`);
    const size = network.kind() === 'ipv4' ? 32 : 128;
    const length = bits === undefined ? size : Number(bits);
    if (length > size) throw new RuleError(`bad mask value in "${pattern}": skipping this rule`);
    if (!isNetwork(network, length))
      throw new RuleError(`non-null host address bits in "${pattern}": skipping this rule`);
    const match = (key: string): readonly string[] | undefined => {
      const address = parseAddress(key);
      const inside = address?.kind() === network.kind() && address.match(network, length);
      return inside ? [key] : undefined;
    };
    return { condition: { match, groups: 0 }, rest: text.slice(pattern.length) };
  },
  missingAnswer() {
    throw new RuleError('no lookup result: skipping this rule');
  },
};

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return ipaddr.IPv6.isValid(text) && !text.includes('%') ? ipaddr.IPv6.parse(text) : undefined;
}

/** Whether all bits behind the first `length` are zero. */
function isNetwork(address: ipaddr.IPv4 | ipaddr.IPv6, length: number): boolean {
  return address.toByteArray().every((byte, index) => {
    const kept = Math.min(Math.max(length - 8 * index, 0), 8);
    return (byte & (0xff >> kept)) === 0;
  });
}
