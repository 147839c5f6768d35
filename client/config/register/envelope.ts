/** The addresses of the envelope and what goes with them. */
import type { Parameter } from '../parameter.ts';

export const envelope = {
  smtp_send_xforward_command: {
    type: 'bool',
    default: 'no',
    lmtp: { name: 'lmtp_send_xforward_command' },
    since: '2.1',
    group: 'envelope',
    seed: true,
    meaning: 'A server that takes XFORWARD is told where the message came from.',
  },
  smtp_quote_rfc821_envelope: {
    type: 'bool',
    default: 'yes',
    lmtp: { name: 'lmtp_quote_rfc821_envelope' },
    since: '2.1',
    group: 'envelope',
    seed: true,
    meaning: 'Local parts in MAIL FROM and RCPT TO are quoted where RFC 5321 demands it.',
  },
  smtp_generic_maps: {
    type: 'tables',
    default: '',
    lmtp: { name: 'lmtp_generic_maps' },
    since: '2.2',
    group: 'envelope',
    seed: true,
    meaning: 'Lookup tables of addresses that take the place of others, in the envelope and in headers.',
  },
  recipient_delimiter: {
    type: 'string',
    default: '',
    since: 'before 2.0',
    group: 'envelope',
    meaning: 'Characters that separate a user from an address extension; any of them may.',
  },
  propagate_unmatched_extensions: {
    type: 'list',
    default: 'canonical, virtual',
    since: 'before 2.0',
    group: 'envelope',
    meaning:
      'Whether the extension of an address is kept when it was looked up without it: if `generic` is here.',
  },
  owner_request_special: {
    type: 'bool',
    default: 'yes',
    since: 'before 2.0',
    group: 'envelope',
    meaning: 'With `-` as a delimiter, owner-LIST and LIST-request have no extension.',
  },
  double_bounce_sender: {
    type: 'string',
    default: 'double-bounce',
    minLength: 1,
    since: 'before 2.0',
    group: 'envelope',
    meaning: 'Local part of the sender of notices, about which no further mail is sent.',
  },
  smtp_address_verify_target: {
    type: 'enum',
    default: 'rcpt',
    words: ['rcpt', 'data'],
    minLength: 1,
    lmtp: { name: 'lmtp_address_verify_target' },
    since: '3.0',
    group: 'envelope',
    meaning: 'The last command of an address probe whose reply decides it.',
  },
  address_verify_negative_cache: {
    type: 'bool',
    default: 'yes',
    since: '2.1',
    group: 'envelope',
    meaning: 'What probes of the mail system find undeliverable is kept on record too.',
  },
} as const satisfies Record<string, Parameter>;
