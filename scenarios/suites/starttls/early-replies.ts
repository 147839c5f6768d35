/** Inside TLS, a reply that nothing has asked for (security reference 20). */
import {
  bounced,
  close,
  deferred,
  dialogue,
  dialogueHost,
  expectClose,
  logged,
  message,
  scenario,
  startTls,
} from '../../scenario.ts';
import { dns, SERVER, to } from './_server.ts';

const services = [
  { service: 'smtp', hello: 'EHLO', request: {} },
  {
    service: 'lmtp',
    hello: 'LHLO',
    request: { service: 'lmtp', nexthop: 'inet:a.example.test:25' },
  },
] as const;

export default services.flatMap(({ service, hello, request }) => {
  const script = dialogueHost([
    'S: 220 a.example.test ESMTP',
    `C: ${hello} client.test`,
    'S: 250-a.example.test',
    'S: 250 STARTTLS',
    'C: STARTTLS',
    'S: 220 go',
    startTls(),
    `C: ${hello} client.test`,
    'S: 250-a.example.test',
    'S: 250 PIPELINING',
    'S: 250 2.0.0 INJECTED',
    'C: MAIL FROM:*',
    'S: 250 2.1.0 ok',
    'C: RCPT TO:*',
    'S: 250 2.1.5 ok',
    'C: DATA',
    'S: 354 go',
    'C: RSET',
    'C: QUIT',
    // An LMTP client waits for the reply to QUIT.
    service === 'smtp' ? expectClose() : close(),
  ]);
  const send = message({ to, ...request });
  const may = { [`${service}_tls_security_level`]: 'may' };
  const hosts = { a: script };
  const shifted = dialogue('a', [
    '...',
    '{TLS}',
    '...',
    'S: 250 2.0.0 INJECTED',
    'C: MAIL FROM:*',
    '...',
    'C: DATA',
    '...',
  ]);
  return [
    scenario(`starttls/${service}-early-reply`, {
      title: `A reply too many inside TLS makes the others those of the commands before (${service})`,
      clauses: [`postfix:${service}_tls_security_level`],
      origins: ['security-60b'],
      dns,
      hosts,
      config: may,
      send,
      expect: [
        bounced(to, {
          dsn: '5.5.0',
          reason: `Protocol error: host ${SERVER} said: 250 2.1.5 ok (in reply to DATA command)`,
        }),
        shifted,
      ],
    }),
    scenario(`starttls/${service}-early-reply-blocked`, {
      title: `With ${service}_tls_block_early_mail_reply mail waits when a reply is there before MAIL`,
      clauses: [`postfix:${service}_tls_block_early_mail_reply`],
      origins: ['security-60b'],
      dns,
      hosts,
      config: { ...may, [`${service}_tls_block_early_mail_reply`]: 'yes' },
      send,
      expect: [
        deferred(to, { dsn: '4.7.0', reason: 'unexpected server message' }),
        shifted,
        logged(`server ${SERVER} violates ${service}_tls_block_early_mail_reply policy`),
      ],
    }),
  ];
});
