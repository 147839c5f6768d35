/** smtp_pix_workaround_maps: what is done about a PIX firewall, by server address. */
import {
  delivered,
  elapsed,
  logged,
  mailHost,
  message,
  notLogged,
  pipelined,
  scenario,
  zone,
} from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 a', a: '192.0.2.1' });
const to = 'user@example.test';
const stars = '220 ****************';
const clauses = ['postfix:smtp_pix_workaround_maps', 'postfix:delivery-5.2'];
const extended = [['EHLO *'], ['MAIL FROM:*', 'RCPT TO:*', 'DATA'], ['.', 'QUIT']];
const plain = [['HELO *'], ['MAIL FROM:*'], ['RCPT TO:*'], ['DATA'], ['.'], ['QUIT']];

const cases = [
  {
    name: 'by-address',
    title: 'Work-arounds that the maps give for the address of the server take the place of those for all',
    value: 'inline:{192.0.2.1=disable_esmtp}',
    words: '',
    groups: plain,
    logs: [/enabling PIX workarounds: disable_esmtp for a\.example\.test\[192\.0\.2\.1\]:25$/],
  },
  {
    name: 'other-address',
    title: 'For an address that is not in the maps smtp_pix_workarounds counts',
    value: 'cidr:{{192.0.2.2/31 no_such_word}}',
    words: 'disable_esmtp',
    groups: plain,
    logs: [/enabling PIX workarounds: disable_esmtp for /],
  },
  {
    name: 'unknown-word',
    title: 'A word that is no work-around switches them off for this server',
    value: 'inline:{192.0.2.1=none}',
    words: 'disable_esmtp',
    groups: extended,
    logs: [/enabling PIX workarounds: {2}for a\.example\.test/],
  },
  {
    name: 'empty-answer',
    title: 'An empty answer of the maps is an error of theirs, and smtp_pix_workarounds counts',
    value: 'inline:{192.0.2.1=}',
    words: 'disable_esmtp',
    groups: plain,
    logs: [
      'smtp_pix_workaround_maps lookup of 192.0.2.1 returns an empty string result',
      'smtp_pix_workaround_maps should return NO RESULT in case of NOT FOUND',
      /enabling PIX workarounds: disable_esmtp for /,
    ],
  },
  {
    name: 'fails',
    title: 'A map that fails costs no mail: smtp_pix_workarounds counts',
    value: 'fail:broken',
    words: 'disable_esmtp',
    groups: plain,
    logs: [
      'warning: fail:broken lookup error for "192.0.2.1"',
      /enabling PIX workarounds: disable_esmtp for /,
    ],
  },
] as const;

export default [
  ...cases.map(({ name, title, value, words, groups, logs }) =>
    scenario(`greeting/pix-map-${name}`, {
      title,
      clauses,
      origins: name === 'empty-answer' ? ['delivery-127'] : [],
      dns,
      hosts: { a: mailHost({ greeting: stars }) },
      config: { smtp_pix_workaround_maps: value, smtp_pix_workarounds: words },
      send: message({ to }),
      expect: [delivered(to, { via: 'a' }), pipelined('a', groups), ...logs.map((line) => logged(line))],
    }),
  ),
  scenario('greeting/pix-map-without-stars', {
    title: 'The maps are not asked about a server whose greeting is whole',
    clauses,
    dns,
    hosts: { a: mailHost() },
    config: { smtp_pix_workaround_maps: 'fail:broken' },
    send: message({ to }),
    expect: [delivered(to, { via: 'a' }), pipelined('a', extended), notLogged('broken')],
  }),
  scenario('greeting/pix-map-lmtp', {
    title: 'LMTP has maps of its own, and leaves those of SMTP alone',
    clauses: ['postfix:lmtp_pix_workaround_maps', 'postfix:delivery-5.2'],
    dns,
    hosts: { a: mailHost({ protocol: 'lmtp', greeting: stars }) },
    config: {
      smtp_pix_workaround_maps: 'fail:broken',
      lmtp_pix_workaround_maps: 'static:delay_dotcrlf',
      lmtp_pix_workarounds: '',
      lmtp_pix_workaround_delay_time: '2s',
    },
    send: message({ to, service: 'lmtp', nexthop: 'a.example.test', age: '1h' }),
    expect: [
      delivered(to, { via: 'a' }),
      pipelined('a', [['LHLO *'], ['MAIL FROM:*', 'RCPT TO:*', 'DATA'], ['.', 'QUIT']]),
      logged(/enabling PIX workarounds: delay_dotcrlf for a\.example\.test\[192\.0\.2\.1\]:24$/),
      elapsed({ atLeast: '2s', atMost: '4s' }),
    ],
  }),
];
