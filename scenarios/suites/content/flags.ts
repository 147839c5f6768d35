/** The flags of a delivery service: lines in front of the message, and what they forbid. */
import {
  bounced,
  check,
  deferred,
  delivered,
  logged,
  mailHost,
  message,
  received,
  scenario,
  verifies,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const lines = (...texts: string[]) => texts.map((text) => `${text}\r\n`).join('');
const content = lines('Subject: x', '', 'Body.');
const clauses = ['postfix:delivery-1.6'];
const tolerates = { 'rfc1870-6-03': 'Postfix declares the size before it adds headers' };
const recipient = { address: 'a b@example.test', original: 'first@example.test' };

const added = [
  {
    name: 'all',
    title: 'Lines are put in front in a fixed order, whatever the order of the flags',
    origins: ['delivery-9'],
    flags: 'DOR',
    arrives: [
      'Return-Path: <sender@client.test>',
      'X-Original-To: first@example.test',
      'Delivered-To: "a b"@example.test',
    ],
  },
  {
    name: 'return-path',
    title: 'The null sender is shown as such',
    flags: 'R',
    from: '',
    arrives: ['Return-Path: <>'],
  },
  {
    name: 'rewritten',
    title: 'Generic maps and header checks apply to lines that are put in front',
    flags: 'DR',
    config: {
      smtp_generic_maps: 'inline:{sender@client.test=out@there.test}',
      smtp_header_checks: 'regexp:{{/^delivered-to: (.*)/ REPLACE X-Delivered: $$1}}',
    },
    arrives: ['Return-Path: <out@there.test>', 'X-Delivered: "a b"@example.test'],
  },
];

const loops = [
  { name: 'loop', header: 'Delivered-To:  "A B"@Example.TEST', flags: 'D', loops: true },
  {
    name: 'loop-behind-folds',
    header: 'X: y\r\n\tz\r\ndelivered-TO:"a b"@example.test',
    flags: 'XD',
    loops: true,
  },
  { name: 'no-loop-folded', header: 'Delivered-To:\r\n\t"a b"@example.test', flags: 'D', loops: false },
  { name: 'no-loop', header: 'Delivered-To: a.b@example.test', flags: 'D', loops: false },
  { name: 'loop-not-looked-for', header: 'Delivered-To: "a b"@example.test', flags: 'O', loops: false },
];

const wellFormedHeaders = check(
  'fields have names of printable ASCII and no line end within',
  ({ deliveries }) =>
    deliveries
      .flatMap((delivery) => delivery.content.toString('latin1').split('\r\n\r\n')[0]?.split('\r\n') ?? [])
      .find((line) => !/^[!-9;-~]+:[^\r\n]*$/.test(line)),
);

export default [
  ...added.map(({ name, title, origins = [], flags, from, config = {}, arrives }) =>
    scenario(`content/flags-${name}`, {
      title,
      clauses,
      origins,
      flags,
      dns,
      hosts: { mx: mailHost() },
      config,
      send: message({ to: recipient, content, ...(from !== undefined && { from }) }),
      expect: [
        delivered(recipient.address, { via: 'mx' }),
        received('mx', { count: 1, content: `${lines(...arrives)}${content}` }),
        verifies(['rfc5322-2.2-01', 'rfc5322-2.2-02'], wellFormedHeaders),
        ...('smtp_header_checks' in config ? [logged(/replace: header Delivered-To/)] : []),
      ],
      tolerates,
    }),
  ),
  ...loops.map(({ name, header, flags, loops: isLoop }) =>
    scenario(`content/flags-${name}`, {
      title: isLoop
        ? 'With flag D a message that was delivered to the recipient before is returned unsent'
        : 'A message is sent that was not delivered to the recipient before, as far as the flags ask',
      clauses,
      origins: name === 'loop' ? ['delivery-8'] : [],
      flags,
      dns,
      hosts: { mx: mailHost() },
      send: message({ to: recipient, content: `${header}\r\n${content}` }),
      expect: isLoop
        ? [
            bounced(recipient.address, {
              dsn: '5.4.6',
              reason: `mail forwarding loop for ${recipient.address}`,
            }),
            logged('relay=smtp,'),
          ]
        : [delivered(recipient.address, { via: 'mx' })],
      tolerates: isLoop ? {} : tolerates,
    }),
  ),
  ...['D', 'O', 'DO'].map((flags) =>
    scenario(`content/flags-two-recipients-${flags.toLowerCase()}`, {
      title: `Flags ${flags} make sense for one recipient only: mail for two at once waits`,
      clauses,
      origins: flags === 'D' ? ['delivery-7'] : [],
      flags,
      dns,
      hosts: { mx: mailHost() },
      send: message({ to: ['a@example.test', 'b@example.test'], content }),
      expect: [
        ...['a@example.test', 'b@example.test'].map((to) =>
          deferred(to, { dsn: '4.3.5', reason: 'mail system configuration error' }),
        ),
        logged(`flag \`${flags[0]}' requires smtp_destination_recipient_limit = 1`),
        logged('relay=smtp,'),
      ],
    }),
  ),
  scenario('content/flags-two-recipients-r', {
    title: 'Flag R is for any number of recipients',
    clauses,
    flags: 'R',
    dns,
    hosts: { mx: mailHost() },
    send: message({ to: ['a@example.test', 'b@example.test'], content }),
    expect: [
      delivered('a@example.test', { via: 'mx' }),
      delivered('b@example.test', { via: 'mx' }),
      received('mx', { count: 1, content: `Return-Path: <sender@client.test>\r\n${content}` }),
    ],
    tolerates,
  }),
];
