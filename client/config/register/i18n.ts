/** Addresses and domains beyond ASCII. */
import type { Parameter } from '../parameter.ts';

export const i18n = {
  enable_idna2003_compatibility: {
    type: 'bool',
    default: 'no',
    since: '3.2',
    group: 'i18n',
    seed: true,
    meaning: 'Domains are converted for DNS with the transitional mapping of IDNA2003.',
  },
  smtputf8_enable: {
    type: 'bool',
    default: '${{$compatibility_level} <level {1} ? {no} : {yes}}',
    since: '3.0',
    group: 'i18n',
    seed: true,
    meaning: 'Addresses and domains may be UTF-8, and SMTPUTF8 is used where needed.',
  },
  smtputf8_autodetect_classes: {
    type: 'list',
    words: ['all', 'sendmail', 'smtpd', 'qmqpd', 'forward', 'bounce', 'notify', 'verify'],
    default: 'sendmail, verify',
    minLength: 1,
    since: '3.0',
    group: 'i18n',
    seed: true,
    meaning: 'Origins of mail that is searched for addresses and headers in UTF-8.',
  },
  strict_smtputf8: {
    type: 'bool',
    default: 'no',
    since: '3.0',
    group: 'i18n',
    meaning: 'Only messages that are strict UTF-8 are taken as SMTPUTF8.',
    noEffect: 'It acts where mail is received or submitted, not where it is delivered.',
  },
} as const satisfies Record<string, Parameter>;
