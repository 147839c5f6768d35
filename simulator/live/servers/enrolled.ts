/** The real servers that mail is delivered to in the sandbox. */
import { aiosmtpd } from './aiosmtpd.ts';
import { dovecot } from './dovecot.ts';
import { exim } from './exim.ts';
import { opensmtpd } from './opensmtpd.ts';
import { postfix } from './postfix.ts';
import type { ServerEnrolment } from './server.ts';
import { smtpServer } from './smtp-server.ts';

export const realServers: readonly ServerEnrolment[] = [
  postfix,
  exim,
  opensmtpd,
  dovecot,
  smtpServer,
  aiosmtpd,
];
