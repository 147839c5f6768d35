import { expect, test } from 'vitest';
import { sampleResult } from '../tests/sample-results.ts';
import { pageParameters } from './parameters.ts';

test('each parameter that a result sets is explained once, with the default of its service', () => {
  const config = { smtp_tcp_port: '2525', lmtp_tcp_port: '2424', of_another_program: 'x' };
  const found = pageParameters([
    { ...sampleResult(), config },
    { ...sampleResult(), config },
  ]);
  expect(found.map(({ name, default: text }) => [name, text])).toEqual([
    ['smtp_tcp_port', 'smtp'],
    ['lmtp_tcp_port', '24'],
  ]);
  expect(found[0]?.meaning).toContain('port');
});
