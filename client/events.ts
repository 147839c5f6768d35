/**
 * What the client tells the world while it works. The mail log, the trace, transcripts and reports subscribe;
 * the client itself never writes a log. A listener must not throw and must not block.
 */
import type { Decision } from './decision.ts';
import type { Outcome } from './request.ts';

export type ClientEvent =
  | DnsQueryEvent
  | DnsAnswerEvent
  | {
      readonly type: 'resolved';
      readonly destination: string;
      readonly addresses: readonly ResolvedAddress[];
    }
  | { readonly type: 'connect'; readonly host: string; readonly address: string; readonly port: number }
  | {
      readonly type: 'connected';
      readonly session: string;
      readonly host: string;
      readonly address: string;
      readonly port: number;
    }
  | {
      readonly type: 'connectFailed';
      readonly host: string;
      readonly address: string;
      readonly port: number;
      readonly text: string;
    }
  | { readonly type: 'command'; readonly session: string; readonly line: string }
  | { readonly type: 'reply'; readonly session: string; readonly code: number; readonly text: string }
  | SecuredEvent
  | { readonly type: 'content'; readonly session: string; readonly bytes: number }
  | { readonly type: 'disconnected'; readonly session: string; readonly how: 'closed' | 'lost' | 'timeout' }
  | DecisionEvent
  | LogEvent
  | TlsReportEvent
  | { readonly type: 'outcome'; readonly queueId: string; readonly outcome: Outcome };

/** What is done next, and why; `explain` has the words. */
export interface DecisionEvent {
  readonly type: 'decision';
  readonly decision: Decision;
  /** Absent where it is not about one session. */
  readonly session?: string;
}

/** A TLS handshake is through; `TlsStatus` has the meanings. */
export interface SecuredEvent {
  readonly type: 'secured';
  readonly session: string;
  readonly level: string;
  readonly protocol: string;
  readonly cipher: string;
  readonly present: boolean;
  readonly trusted: boolean;
  readonly matched: boolean;
  readonly resumed: boolean;
}

export interface DnsQueryEvent {
  readonly type: 'dnsQuery';
  readonly name: string;
  readonly recordType: string;
  readonly server: string;
  readonly transport: 'udp' | 'tcp';
}

export interface DnsAnswerEvent {
  readonly type: 'dnsAnswer';
  readonly name: string;
  readonly recordType: string;
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, ..., or `timeout`. */
  readonly rcode: string;
  readonly authenticated: boolean;
  /** Records in presentation form. */
  readonly records: readonly string[];
}

export interface ResolvedAddress {
  readonly host: string;
  readonly address: string;
  readonly preference: number;
}

/** A line for the mail log that is not a recipient's outcome (delivery reference 9.3). */
export interface LogEvent {
  readonly type: 'log';
  /** `error`: something that was configured cannot be used at all. */
  readonly level: 'info' | 'warning' | 'error';
  /** Absent for lines that Postfix logs without one. */
  readonly queueId?: string;
  readonly text: string;
}

/**
 * What a domain that asks for reports about TLS (RFC 8460) is to be told of a connection, one event for each at most.
 * A program that makes such reports of these events does what the collector behind `smtp_tlsrpt_socket_name` does.
 */
export interface TlsReportEvent {
  readonly type: 'tlsrpt';
  /** Whose report it belongs to, in A-labels. */
  readonly domain: string;
  /** Its TXT record, which says where reports go. */
  readonly record: string;
  readonly policy: {
    readonly type: 'tlsa' | 'sts' | 'no-policy-found';
    readonly domain: string;
    /** TLSA records, or the lines of an MTA-STS policy. */
    readonly strings: readonly string[];
    readonly mxHostPatterns: readonly string[];
  };
  /** Our own address. */
  readonly localAddress: string;
  /** The server. */
  readonly host: string;
  readonly address: string;
  /** Its reply to EHLO or HELO before STARTTLS, lines joined by CRLF; '' without one. */
  readonly greeting: string;
  /** Absent: all is well. */
  readonly failure?: TlsReportFailure;
}

/** RFC 8460 section 4.3. */
export interface TlsReportFailure {
  readonly type: TlsReportFailureType;
  readonly reason?: string;
}

export type TlsReportFailureType =
  | 'starttls-not-supported'
  | 'certificate-host-mismatch'
  | 'certificate-not-trusted'
  | 'certificate-expired'
  | 'validation-failure'
  | 'tlsa-invalid'
  | 'dnssec-invalid'
  | 'dane-required'
  | 'sts-policy-fetch-error'
  | 'sts-policy-invalid'
  | 'sts-webpki-invalid';

export type EventListener = (event: ClientEvent) => void;
