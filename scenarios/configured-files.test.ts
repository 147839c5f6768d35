import { expect, test } from 'vitest';
import { VirtualFiles } from '../simulator/virtual/files.ts';
import { configuredFiles } from './configured-files.ts';

const files = new VirtualFiles({
  '/etc/postfix/generic': 'a b',
  '/etc/postfix/generic.db': Uint8Array.of(1, 2),
  '/etc/list': 'example.test',
  '/etc/checks': '/x/ IGNORE',
  '/etc/unnamed': '',
  '/etc/mail.cf': 'query = SELECT 1\ndbpath = /var/mail.sqlite\n',
  '/var/mail.sqlite': Uint8Array.of(3),
});

test.each<[string, readonly string[]]>([
  ['hash:/etc/postfix/generic', ['/etc/postfix/generic', '/etc/postfix/generic.db']],
  ['!/etc/list, example.org', ['/etc/list']],
  ['pipemap:{pcre:/etc/checks,static:{x}}', ['/etc/checks']],
  ['proxy:texthash:/etc/postfix/missing', []],
  ['static:x sqlite:/etc/mail.cf', ['/etc/mail.cf', '/var/mail.sqlite']],
  ['texthash:/etc/mail.cf', ['/etc/mail.cf']],
  ['[relay.test]:/etc', []],
  ['/etc', []],
  ['', []],
])('%s', async (value, paths) => {
  const found = await configuredFiles([value], files);
  expect(Object.keys(found)).toEqual(paths);
});
