/** Where credentials come from: the sender, the server's name, the next hop; and how they are read. */
import {
  connections,
  deferred,
  delivered,
  dialogue,
  logged,
  mailHost,
  message,
  scenario,
  zone,
} from '../../scenario.ts';
import { credentials, dns, offering, PLAIN, SERVER, to, via } from './_server.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const maps = ['postfix:smtp_sasl_password_maps'];
const accepting = offering('PLAIN', { auth: '235 ok' });

/** Delivered, authenticated as `user:password`, or not at all. */
const known = (
  name: string,
  title: string,
  {
    user,
    config,
    from = 'sender@client.test',
    nexthop,
    origins = [],
    clauses = maps,
  }: {
    user: string | undefined;
    config: Record<string, string>;
    from?: string;
    nexthop?: string;
    origins?: string[];
    clauses?: string[];
  },
) =>
  scenario(`sasl/credentials-${name}`, {
    title,
    clauses,
    origins,
    dns,
    hosts: { mx: accepting },
    config: credentials('', config),
    send: message({ to, from, ...(nexthop !== undefined && { nexthop }) }),
    expect: [
      delivered(to),
      dialogue('mx', [
        '...',
        'S: 250 AUTH PLAIN',
        ...(user === undefined
          ? []
          : [`C: AUTH PLAIN ${base64(`\0${user.replace(/:/, '\0')}`)}`, 'S: 235 ok']),
        'C: MAIL *',
        '...',
        'C: QUIT',
      ]),
    ],
  });

const sender = {
  smtp_sender_dependent_authentication: 'yes',
  smtp_sasl_password_maps:
    'inline:{ {sender@client.test=one:pass}, {other@client.test=two:pass}, {local=three:pass}, {@far.test=four:pass}, {mx.example.test=host:pass} }',
  myorigin: 'client.test',
};
const byTable = (map: string) => ({ smtp_sasl_password_maps: `inline:{ ${map} }` });

export default [
  known('of-host', 'Credentials are looked for under the name of the server', {
    user: 'user:pass',
    config: byTable('mx.example.test=user:pass'),
  }),
  known('of-domain', 'Then under the next hop', {
    user: 'user:pass',
    config: byTable('example.test=user:pass'),
  }),
  known('host-first', 'The name of the server comes before the next hop', {
    user: 'host:pass',
    config: byTable('{mx.example.test=host:pass}, {example.test=domain:pass}'),
  }),
  known('bracketed', 'The next hop is looked for as it is written', {
    user: 'user:pass',
    nexthop: '[mx.example.test]:smtp',
    config: byTable('{[mx.example.test]:smtp=user:pass}, {example.test=other:pass}'),
  }),
  known('not-without-port', 'A next hop with a port is not looked for without it', {
    user: undefined,
    nexthop: '[192.0.2.1]:25',
    config: byTable('{[192.0.2.1]=user:pass}'),
  }),
  known('delimiter-in-password', 'A password may have the delimiter in it', {
    user: 'user:pa:ss',
    config: byTable('mx.example.test=user:pa:ss'),
    origins: ['security-151'],
  }),
  known('without-password', 'A user without a password has an empty one', {
    user: 'useronly:',
    config: byTable('mx.example.test=useronly'),
    origins: ['security-151'],
  }),
  known('delimiter', 'Another delimiter divides user and password', {
    user: 'user:pa:ss',
    config: { ...byTable('mx.example.test=user|pa:ss'), smtp_sasl_password_result_delimiter: '|' },
    clauses: ['postfix:smtp_sasl_password_result_delimiter'],
  }),
  known('of-sender', 'Authentication depends on the sender where that is asked for', {
    user: 'two:pass',
    from: 'other@client.test',
    config: sender,
    clauses: ['postfix:smtp_sender_dependent_authentication'],
  }),
  known('of-sender-extension', 'The address of a sender is looked for without its extension too', {
    user: 'one:pass',
    from: 'sender+tag@client.test',
    config: { ...sender, recipient_delimiter: '+' },
    clauses: ['postfix:smtp_sender_dependent_authentication'],
  }),
  known('of-local-part', 'Of a local sender the local part will do', {
    user: 'three:pass',
    from: 'local@client.test',
    config: sender,
    clauses: ['postfix:smtp_sender_dependent_authentication'],
  }),
  known('of-sender-domain', 'The domain of a sender will do', {
    user: 'four:pass',
    from: 'anybody@far.test',
    config: sender,
    clauses: ['postfix:smtp_sender_dependent_authentication'],
  }),
  known('of-unknown-sender', 'What is not known of the sender is looked for under the server', {
    user: 'host:pass',
    from: 'stranger@elsewhere.test',
    config: sender,
    clauses: ['postfix:smtp_sender_dependent_authentication'],
  }),
  known('of-null-sender', 'The null sender has no credentials of its own', {
    user: 'host:pass',
    from: '',
    config: {
      ...sender,
      smtp_sasl_password_maps: 'inline:{ {mx.example.test=host:pass}, {MAILER-DAEMON=no:pass} }',
    },
    origins: ['security-168'],
    clauses: ['postfix:smtp_sender_dependent_authentication'],
  }),
  known('sender-ignored', 'Otherwise the sender does not matter', {
    user: 'host:pass',
    from: 'sender@client.test',
    config: { ...sender, smtp_sender_dependent_authentication: 'no' },
    clauses: ['postfix:smtp_sender_dependent_authentication'],
  }),
  scenario('sasl/credentials-unknown', {
    title: 'A table that fails leaves open whether there are credentials: nothing is sent',
    clauses: maps,
    origins: ['security-167'],
    dns,
    hosts: { mx: accepting },
    config: credentials('', { smtp_sasl_password_maps: 'fail:temporarily' }),
    send: message({ to }),
    expect: [
      deferred(to, { dsn: '4.3.0', reason: `local data error while talking to ${SERVER}`, ...via }),
      logged('fail:temporarily lookup error for "mx.example.test"'),
      logged('smtp_sasl_password_maps lookup error'),
      dialogue('mx', ['...', 'S: 250 AUTH PLAIN', 'C: QUIT']),
    ],
  }),
  scenario('sasl/credentials-of-fallback-relay', {
    title: 'For a fallback relay the next hop is the relay',
    clauses: maps,
    dns: [
      zone('example.test', { MX: '10 mx', mx: '192.0.2.1' }),
      zone('relay.test', { MX: '10 host', host: '192.0.2.2' }),
    ],
    hosts: { mx: mailHost({ greeting: '421 busy' }), 'host.relay.test': accepting },
    config: credentials('', {
      smtp_fallback_relay: 'relay.test',
      ...byTable('{relay.test=user:pass}, {example.test=other:pass}'),
    }),
    send: message({ to }),
    expect: [
      delivered(to, { via: 'host.relay.test' }),
      connections('mx', 1),
      dialogue('host.relay.test', ['...', `C: ${PLAIN}`, 'S: 235 ok', '...', 'C: QUIT']),
      logged('host mx.example.test[192.0.2.1] refused to talk to me: 421 busy'),
    ],
  }),
];
