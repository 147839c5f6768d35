/** What is said inside TLS, as far as it is the same in every run of a seed. */
import type { SessionEntry } from '../session.ts';

/** A response or challenge of an authentication, which is never sent together with anything else. */
const EXCHANGE = /^((?:AUTH \S+|334) )?[A-Za-z0-9+/]{24,}={0,2}(?=\r?\n$)/;

/** Proofs that are bound to the connection (RFC 9266) are made of its secrets, which no seed decides: their length counts. */
export function repeatable(entry: SessionEntry): object {
  if (!('bytes' in entry)) return entry;
  const text = Buffer.from(entry.bytes).toString('latin1');
  return { ...entry, bytes: text.replace(EXCHANGE, (line, verb = '') => `${verb}<${line.length}>`) };
}
