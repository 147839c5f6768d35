/** What trouble leads to, and who is told. */
import type { Parameter } from '../parameter.ts';

export const trouble = {
  smtp_reply_filter: {
    type: 'table',
    default: '',
    lmtp: { name: 'lmtp_reply_filter' },
    since: '2.7',
    group: 'trouble',
    seed: true,
    meaning:
      "A lookup table of what takes the place of a line of a server's reply, before it is interpreted.",
  },
  notify_classes: {
    type: 'list',
    words: ['bounce', '2bounce', 'data', 'delay', 'policy', 'protocol', 'resource', 'software'],
    default: 'resource, software',
    since: 'before 2.0',
    group: 'trouble',
    seed: true,
    meaning:
      'Which kinds of trouble the postmaster is told of by mail; this client meets only protocol and data.',
  },
  error_notice_recipient: {
    type: 'string',
    default: 'postmaster',
    minLength: 1,
    since: 'before 2.0',
    group: 'trouble',
    seed: true,
    meaning: 'Who gets the mail about trouble.',
  },
  header_from_format: {
    type: 'enum',
    default: 'standard',
    words: ['standard', 'obsolete'],
    minLength: 1,
    since: '3.3',
    group: 'trouble',
    meaning:
      'How mail about trouble names its author and its reader: display names before, or comments after.',
  },
  default_delivery_status_filter: {
    type: 'string',
    default: '',
    since: '3.0',
    group: 'trouble',
    seed: true,
    meaning: 'What smtp_delivery_status_filter and its like in other services are when they are not set.',
  },
  smtp_delivery_status_filter: {
    type: 'tables',
    default: '$default_delivery_status_filter',
    lmtp: { name: 'lmtp_delivery_status_filter' },
    since: '3.0',
    group: 'trouble',
    seed: true,
    meaning:
      'Lookup tables, by status code and reason, of what an outcome is told as; a delay may become a failure and the other way round.',
  },
  soft_bounce: {
    type: 'bool',
    default: 'no',
    since: 'before 2.0',
    group: 'trouble',
    meaning: 'Every permanent failure becomes a temporary one.',
  },
  internal_mail_filter_classes: {
    type: 'list',
    words: ['notify', 'bounce', 'sendmail', 'smtpd', 'qmqpd', 'forward', 'verify'],
    default: '',
    since: '2.3',
    group: 'trouble',
    seed: true,
    meaning: 'Which mail that the system makes itself is inspected: bounces, notices.',
  },
  helpful_warnings: {
    type: 'bool',
    default: 'yes',
    since: '2.0',
    group: 'trouble',
    meaning: 'Hints about likely mistakes are logged.',
  },
  minimal_backoff_time: {
    type: 'time',
    default: '300s',
    unit: 's',
    min: 1,
    since: 'before 2.0',
    group: 'trouble',
    meaning:
      'The shortest time between two tries of a deferred message; where TLS is opportunistic and fails, mail that has waited as long goes out in the clear.',
  },
  queue_run_delay: {
    type: 'time',
    default: '300s',
    unit: 's',
    min: 1,
    since: 'before 2.0',
    group: 'trouble',
    meaning: 'The time between two looks at deferred mail.',
    noEffect: 'The queue manager applies it, before the client gets a delivery request.',
  },
} as const satisfies Record<string, Parameter>;
