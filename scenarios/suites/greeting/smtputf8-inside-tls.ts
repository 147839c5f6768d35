/** SMTPUTF8 is looked for before TLS, as everything that rules a server out is (security reference 7.1). */
import { bounced, dialogue, mailHost, message, noTls, scenario, zone } from '../../scenario.ts';

const to = '用户@example.test';

export default scenario('greeting/smtputf8-inside-tls', {
  title: 'A server that offers SMTPUTF8 inside TLS only is one without',
  clauses: ['postfix:smtputf8_enable', 'postfix:smtp_tls_security_level'],
  dns: zone('example.test', { MX: '10 a', a: '192.0.2.1' }),
  hosts: {
    a: mailHost({
      extensions: ['PIPELINING', '8BITMIME', 'STARTTLS'],
      tls: { extensions: ['PIPELINING', '8BITMIME', 'SMTPUTF8'] },
    }),
  },
  config: { smtp_tls_security_level: 'may' },
  send: message({ to, smtputf8: true }),
  expect: [
    bounced(to, { dsn: '5.6.7' }),
    noTls('a'),
    dialogue('a', ['S: 220 *', 'C: EHLO client.test', '...', 'C: QUIT', '...']),
  ],
});
