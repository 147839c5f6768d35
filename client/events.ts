/**
 * What the client tells the world while it works. The mail log, the trace, transcripts and reports subscribe;
 * the client itself never writes a log. A listener must not throw and must not block.
 */
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
  | LogEvent
  | { readonly type: 'outcome'; readonly queueId: string; readonly outcome: Outcome };

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

export type EventListener = (event: ClientEvent) => void;
