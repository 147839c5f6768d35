/** After the final dot an LMTP server replies for each accepted recipient. */
import { bounced, deferred, delivered, listening, mailHost, message, scenario } from '../../scenario.ts';

export default [
  scenario('lmtp/reply-for-each-recipient', {
    title: 'Three recipients, three replies after the final dot, three fates',
    clauses: ['rfc2033-4.2-02', 'rfc2033-4.2-05'],
    hosts: {
      store: listening(
        { unix: '/run/lmtp' },
        mailHost({
          protocol: 'lmtp',
          endOfData: { 'b@example.test': '450 4.2.2 full', 'c@example.test': '550 5.2.1 disabled' },
        }),
      ),
    },
    send: message({
      service: 'lmtp',
      nexthop: 'unix:/run/lmtp',
      to: ['a@example.test', 'b@example.test', 'c@example.test'],
    }),
    expect: [
      delivered('a@example.test', { via: 'store', relay: 'client.test[/run/lmtp]' }),
      deferred('b@example.test', { dsn: '4.2.2' }),
      bounced('c@example.test', { dsn: '5.2.1' }),
    ],
  }),
];
