/**
 * Finds out whether the name server validates at all: without that, DNSSEC protects nothing, and nobody would notice
 * (`dnssec_probe`; RFC 6698 section 4.1).
 */
import type { Settings } from '../config/register.ts';
import type { EventListener } from '../events.ts';
import { failureOf } from './lookup.ts';
import type { RecordType } from './records.ts';
import type { Resolver } from './resolver.ts';

export interface DnssecProbeOptions {
  readonly settings: Pick<Settings, 'smtp_dns_support_level' | 'dnssec_probe'>;
  readonly emit?: EventListener | undefined;
}

/**
 * A resolver that asks the query of `dnssec_probe` too, once, unless the first answer that is wanted validated is; and
 * warns if its answer is not.
 */
export function withDnssecProbe(resolver: Resolver, { settings, emit }: DnssecProbeOptions): Resolver {
  const { smtp_dns_support_level: level, dnssec_probe: probe } = settings;
  if (level !== 'dnssec' || probe === '') return resolver;
  const warn = (text: string) => emit?.({ type: 'log', level: 'warning', text });
  const [type = '', name = ''] = probe.split(':');
  let isKnown = false;
  const ask = async (signal: AbortSignal | undefined): Promise<void> => {
    const recordType = type.toUpperCase() as RecordType;
    const answer = await resolver.query(name, recordType, { dnssec: true, signal });
    const failure = failureOf(answer.rcode, name, recordType);
    if (!answer.authenticated) warn('DNSSEC validation may be unavailable');
    if (failure !== undefined && failure.status !== 'notFound')
      warn(`reason: dnssec_probe '${probe}' received no response: ${failure.reason}`);
    else if (!answer.authenticated)
      warn(`reason: dnssec_probe '${probe}' received a response that is not DNSSEC validated`);
  };
  return {
    async query(name, type, options) {
      const answer = await resolver.query(name, type, options);
      if (isKnown || !options?.dnssec) return answer;
      isKnown = true;
      if (!answer.authenticated) await ask(options.signal);
      return answer;
    },
  };
}
