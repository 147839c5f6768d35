/** Who we are to a server: `smtp_sasl_password_maps` (security reference 18.3). */
import { findAddress } from '../content/address-lookup.ts';
import type { DeliveryRequest } from '../request.ts';
import type { Credentials } from '../sasl/exchange.ts';
import type { Maps } from '../tables/maps.ts';
import { TableError } from '../tables/table.ts';
import { WireError } from '../wire/wire.ts';
import type { Session } from './session.ts';

export interface CredentialsContext {
  readonly request: DeliveryRequest;
  /** Whether mail for the domain is delivered on this host; rejects with TableError. */
  readonly isLocalDomain: (domain: string) => Promise<boolean>;
}

/**
 * Looks for the sender where authentication depends on it, then for the server's name, then for the next hop as
 * written. Undefined: nothing is known, and nothing demanded. Rejects with WireError when a table cannot be asked.
 */
export async function findCredentials(
  session: Session,
  context: CredentialsContext,
): Promise<Credentials | undefined> {
  const { settings, tables, queueId } = session;
  const maps = await tables.of('smtp_sasl_password_maps');
  if (maps === undefined) return undefined;
  try {
    const value =
      (await ofSender(maps, session, context)) ??
      (await maps.lookup(session.peer.host)) ??
      (await maps.lookup(session.security.target.nexthop));
    return value === undefined
      ? undefined
      : readCredentials(value, settings.smtp_sasl_password_result_delimiter);
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    session.log('warning', `${queueId}: ${maps.parameter} lookup error`);
    throw new WireError('localData');
  }
}

async function ofSender(
  maps: Maps,
  { settings, service }: Session,
  { request, isLocalDomain }: CredentialsContext,
): Promise<string | undefined> {
  const depends = service === 'smtp' && settings.smtp_sender_dependent_authentication;
  if (!depends || request.sender === '') return undefined;
  return (await findAddress(maps, request.sender, { settings, isLocal: isLocalDomain }))?.result;
}

/** The password is what follows the first delimiter; without one it is empty. */
function readCredentials(value: string, delimiter: string): Credentials {
  const at = value.indexOf(delimiter);
  if (at < 0) return { user: value, password: '' };
  return { user: value.slice(0, at), password: value.slice(at + delimiter.length) };
}
