/** Each decision in words. Whether it is taken where it should be, scenarios show (`decided`). */
import { describe, expect, test } from 'vitest';
import { type Decision, topics } from './decision.ts';
import { explain } from './explain.ts';

const a = { host: 'a.test', address: '192.0.2.1', preference: 10 };
const b = { host: 'b.test', address: '192.0.2.2', preference: 10 };
const c = { host: 'c.test', address: '192.0.2.3', preference: 20 };
const chosen = { kind: 'servers', destination: 'x.test', isShuffled: true, family: 'any' } as const;
const failed = { kind: 'failure', scope: 'host', dsn: '4.3.0', softBounce: false } as const;

const WORDS: readonly (readonly [Decision, string])[] = [
  [
    { kind: 'destination', destination: '[relay.test]', isFallback: true },
    'goes on with the fallback relay [relay.test]: recipients are left after the servers before it; smtp_fallback_relay',
  ],
  [
    { ...chosen, servers: [b, a, c], foundBy: 'MX' },
    'tries b.test[192.0.2.2], a.test[192.0.2.1], c.test[192.0.2.3] for x.test: MX records; preference 10 before 20; ' +
      'by chance where that is equal (smtp_randomize_addresses)',
  ],
  [
    { ...chosen, servers: [a, b], foundBy: 'withoutMx', isShuffled: false, family: 'ipv4' },
    'tries a.test[192.0.2.1], b.test[192.0.2.2] for x.test: there are no MX records, so the domain is its own ' +
      'exchanger; smtp_address_preference = ipv4',
  ],
  [
    { ...chosen, servers: [a, b], foundBy: 'SRV' },
    'tries a.test[192.0.2.1], b.test[192.0.2.2] for x.test: SRV records; priority 10; by chance and weight where ' +
      'that is equal',
  ],
  [
    { kind: 'leftOut', servers: [c], why: 'ownAddress', detail: 20 },
    'leaves out c.test[192.0.2.3]: this host itself is an exchanger at preference 20: mail goes to better ones only',
  ],
  [
    {
      kind: 'leftOut',
      servers: Array.from({ length: 10 }, () => ({ host: 'd.test' })),
      why: 'addressLimit',
      detail: 5,
    },
    `leaves out ${Array.from({ length: 8 }, () => 'd.test').join(', ')} and 2 more: smtp_mx_address_limit = 5`,
  ],
  [
    { kind: 'tlsLevel', server: 'a.test', level: 'may', source: { parameter: 'smtp_tls_security_level' } },
    'takes TLS level may for a.test: smtp_tls_security_level',
  ],
  [
    {
      kind: 'tlsLevel',
      server: 'a.test',
      level: 'encrypt',
      source: { parameter: 'smtp_tls_policy_maps', key: '.test' },
      wanted: 'dane',
      dane: 'TLSA records unusable',
    },
    'takes TLS level encrypt for a.test: smtp_tls_policy_maps has an entry for .test, which says dane; ' +
      'TLSA records unusable',
  ],
  [{ kind: 'inTheClear', why: 'level' }, 'goes on in the clear: the level is none'],
  [
    { kind: 'tlsFailed', retries: false, why: 'required' },
    'does not try again in the clear: TLS is demanded',
  ],
  [
    { kind: 'reusePolicy', load: true, store: true, why: 'listed' },
    'uses and keeps connections: smtp_connection_cache_destinations lists the destination',
  ],
  [
    { kind: 'reused', foundBy: 'nexthop', use: 2 },
    'uses a connection again, for the 2nd time: one was kept for the same next hop, and answers RSET',
  ],
  [
    { kind: 'notReused', why: 'it does not answer RSET' },
    'gives up a kept connection: it does not answer RSET',
  ],
  [
    { kind: 'kept', seconds: 2, byNexthop: false },
    'keeps the connection for 2 s, to be found by server: smtp_connection_cache_time_limit, and nothing speaks ' +
      'against using it again',
  ],
  [
    { kind: 'notKept', why: 'tlsPolicy' },
    'does not keep the connection: it is encrypted, and smtp_tls_connection_reuse is off',
  ],
  [{ kind: 'helo', why: 'refused' }, 'says HELO: EHLO was refused'],
  [
    { kind: 'extensions', offered: ['SIZE'], discarded: ['DSN'] },
    'may use SIZE: the server offers them; smtp_discard_ehlo_keywords leaves out DSN',
  ],
  [
    { kind: 'conversion' },
    'converts the content to 7bit: it is 8bit, and the server does not offer 8BITMIME',
  ],
  [
    { kind: 'authentication', mechanism: 'PLAIN', offered: ['LOGIN', 'PLAIN'], options: ['noanonymous'] },
    'authenticates with PLAIN: the best of LOGIN, PLAIN, offered by the server, that satisfies noanonymous',
  ],
  [
    { kind: 'noAuthentication', why: 'noCredentials' },
    'does not authenticate: smtp_sasl_password_maps has nothing for this server',
  ],
  [
    {
      kind: 'timeLimit',
      parameter: 'smtp_helo_timeout',
      seconds: 300,
      doing: 'performing the EHLO handshake',
    },
    'waits no longer, after 300 s while performing the EHLO handshake: smtp_helo_timeout = 300s',
  ],
  [
    { ...failed, decision: 'keep', recipients: 2, finalServer: false },
    'leaves 2 recipients to the next server: 4.3.0 is temporary, and another server is left',
  ],
  [
    { ...failed, decision: 'bounce', recipients: 1, dsn: '5.1.1', finalServer: false },
    'bounces the recipient: 5.1.1 is permanent, whatever other servers say',
  ],
  [
    { ...failed, decision: 'keep', recipients: 1, dsn: '5.1.1', finalServer: false, softBounce: true },
    'leaves the recipient to the next server: 5.1.1 is permanent, soft_bounce is on, and another server is left',
  ],
  [
    { kind: 'suspension', scope: 'stream' },
    'has the destination left alone for a while: a recipient is deferred by a failure of scope stream, before any ' +
      'session came to its end',
  ],
  [
    { kind: 'passedOn', transport: 'local' },
    'passes the mail on to local: best_mx_transport: the mail loops back to this host',
  ],
];

describe('in words', () => {
  for (const [decision, words] of WORDS) {
    test(words, () => {
      const { about, text, because } = explain(decision, 'smtp');
      expect(`${text}: ${because}`).toBe(words);
      expect(topics).toContain(about);
    });
  }
});

test('parameters are called as the service calls them', () => {
  const { because } = explain(
    { kind: 'timeLimit', parameter: 'smtp_mail_timeout', seconds: 9, doing: 'sending MAIL FROM' },
    'lmtp',
  );
  expect(because).toBe('lmtp_mail_timeout = 9s');
});
