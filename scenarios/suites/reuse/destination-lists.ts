/** What smtp_connection_cache_destinations may hold as a match list: tables, files, and what cannot be read. */
import { connections, delivered, logged, mailHost, message, scenario, zone } from '../../scenario.ts';

const dns = zone('example.test', { MX: '10 mx', mx: '192.0.2.1' });
const to = 'user@example.test';

interface List {
  readonly name: string;
  readonly title: string;
  readonly list: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly isListed: boolean;
  readonly log?: readonly string[];
  readonly service?: 'smtp' | 'lmtp';
}

const lists: readonly List[] = [
  {
    name: 'table',
    title: 'A table lists whatever it has an answer for',
    list: 'inline:{ {other.test = 1}, {example.test = no} }',
    isListed: true,
  },
  {
    name: 'table-without',
    title: 'A table says nothing of what it has no answer for',
    list: 'inline:{other.test=1}, other.test',
    isListed: false,
  },
  {
    name: 'table-excepts',
    title: 'A table with ! excepts what it has an answer for',
    list: '!regexp:{{/^EXAMPLE/ x}}, static:all',
    isListed: false,
  },
  {
    name: 'twice-excepted',
    title: 'Two ! are none',
    list: '!other.test, !!example.test',
    isListed: true,
  },
  {
    name: 'file',
    title: 'A file holds more items, and comments',
    list: 'other.test, /run/destinations',
    files: { '/run/destinations': '# ours\nother.test, !mx.test\nexample.test\n' },
    isListed: true,
  },
  {
    name: 'file-excepts',
    title: 'A file with ! excepts what it lists',
    list: '!/run/destinations, static:all',
    files: { '/run/destinations': 'example.test\n' },
    isListed: false,
  },
  {
    name: 'file-in-file',
    title: 'A file may name another, and two ! on the way to an item are none',
    list: '!/run/destinations',
    files: { '/run/destinations': '!/run/more\n', '/run/more': 'other.test example.test\n' },
    isListed: true,
  },
  {
    name: 'table-fails',
    title: 'A table that fails ends the search, and the list counts as empty',
    list: 'fail:x, example.test',
    isListed: false,
    log: ['warning: smtp_connection_cache_destinations: fail:x: table lookup problem'],
  },
  {
    name: 'table-fails-later',
    title: 'A table that would fail is not asked once an item fits',
    list: 'example.test, fail:x',
    isListed: true,
  },
  {
    name: 'file-missing',
    title: 'A file that is missing is a table that fails',
    list: 'other.test, /none, example.test',
    isListed: false,
    log: [
      'error: open file /none: No such file or directory',
      'warning: non-existent:/none is unavailable. open file /none: No such file or directory',
      'warning: smtp_connection_cache_destinations: non-existent:/none: table lookup problem',
    ],
  },
  {
    name: 'comment',
    title: 'What follows a # is not listed, and warned of',
    list: 'other.test # example.test',
    isListed: false,
    log: [
      'warning: smtp_connection_cache_destinations: comment at end of line is not supported: # example.test',
    ],
  },
  {
    name: 'lmtp-fails',
    title: 'The LMTP client has a list of its own, but names that of the SMTP client in warnings',
    list: 'fail:x',
    isListed: false,
    service: 'lmtp',
    log: ['warning: smtp_connection_cache_destinations: fail:x: table lookup problem'],
  },
];

export default lists.map(({ name, title, list, files = {}, isListed, log = [], service = 'smtp' }) =>
  scenario(`reuse/destination-list-${name}`, {
    title,
    clauses: ['postfix:smtp_connection_cache_destinations'],
    dns,
    hosts: { mx: mailHost({ protocol: service }) },
    files,
    config: { [`${service}_connection_cache_destinations`]: list },
    send: ['0s', '100ms'].map((after) =>
      message({ to, after, service, ...(service === 'lmtp' && { nexthop: 'mx.example.test' }) }),
    ),
    expect: [
      delivered(to, { via: 'mx' }),
      delivered(to, { via: 'mx' }),
      connections('mx', isListed ? 1 : 2),
      ...log.map(logged),
    ],
    ...(isListed && {
      tolerates: {
        'rfc5321-4.1.1.10-01': 'Postfix closes connections that nobody uses any more without QUIT',
      },
    }),
  }),
);
