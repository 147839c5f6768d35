/** `cidr:/file` and `cidr:{{network/length answer}, ...}`: the first network that an address lies in. */
import ipaddr from 'ipaddr.js';
import type { TableOpener } from './opener.ts';
import { RuleError } from './rule-error.ts';
import { type Condition, openRules, type RuleSyntax } from './rules.ts';

export const openCidr: TableOpener = (name, label, context) => openRules(name, label, context, syntax);

const syntax: RuleSyntax = {
  type: 'cidr',
  readCondition(text) {
    const [pattern = ''] = /^\S*/.exec(text) ?? [];
    if (pattern === '') throw new RuleError('no address pattern: skipping this rule');
    return { compile: () => readNetwork(pattern), rest: text.slice(pattern.length) };
  },
  patterns: false,
};

/** An address, in brackets or not, or a network; throws RuleError. */
function readNetwork(pattern: string): Condition {
  const fail = (problem: string): never => {
    throw new RuleError(`${problem}: skipping this rule`);
  };
  const [, bracketed, plain, bits] = /^(?:\[([^\]]*)\]|([^[\]/]*))(?:\/(.*))?$/.exec(pattern) ?? [];
  const host = bracketed ?? plain ?? '';
  const network = parseAddress(host) ?? fail(`bad address pattern: "${host || pattern}"`);
  const size = network.kind() === 'ipv4' ? 32 : 128;
  if (bits !== undefined && !/^\d{1,5}$/.test(bits)) fail(`bad mask value in "${host}/${bits}"`);
  const length = Number(bits ?? size);
  if (length > size) fail(`bad mask length in "${host}/${bits}"`);
  const start = networkAddress(network, length);
  if (start !== network.toString())
    fail(
      `non-null host address bits in "${host}/${bits}", perhaps you should use "${start}/${bits}" instead`,
    );
  return {
    groups: 0,
    // What is no address of its family is in no network, and not outside one either.
    concerns: (key) => parseAddress(key)?.kind() === network.kind(),
    match: (key) => (parseAddress(key)?.match(network, length) ? [key] : undefined),
  };
}

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return ipaddr.IPv6.isValid(text) && !text.includes('%') ? ipaddr.IPv6.parse(text) : undefined;
}

/** The address with all bits behind the first `length` cleared. */
function networkAddress(address: ipaddr.IPv4 | ipaddr.IPv6, length: number): string {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(Math.max(length - 8 * index, 0), 8);
    return byte & ~(0xff >> kept);
  });
  return ipaddr.fromByteArray(bytes).toString();
}
