/**
 * Names of this host and of the mail system: seen in the dialogue, and in parameters that mention them. What release and
 * date are by default is the sender's own affair, so nothing is expected of that.
 */
import {
  bounced,
  connections,
  delivered,
  dialogue,
  mailHost,
  message,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';
const hosts = { mx: mailHost() };
const lmtp = { service: 'lmtp', nexthop: '[mx.example.test]' } as const;

/** What EHLO and LHLO call this host. */
const names = [
  {
    parameter: 'myhostname',
    title: 'This host calls itself by myhostname',
    config: { myhostname: 'mail.corp.test' },
    name: 'mail.corp.test',
  },
  {
    parameter: 'mydomain',
    title: '$mydomain is mydomain, whatever the name of this host',
    config: { mydomain: 'corp.test', smtp_helo_name: 'out.$mydomain', lmtp_lhlo_name: 'out.$mydomain' },
    name: 'out.corp.test',
  },
  {
    parameter: 'mail_version',
    title: '$mail_version is what mail_version says the release is called',
    config: {
      mail_version: '9.9-x',
      smtp_helo_name: 'v$mail_version.client.test',
      lmtp_lhlo_name: 'v$mail_version.client.test',
    },
    name: 'v9.9-x.client.test',
  },
  {
    parameter: 'mail_release_date',
    title: '$mail_release_date is what mail_release_date says',
    config: {
      mail_release_date: '20270101',
      smtp_helo_name: 'd$mail_release_date.client.test',
      lmtp_lhlo_name: 'd$mail_release_date.client.test',
    },
    name: 'd20270101.client.test',
  },
] as const;

export default [
  ...names.flatMap(({ parameter, title, config, name }) => [
    scenario(`parameters/${parameter.replaceAll('_', '-')}`, {
      title,
      clauses: [`postfix:${parameter}`],
      dns,
      hosts,
      config,
      send: message({ to }),
      expect: [delivered(to), dialogue('mx', ['S: 220 *', `C: EHLO ${name}`, '...'])],
    }),
    scenario(`parameters/${parameter.replaceAll('_', '-')}-lmtp`, {
      title: `${title} (LMTP)`,
      clauses: [`postfix:${parameter}`],
      dns,
      hosts: { mx: mailHost({ protocol: 'lmtp' }) },
      config,
      send: message({ to, ...lmtp }),
      expect: [delivered(to), dialogue('mx', ['S: 220 *', `C: LHLO ${name}`, '...'])],
    }),
  ]),
  scenario('parameters/mydomain-is-that-of-myhostname', {
    title: 'Without mydomain it is what myhostname has after its first label',
    clauses: ['postfix:mydomain', 'postfix:myhostname'],
    dns,
    hosts,
    config: { myhostname: 'mail.corp.test', smtp_helo_name: 'out.$mydomain' },
    send: message({ to }),
    expect: [delivered(to), dialogue('mx', ['S: 220 *', 'C: EHLO out.corp.test', '...'])],
  }),
  scenario('parameters/mydomain-is-local', {
    title: 'Users at localhost.$mydomain are local: generic maps know them by their names alone',
    clauses: ['postfix:mydomain', 'postfix:mydestination'],
    dns,
    hosts,
    config: { mydomain: 'corp.test', smtp_generic_maps: 'inline:{local=out@there.test}' },
    send: message({ from: 'local@localhost.corp.test', to, headers: { From: '<>', To: '<>' } }),
    expect: [delivered(to), dialogue('mx', ['...', 'C: MAIL FROM:<out@there.test> *', '...'])],
  }),
  ...[
    { level: '0', shown: 'f??r' },
    { level: '0.9', shown: 'f??r' },
    { level: '1', shown: 'für' },
    { level: '3.6', shown: 'für' },
  ].map(({ level, shown }) =>
    scenario(`parameters/compatibility-level-${level}`, {
      title: `At compatibility_level ${level} smtputf8_enable is ${shown === 'für' ? 'yes' : 'no'} by default`,
      clauses: ['postfix:compatibility_level', 'postfix:smtputf8_enable'],
      dns,
      hosts: { mx: mailHost({ rcpt: '550 5.1.1 für' }) },
      config: { compatibility_level: level },
      send: message({ to }),
      expect: [
        bounced(to, { dsn: '5.1.1', reason: `*said: 550 5.1.1 ${shown} (in reply to RCPT TO command)` }),
        connections('mx', 1),
      ],
    }),
  ),
];
