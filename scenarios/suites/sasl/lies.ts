/** Servers that lie: what they say to prove themselves is checked, and what they ask for is bounded. */
import { deferred, delivered, dialogue, logged, message, scenario } from '../../scenario.ts';
import { AFTER_THE_END, cannot, credentials, dns, knowing, to, via } from './_server.ts';

const clauses = ['postfix:smtp_sasl_auth_enable'];
const FAILURE = 'SASL authentication failure: ';

interface Lie {
  readonly name: string;
  readonly title: string;
  readonly mechanism: string;
  readonly sasl: Parameters<typeof knowing>[1];
  readonly fault: string;
  readonly log: string;
  readonly virtualOnly?: string;
}

const lies: readonly Lie[] = [
  {
    name: 'scram-signature',
    title: 'SCRAM: a server that signs with another password is not believed',
    mechanism: 'SCRAM-SHA-256',
    sasl: { lie: 'wrongProof' },
    fault: 'authentication failure',
    log: `${FAILURE}ServerSignature mismatch`,
  },
  {
    name: 'scram-nonce',
    title: 'SCRAM: a nonce that is not begun by ours is of some other exchange',
    mechanism: 'SCRAM-SHA-1',
    sasl: { lie: 'foreignNonce' },
    fault: 'bad protocol / cancel',
    log: `${FAILURE}The nonce received from the server doesn't start from the nonce sent by the client`,
  },
  {
    name: 'scram-extension',
    title: 'SCRAM: an extension that is mandatory and unknown ends it',
    mechanism: 'SCRAM-SHA-512',
    sasl: { lie: 'unknownExtension' },
    fault: 'bad protocol / cancel',
    log: `${FAILURE}Unsupported mandatory extension to SCRAM-SHA-512`,
  },
  {
    name: 'scram-iterations',
    title: 'SCRAM: more iterations than anybody needs are not computed',
    mechanism: 'SCRAM-SHA-256',
    sasl: { iterations: 1_000_000_000 },
    fault: 'bad protocol / cancel',
    log: `${FAILURE}iteration-count is too big, refusing to compute`,
  },
  {
    name: 'scram-no-iterations',
    title: 'SCRAM: without an iteration there is nothing to prove',
    mechanism: 'SCRAM-SHA-256',
    sasl: { iterations: 0 },
    fault: 'bad protocol / cancel',
    log: `${FAILURE}Invalid iteration-count in SCRAM-SHA-256 input`,
    virtualOnly: 'Cyrus SASL computes a proof without an iteration, which no server accepts',
  },
  {
    name: 'digest-proof',
    title: 'DIGEST-MD5: a server that proves another password is not believed',
    mechanism: 'DIGEST-MD5',
    sasl: { lie: 'wrongProof', users: { 'lie-digest': 'pass' } },
    fault: 'server failed mutual authentication step',
    log: `${FAILURE}DIGEST-MD5: This server wants us to believe that he knows shared secret`,
  },
  {
    name: 'endless-login',
    title: 'LOGIN: a server that asks on gets no third answer',
    mechanism: 'LOGIN',
    sasl: { lie: 'endless' },
    fault: 'generic failure',
    log: AFTER_THE_END,
  },
  {
    name: 'endless-digest',
    title: 'DIGEST-MD5: a challenge that says nothing ends it',
    mechanism: 'DIGEST-MD5',
    sasl: { lie: 'endless', users: { 'endless-digest': 'pass' } },
    fault: 'authentication failure',
    log: `${FAILURE}Parse error`,
  },
  {
    name: 'endless-scram',
    title: 'SCRAM: a challenge that says nothing ends it',
    mechanism: 'SCRAM-SHA-256',
    sasl: { lie: 'endless' },
    fault: 'bad protocol / cancel',
    log: `${FAILURE}Invalid SCRAM-SHA-256 input`,
  },
  {
    name: 'one-more-scram',
    title: 'SCRAM: a challenge after the proof of the server ends it',
    mechanism: 'SCRAM-SHA-256',
    sasl: { lie: 'oneMore' },
    fault: 'generic failure',
    log: AFTER_THE_END,
  },
  {
    name: 'one-more-cram',
    title: 'CRAM-MD5: a second challenge ends it',
    mechanism: 'CRAM-MD5',
    sasl: { lie: 'oneMore' },
    fault: 'generic failure',
    log: AFTER_THE_END,
  },
];

export default [
  ...lies.map(({ name, title, mechanism, sasl, fault, log, virtualOnly }) =>
    scenario(`sasl/lie-${name}`, {
      title,
      clauses: [...clauses, ...(name === 'scram-signature' ? ['rfc5802-5-01'] : [])],
      dns,
      hosts: { mx: knowing([mechanism], sasl) },
      config: credentials(`${Object.keys(sasl?.users ?? { user: '' })[0]}:pass`),
      send: message({ to }),
      expect: [
        deferred(to, { dsn: '4.7.0', reason: cannot(fault), ...via }),
        logged(log),
        dialogue('mx', ['...', `C: AUTH ${mechanism}*`, '...', 'C: QUIT']),
      ],
      ...(virtualOnly !== undefined && { virtualOnly }),
    }),
  ),
  ...['SCRAM-SHA-256', 'DIGEST-MD5'].map((mechanism) =>
    scenario(`sasl/lie-no-proof-${mechanism.toLowerCase()}`, {
      title: `${mechanism}: a server that says yes without a proof is believed, as long as no proof is demanded`,
      clauses,
      dns,
      hosts: { mx: knowing([mechanism], { lie: 'noProof', users: { 'no-proof': 'pass' } }) },
      config: credentials('no-proof:pass'),
      send: message({ to }),
      expect: [
        delivered(to),
        dialogue('mx', [
          '...',
          `C: AUTH ${mechanism}*`,
          'S: 334 *',
          'C: *',
          'S: 235 *',
          'C: MAIL *',
          '...',
          'C: QUIT',
        ]),
      ],
    }),
  ),
  scenario('sasl/lie-no-proof-mutual', {
    title: 'Where mutual authentication is demanded a server that proves nothing gets no mail',
    clauses: ['postfix:smtp_sasl_security_options'],
    virtualOnly: 'Postfix demands it of the mechanism, and not of the server',
    dns,
    hosts: { mx: knowing(['SCRAM-SHA-256'], { lie: 'noProof' }) },
    config: credentials('user:pass', { smtp_sasl_security_options: 'mutual_auth' }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.7.0', reason: cannot('server failed mutual authentication step'), ...via }),
      dialogue('mx', ['...', 'C: AUTH SCRAM-SHA-256 *', 'S: 334 *', 'C: *', 'S: 235 *', 'C: QUIT']),
    ],
  }),
];
