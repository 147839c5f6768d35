/** What the property of TLS is about: servers, their names in DNS, a configuration, and messages, at random. */
import fc from 'fast-check';
import { authority, type Credential, selfSigned } from '../../simulator/certificates/authority.ts';
import type { HandshakeFault } from '../../simulator/hosts/tls/faults.ts';

export const DOMAIN = 'example.test';
export const hostName = (index: number): string => `mx${index}.mail.test`;
export const SERVERS_LIMIT = 2;

const root = authority('Property Root');
const stranger = authority('Unknown Root');

const chained = (credential: Credential): Credential => credential.withChain(credential, root);
const CERTIFICATES = {
  good: (host: string) => chained(root.issue(host, { names: [host, DOMAIN] })),
  hostOnly: (host: string) => chained(root.issue(host)),
  domainOnly: (host: string) => chained(root.issue(host, { names: [DOMAIN] })),
  otherName: (host: string) => chained(root.issue(host, { names: ['elsewhere.test'] })),
  expired: (host: string) => chained(root.issue(host, { names: [host, DOMAIN], validity: 'expired' })),
  unknownIssuer: (host: string) => stranger.issue(host, { names: [host, DOMAIN] }),
  selfSigned: (host: string) => selfSigned(host, { names: [host, DOMAIN] }),
} as const;
export type CertificateKind = keyof typeof CERTIFICATES;

const made = new Map<string, Credential>();

/** One for each kind and host: making them takes time. */
export function credentialOf(kind: CertificateKind, index: number): Credential {
  const key = `${kind} ${index}`;
  const credential = made.get(key) ?? CERTIFICATES[kind](hostName(index));
  made.set(key, credential);
  return credential;
}

export { root };

const rare = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const mechanisms = fc.subarray(['PLAIN', 'LOGIN', 'CRAM-MD5', 'DIGEST-MD5', 'SCRAM-SHA-256', 'ANONYMOUS']);

const handshake: fc.Arbitrary<HandshakeFault> = fc.oneof(
  fc.record({
    afterBytes: fc.nat(900),
    then: fc.constantFrom('close' as const, 'reset' as const, 'silent' as const),
  }),
  fc.record({ instead: fc.constantFrom('250 this is no TLS\r\n', '\x16\x03\x01', '') }),
  fc.record({ alert: fc.constantFrom(40, 70, 112) }),
  fc.record({ corruptByte: fc.nat(900) }),
);

const server = fc.record({
  starttls: fc.oneof(
    { weight: 5, arbitrary: fc.constant('offered' as const) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'absent',
        '454 4.7.0 not now',
        '554 5.7.0 never',
        '354 what?',
        '421 4.3.2 bye',
      ),
    },
  ),
  certificate: fc.constantFrom(...(Object.keys(CERTIFICATES) as CertificateKind[])),
  handshake: rare(handshake),
  /** The session ends there; in the n-th connection. */
  fault: rare(
    fc.record({
      at: fc.constantFrom(
        'ehlo' as const,
        'mail' as const,
        'rcpt' as const,
        'data' as const,
        'endOfData' as const,
      ),
      then: fc.constantFrom('close' as const, 'reset' as const),
      count: fc.integer({ min: 1, max: 2 }),
      connection: fc.integer({ min: 1, max: 2 }),
    }),
  ),
  mechanisms,
  clearMechanisms: mechanisms,
  announcesRequireTls: fc.boolean(),
  tlsa: fc.constantFrom('none', 'own', 'root', 'wrong', 'unknownUsage', 'unusable', 'fails'),
  tlsaSecure: fc.boolean(),
  addressSecure: fc.oneof(
    { weight: 3, arbitrary: fc.constant(true) },
    { weight: 1, arbitrary: fc.constant(false) },
  ),
});

const message = fc.record({
  requireTls: fc.boolean(),
  tlsNotRequired: rare(fc.constant(true)),
  old: fc.boolean(),
  recipients: fc.integer({ min: 1, max: 3 }),
});

const saslOptions = fc.subarray(['noplaintext', 'noanonymous', 'noactive', 'mutual_auth']);

export const plan = fc.record({
  servers: fc.array(server, { minLength: 1, maxLength: SERVERS_LIMIT }),
  exchangersSecure: fc.boolean(),
  level: fc.constantFrom('none', 'may', 'encrypt', 'fingerprint', 'verify', 'secure', 'dane', 'dane-only'),
  /** The level comes from `smtp_tls_policy_maps`. */
  byTable: fc.boolean(),
  insecureMx: fc.constantFrom('may', 'encrypt', 'dane'),
  forcesTlsa: fc.boolean(),
  requireTlsPolicy: fc.constantFrom('enforce', 'opportunistic+starttls', 'opportunistic', 'disable'),
  credentials: fc.boolean(),
  saslOptions: fc.record({ clear: saslOptions, tls: saslOptions, verified: saslOptions }),
  reuse: fc.boolean(),
  sessionCache: fc.boolean(),
  messages: fc.array(message, { minLength: 1, maxLength: 2 }),
});

export type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never;
export type ServerPlan = Plan['servers'][number];
export type MessagePlan = Plan['messages'][number];

/** Words that tell which message is spoken of, wherever they turn up. */
export function recipientsOf(message: MessagePlan, index: number): string[] {
  return Array.from({ length: message.recipients }, (_, at) => `r${at}.message${index}@${DOMAIN}`);
}
