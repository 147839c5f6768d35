/**
 * What the TLS handshakes with a host agreed on.
 *
 *     tlsSession('a', { sni: 'a.example.test', protocol: 'TLSv1.3', resumed: false })
 *     tlsSession('a', { sni: undefined, session: 2 })      no name was asked for, in the second connection
 *     noTls('a')                                           whatever was said was said in the clear
 */
import type { Certified } from '../../simulator/certificates/authority.ts';
import { certificateDigest } from '../../simulator/hosts/tls/facts.ts';
import type { Session, TlsFacts } from '../../simulator/session.ts';
import { matches } from '../checks/pattern.ts';
import type { Expectation, Finding } from './expectation.ts';

export interface ExpectedTls {
  /** Undefined: the client asked for no name. */
  readonly sni?: string | undefined;
  /** `TLSv1.3` and the like. */
  readonly protocol?: string;
  /** By its OpenSSL name; `*` stands for anything. */
  readonly cipher?: string;
  readonly resumed?: boolean;
  /** The certificate that the client showed; undefined: none. */
  readonly clientCertificate?: Certified | undefined;
  /** Which connection of the host, from 1; all of them that came to TLS, at least one, when absent. */
  readonly session?: number;
}

/** Only the aspects that are given are looked at. */
export function tlsSession(host: string, expected: ExpectedTls = {}): Expectation {
  return {
    title: `TLS with ${host}${expected.session === undefined ? '' : `, session ${expected.session}`}`,
    binds: 'postfix',
    mentions: { hosts: [host] },
    look(evidence, ledger) {
      ledger.hosts.add(host);
      const all = evidence.sessions.filter((session) => session.host === host);
      const chosen = expected.session === undefined ? all : all.slice(expected.session - 1, expected.session);
      const seen = chosen.flatMap(tlsOf);
      if (seen.length === 0) return [{ holds: false, seen: 'no TLS' }];
      return seen.flatMap((facts) => findings(expected, facts));
    },
  };
}

/** No connection of the host came to TLS. */
export function noTls(host: string): Expectation {
  return {
    title: `no TLS with ${host}`,
    binds: 'postfix',
    mentions: { hosts: [host] },
    look(evidence, ledger) {
      ledger.hosts.add(host);
      const seen = evidence.sessions.filter((session) => session.host === host).flatMap(tlsOf);
      return [{ holds: seen.length === 0, seen: `TLS in ${seen.length} connections` }];
    },
  };
}

function tlsOf(session: Session): readonly TlsFacts[] {
  return session.entries.flatMap((entry) => ('event' in entry && entry.event === 'tls' ? [entry.tls] : []));
}

function findings(expected: ExpectedTls, facts: TlsFacts): Finding[] {
  const wanted: Record<string, string | undefined> = {
    ...('sni' in expected && { sni: expected.sni ?? 'none' }),
    protocol: expected.protocol,
    cipher: expected.cipher,
    resumed: expected.resumed === undefined ? undefined : String(expected.resumed),
    ...('clientCertificate' in expected && {
      clientCertificate:
        expected.clientCertificate === undefined
          ? 'none'
          : certificateDigest(expected.clientCertificate.certificate),
    }),
  };
  const aspects = Object.entries(wanted).flatMap(([aspect, pattern]): Finding[] => {
    if (pattern === undefined) return [];
    const seen = String(facts[aspect as keyof TlsFacts] ?? 'none');
    return [{ aspect, holds: matches(pattern, seen), seen }];
  });
  return aspects.length > 0 ? aspects : [{ holds: true, seen: '' }];
}
