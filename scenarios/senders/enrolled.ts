/** Every sender that can be put to the test beside our own client, in a fixed order. */
import { exim } from './exim/exim.ts';
import { msmtp } from './msmtp.ts';
import { nodemailer } from './nodemailer.ts';
import { opensmtpd } from './opensmtpd/opensmtpd.ts';
import { postfix } from './postfix.ts';
import type { Enrolment } from './sender.ts';

export const enrolments: readonly Enrolment[] = [postfix, exim, opensmtpd, nodemailer, msmtp];
