/** Names of old releases. */
import type { Parameter } from '../parameter.ts';

export const obsolete = {
  fallback_relay: {
    type: 'list',
    default: '',
    lmtp: false,
    since: 'before 2.0',
    group: 'obsolete',
    meaning: 'The name of smtp_fallback_relay before Postfix 2.3, still its default.',
  },
  smtp_skip_4xx_greeting: {
    type: 'bool',
    default: 'yes',
    lmtp: false,
    since: 'before 2.0',
    group: 'obsolete',
    seed: true,
    meaning: 'A 4xx greeting leads to the next server, in Postfix 2.0 and before.',
    noEffect: 'Since Postfix 2.1 a 4xx greeting always leads to the next server.',
  },
  smtp_tls_cipherlist: {
    type: 'string',
    default: '',
    lmtp: false,
    since: '2.2',
    group: 'obsolete',
    seed: true,
    meaning: 'OpenSSL cipher list of Postfix 2.2.',
    noEffect: 'Since Postfix 2.3 the cipher grades decide.',
  },
  lmtp_cache_connection: {
    type: 'bool',
    default: 'yes',
    since: 'before 2.0',
    group: 'obsolete',
    seed: true,
    meaning: 'An LMTP connection is kept for the next message, in Postfix 2.2 and before.',
    noEffect:
      'Since Postfix 2.3 lmtp_connection_cache_on_demand and lmtp_connection_cache_destinations decide.',
  },
} as const satisfies Record<string, Parameter>;
