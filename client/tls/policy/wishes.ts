/** What the sender of a message asked of TLS (RFC 8689; security reference 17.1, 17.3). */
import type { Settings } from '../../config/register.ts';
import type { EventListener } from '../../events.ts';
import type { DeliveryRequest } from '../../request.ts';

export interface TlsWishes {
  /** REQUIRETLS was asked for; what becomes of it, `smtp_requiretls_policy` says. */
  readonly requireTls: boolean;
  /** The sender prefers delivery to security (`TLS-Required: no`): no policy for the destination counts. */
  readonly tlsNotRequired: boolean;
}

export interface TlsWishesContext {
  readonly settings: Pick<Settings, 'requiretls_enable' | 'requiretls_esmtp_header' | 'tls_required_enable'>;
  readonly emit: EventListener;
}

/** Warns of a TLS-Required header field that says anything but `no`. */
export function tlsWishes(
  { requireTls = false, message }: Pick<DeliveryRequest, 'requireTls' | 'message'>,
  { settings, emit }: TlsWishesContext,
): TlsWishes {
  const { requireTlsEsmtp = false, tlsRequired = [] } = message.tlsFields ?? {};
  const values = settings.tls_required_enable ? tlsRequired : [];
  for (const value of values) {
    if (isNo(value)) continue;
    const text = `ignoring malformed header: '${`TLS-Required: ${value}`.slice(0, SHOWN_CHARACTERS)}'`;
    emit({ type: 'log', level: 'warning', text });
  }
  const asked = requireTls || (settings.requiretls_esmtp_header && requireTlsEsmtp);
  const required = settings.requiretls_enable && asked;
  return { requireTls: required, tlsNotRequired: !required && values.some(isNo) };
}

const SHOWN_CHARACTERS = 100;

const isNo = (value: string): boolean => value.toLowerCase() === 'no';
