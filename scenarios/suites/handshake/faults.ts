/** Servers that do not bring a handshake to its end, or leave its bounds afterwards (security reference 7.2). */
import { connections, dialogue, logged, noTls } from '../../scenario.ts';
import { good, type Handshake, overSmtp, PEER } from '../certificates/_server.ts';

const problem = logged('TLS library problem: error:');
const failing = (cause: string) => logged(`SSL_connect error to ${PEER}: ${cause}`);
type Fault = NonNullable<NonNullable<Handshake['server']>['handshake']>;

const faults: Readonly<
  Record<string, Pick<Handshake, 'title' | 'origins' | 'expect'> & { readonly fault: Fault }>
> = {
  closed: {
    title: 'A server that closes the connection in place of a handshake',
    origins: ['security-40', 'field-TL10'],
    fault: { afterBytes: 0 },
    expect: [failing('lost connection')],
  },
  reset: {
    title: 'A server that resets the connection in place of a handshake',
    fault: { afterBytes: 0, then: 'reset' },
    expect: [failing('Connection reset by peer')],
  },
  text: {
    title: 'A server that goes on in plain text',
    origins: ['security-41', 'field-TL09'],
    fault: { instead: '500 what?\r\n' },
    expect: [failing('-1'), logged('wrong version number:')],
  },
  'alert-handshake-failure': {
    title: 'A server that answers with the alert handshake_failure',
    fault: { alert: 40 },
    expect: [failing('-1'), logged('alert handshake failure:*SSL alert number 40:')],
  },
  'alert-unrecognized-name': {
    title: 'A server that answers with the alert unrecognized_name',
    fault: { alert: 112 },
    expect: [failing('-1'), logged('unrecognized name:*SSL alert number 112:')],
  },
  'alert-internal-error': {
    title: 'A server that answers with the alert internal_error',
    fault: { alert: 80 },
    expect: [failing('-1'), logged('internal error:*SSL alert number 80:')],
  },
  'cut-off': {
    title: 'A server that breaks off in the midst of its first flight',
    fault: { afterBytes: 90 },
    expect: [failing('lost connection')],
  },
  'damaged-hello': {
    title: 'A server whose hello is damaged',
    fault: { corruptByte: 12 },
    expect: [failing('-1'), problem],
  },
  damaged: {
    title: 'A server whose certificate is damaged on the way',
    fault: { corruptByte: 300 },
    expect: [failing('-1'), problem],
  },
};

export default [
  ...Object.entries(faults).map(([name, { title, origins, fault, expect = [] }]) =>
    overSmtp(`handshake/fault-${name}`, {
      title: `${title} is given up at once, without QUIT`,
      clauses: ['rfc3207-4-04'],
      shows: ['smtp_tls_security_level'],
      ...(origins && { origins }),
      server: { credential: good, handshake: fault },
      config: {},
      outcome: 'no handshake',
      expect: [noTls('mx'), connections('mx', 1), ...expect],
    }),
  ),
  overSmtp('handshake/renegotiation', {
    title: 'A server that asks for another handshake is refused it',
    shows: ['smtp_tls_security_level'],
    origins: ['security-93'],
    server: { credential: good, maxVersion: 'TLSv1.2', afterHandshake: 'renegotiate' },
    config: {},
    outcome: 'lost',
    expect: [problem],
    endsWithoutQuit: true,
    virtualOnly: 'how far the dialogue comes before the refusal depends on time',
  }),
  overSmtp('handshake/plaintext-within', {
    title: 'Plain text in the midst of TLS is the end of the connection',
    shows: ['smtp_tls_security_level'],
    server: { credential: good, afterHandshake: { plaintext: '250 hello\r\n' } },
    config: {},
    outcome: 'lost',
    expect: [problem],
    endsWithoutQuit: true,
  }),
  overSmtp('handshake/no-close-notify', {
    title: 'A server that closes the connection without a word of TLS after QUIT is like any other',
    shows: ['smtp_tls_security_level'],
    origins: ['field-TL23'],
    server: { credential: good, closeNotify: false },
    config: {},
    outcome: 'delivered',
    expect: [dialogue('mx', ['...', '{TLS}', '...', 'C: QUIT', '...'])],
  }),
];
