/**
 * The stages of a session in wire order, each beside its time limit and the words that reasons and log lines use.
 * Limits: rfc5321-4.5.3.2 and the parameters named; phrases: delivery reference 6.1.
 */
import type { Settings } from '../config/register.ts';

type TimeLimitParameter = Extract<keyof Settings, `smtp_${string}_timeout`>;

interface StageRow {
  readonly limit: TimeLimitParameter;
  /** Completes "lost connection with HOST while ...". */
  readonly doing: string;
  /** Completes "(in reply to ...)". */
  readonly command: string;
}

export const STAGES = {
  greeting: {
    limit: 'smtp_helo_timeout',
    doing: 'receiving the initial server greeting',
    command: 'initial server greeting',
  },
  ehlo: { limit: 'smtp_helo_timeout', doing: 'performing the EHLO handshake', command: 'EHLO command' },
  helo: { limit: 'smtp_helo_timeout', doing: 'performing the HELO handshake', command: 'HELO command' },
  auth: { limit: 'smtp_helo_timeout', doing: 'performing the EHLO handshake', command: 'AUTH command' },
  lhlo: { limit: 'smtp_helo_timeout', doing: 'performing the LHLO handshake', command: 'LHLO command' },
  lmtpAuth: { limit: 'smtp_helo_timeout', doing: 'performing the LHLO handshake', command: 'AUTH command' },
  starttls: {
    limit: 'smtp_starttls_timeout',
    doing: 'receiving the STARTTLS response',
    command: 'STARTTLS command',
  },
  xforwardClient: {
    limit: 'smtp_xforward_timeout',
    doing: 'sending XFORWARD name/address',
    command: 'XFORWARD name/address command',
  },
  xforwardProtocol: {
    limit: 'smtp_xforward_timeout',
    doing: 'sending XFORWARD protocol/helo_name',
    command: 'XFORWARD helo/protocol command',
  },
  mail: { limit: 'smtp_mail_timeout', doing: 'sending MAIL FROM', command: 'MAIL FROM command' },
  rcpt: { limit: 'smtp_rcpt_timeout', doing: 'sending RCPT TO', command: 'RCPT TO command' },
  data: { limit: 'smtp_data_init_timeout', doing: 'sending DATA command', command: 'DATA command' },
  content: { limit: 'smtp_data_xfer_timeout', doing: 'sending message body', command: 'message body' },
  endOfData: {
    limit: 'smtp_data_done_timeout',
    doing: 'sending end of data -- message may be sent more than once',
    command: 'end of DATA command',
  },
  abort: { limit: 'smtp_rset_timeout', doing: 'sending final RSET', command: 'final RSET command' },
  rset: { limit: 'smtp_rset_timeout', doing: 'sending RSET probe', command: 'RSET probe' },
  quit: { limit: 'smtp_quit_timeout', doing: 'sending QUIT', command: 'QUIT command' },
} as const satisfies Record<string, StageRow>;

export type Stage = keyof typeof STAGES;

/** AUTH, of either protocol. */
export function isAuthentication(stage: Stage | undefined): boolean {
  return stage === 'auth' || stage === 'lmtpAuth';
}
