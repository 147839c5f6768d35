/** The names that a server's certificate may have (security reference 10.2). */
import type { X509Certificate } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { toAsciiDomain } from '../../dns/domain-name.ts';
import type { Failures } from './verification.ts';

export interface ReferenceNames {
  /** Any of them; a leading dot stands for all names below. */
  readonly hosts: readonly string[];
  /** This one too, if there is one. */
  readonly address?: string | undefined;
}

export interface NameSources {
  /** For `nexthop` and `dot-nexthop`: the domain without `[]` and port. */
  readonly nexthop: string;
  /** For `hostname`: that of the server. */
  readonly hostname: string;
  readonly warn: (text: string) => void;
}

/** The ideographic, fullwidth and halfwidth full stops are dots too. */
const LEADING_DOT = /^[.\u3002\uff0e\uff61](?=.)/u;

/** What match strategies and names come to. With none that can be used no certificate has the right name. */
export function referenceNames(tokens: readonly string[], sources: NameSources): ReferenceNames {
  const { nexthop, hostname, warn } = sources;
  const hosts: string[] = [];
  let address: string | undefined;
  for (const token of tokens) {
    const strategy = token.toLowerCase();
    let name = token;
    if (strategy === 'nexthop') name = nexthop;
    else if (strategy === 'dot-nexthop') name = `.${nexthop}`;
    else if (strategy === 'hostname') name = hostname;
    else if (token === '.') {
      warn('ignoring invalid match name: "."');
      continue;
    }
    const dot = LEADING_DOT.test(name) ? '.' : '';
    const bare = name.replace(LEADING_DOT, '');
    const reference = dot + (toAsciiDomain(bare, false) ?? bare);
    if (!ipaddr.isValid(reference)) hosts.push(reference);
    else if (address === undefined) address = reference;
    else warn(`error loading match name: "${reference}"`);
  }
  if (hosts.length === 0 && address === undefined) warn('could not configure peer name checks');
  return { hosts, address };
}

/** What is wrong with a certificate's names, and which of them is right. */
export function checkNames(
  certificate: X509Certificate,
  { hosts, address }: ReferenceNames,
): { readonly wrong: readonly NameFault[]; readonly peerName?: string | undefined } {
  if (hosts.length === 0 && address === undefined) return { wrong: ['UNSPECIFIED'] };
  const wrong: NameFault[] = [];
  const peerName = firstOf(hosts, (host) => certificate.checkHost(host, { partialWildcards: false }));
  if (hosts.length > 0 && peerName === undefined) wrong.push('HOSTNAME_MISMATCH');
  if (address !== undefined && certificate.checkIP(address) === undefined) wrong.push('IP_ADDRESS_MISMATCH');
  return { wrong, peerName };
}

/** Compares the names of a server's own certificate; the right one comes back. */
export function addNameFaults(
  leaf: X509Certificate,
  names: ReferenceNames,
  failures: Failures,
): string | undefined {
  const { wrong, peerName } = checkNames(leaf, names);
  for (const code of wrong) failures.add(code, 0, leaf);
  return peerName;
}

type NameFault = 'HOSTNAME_MISMATCH' | 'IP_ADDRESS_MISMATCH' | 'UNSPECIFIED';

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
