import { describe, expect, test } from 'vitest';
import { DestinationError } from '../destination.ts';
import { lastResort } from './last-resort.ts';

const loops = { scope: 'session', dsn: '5.4.6', reason: 'mail for a.test loops back to myself' } as const;
const unknown = { scope: 'session', dsn: '5.4.4', reason: 'Host not found' } as const;
const tried = {
  request: { service: 'smtp', nexthop: 'a.test' },
  settings: { relayhost: '', best_mx_transport: 'uucp' },
  first: 'a.test',
  usedFallback: false,
} as const;

describe('the last resort', () => {
  test.each([
    ['uucp', 'uucp', 'a.test'],
    ['uucp:', 'uucp', 'a.test'],
    ['relay:[b.test]:25', 'relay', '[b.test]:25'],
  ])('for mail that loops back is best_mx_transport = %s', (target, transport, nexthop) => {
    const settings = { ...tried.settings, best_mx_transport: target };
    expect(lastResort(loops, { ...tried, settings })).toEqual({ is: 'passed', to: { transport, nexthop } });
  });

  test('is not another transport for other failures, for LMTP, or when none is named', () => {
    const final = { is: 'final' };
    expect(lastResort(unknown, tried)).toEqual(final);
    expect(lastResort({ ...loops, dsn: '4.4.6' }, tried)).toEqual(final);
    expect(lastResort(loops, { ...tried, request: { service: 'lmtp', nexthop: 'a.test' } })).toEqual(final);
    const settings = { ...tried.settings, best_mx_transport: '' };
    expect(lastResort(loops, { ...tried, settings })).toEqual(final);
  });

  test('blames our own configuration first', () => {
    expect(lastResort(loops, { ...tried, usedFallback: true })).toMatchObject({
      is: 'misconfigured',
      failure: { dsn: '4.3.5', reason: loops.reason },
      warning: 'smtp_fallback_relay configuration problem',
    });
    const settings = { relayhost: 'a.test', best_mx_transport: 'uucp' };
    expect(lastResort(unknown, { ...tried, settings })).toMatchObject({
      failure: { dsn: '4.3.5' },
      warning: 'relayhost configuration problem',
    });
  });

  test('does not blame relayhost for what LMTP meets', () => {
    const settings = { relayhost: 'a.test', best_mx_transport: '' };
    const request = { service: 'lmtp', nexthop: 'a.test' } as const;
    expect(lastResort(unknown, { ...tried, settings, request })).toEqual({ is: 'final' });
  });

  test('needs the name of a transport', () => {
    const settings = { ...tried.settings, best_mx_transport: ':b.test' };
    expect(() => lastResort(loops, { ...tried, settings })).toThrow(DestinationError);
  });
});
