import { expect, test } from 'vitest';
import { withoutContents } from './secret.ts';

test.each([
  ['fail:temporarily lookup error for "mx.test"', [], 'fail:temporarily lookup error for "mx.test"'],
  [
    'texthash:/etc/p lookup error for "mx.test"',
    ['texthash:/etc/p'],
    'texthash:/etc/p lookup error for "mx.test"',
  ],
  ['open database /etc/p: No such file or directory', [], 'open database /etc/p: No such file or directory'],
  [
    `/etc/p, line 3: unbalanced '"' in 'a "b' -- ignoring this line`,
    [],
    '/etc/p, line 3: unbalanced "<hidden>" -- ignoring this line',
  ],
  ['inline:{a=b:c} lookup error for "a"', ['inline:{a=b:c}'], 'inline:<hidden> lookup error for "a"'],
  [
    'inline:a=b is unavailable. bad syntax: "inline:a=b"',
    [],
    'inline:<hidden> is unavailable. bad syntax: "<hidden>"',
  ],
  [
    'user:pass is unavailable. unsupported dictionary type: user',
    ['user:pass'],
    '<hidden> is unavailable. unsupported dictionary type: user',
  ],
])('%s', (line, tables, told) => {
  expect(withoutContents(line, tables)).toBe(told);
});
