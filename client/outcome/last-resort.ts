/**
 * What becomes of mail when all sites were tried and the last one failed before a server could decide (delivery
 * reference 3.9): a mistake of our own configuration must not return it, and what loops back may be for another
 * transport.
 */
import type { Settings } from '../config/register.ts';
import { DestinationError } from '../destination.ts';
import type { DeliveryRequest, OtherTransport } from '../request.ts';
import type { Failure } from './failure.ts';

export interface Tried {
  readonly request: Pick<DeliveryRequest, 'service' | 'nexthop'>;
  readonly settings: Pick<Settings, 'relayhost' | 'best_mx_transport'>;
  /** The first destination, as written. */
  readonly first: string | undefined;
  /** The last one came from `smtp_fallback_relay`. */
  readonly usedFallback: boolean;
}

export type LastResort =
  /** The failure stands. */
  | { readonly is: 'final' }
  /** It is softened, for a reason that belongs into the log. */
  | { readonly is: 'misconfigured'; readonly failure: Failure; readonly warning: string }
  | { readonly is: 'passed'; readonly to: OtherTransport };

const LOOPS_BACK = '5.4.6';

/** Decides over recipients without session. Throws DestinationError for a `best_mx_transport` without a name. */
export function lastResort(failure: Failure, tried: Tried): LastResort {
  if (!failure.dsn.startsWith('5')) return { is: 'final' };
  const { request, settings, first, usedFallback } = tried;
  const overSmtp = request.service === 'smtp';
  if (usedFallback || (overSmtp && first === settings.relayhost)) {
    const culprit = usedFallback ? `${request.service}_fallback_relay` : 'relayhost';
    return {
      is: 'misconfigured',
      failure: { ...failure, dsn: '4.3.5' },
      warning: `${culprit} configuration problem`,
    };
  }
  const { best_mx_transport: target } = settings;
  if (!overSmtp || failure.dsn !== LOOPS_BACK || target === '') return { is: 'final' };
  return { is: 'passed', to: otherTransport(target, request.nexthop) };
}

/** `transport` or `transport:nexthop`. */
function otherTransport(target: string, defaultNexthop: string): OtherTransport {
  const colon = target.indexOf(':');
  const transport = colon < 0 ? target : target.slice(0, colon);
  const nexthop = colon < 0 ? '' : target.slice(colon + 1);
  if (transport === '') throw new DestinationError(`missing transport name in "${target}"`);
  return { transport, nexthop: nexthop === '' ? defaultNexthop : nexthop };
}
