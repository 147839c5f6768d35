/** What flush(8) is told of mail that waits (`fast_flush_domains`). */
import { type Expectation, type Finding, UNTOLD } from './expectation.ts';

/** It is told as often as a domain is given, in this order, and of nothing else. */
export function addedToFlush(...domains: readonly string[]): Expectation {
  const title = domains.length === 0 ? 'nothing added to flush' : `added to flush: ${domains.join(', ')}`;
  return {
    title,
    binds: 'postfix',
    mentions: {},
    look({ flushAdds }): Finding[] {
      if (flushAdds === undefined) return [{ holds: false, seen: UNTOLD }];
      const seen = flushAdds.map(({ domain }) => domain).join(', ');
      return [{ holds: seen === domains.join(', '), seen: seen || 'nothing' }];
    },
  };
}
