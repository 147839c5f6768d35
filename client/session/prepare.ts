/** Before anything is connected to: how the message will be changed on its way out, and whether it may go at all. */
import type { Settings } from '../config/register.ts';
import { type Flags, NO_FLAGS } from '../content/flags.ts';
import { Outgoing } from '../content/outgoing.ts';
import { refusalByFlags } from '../content/refusal.ts';
import { localDomainTest } from '../dns/local-domain.ts';
import type { EventListener } from '../events.ts';
import type { Recipients } from '../outcome/recipients.ts';
import type { Platform } from '../platform/platform.ts';
import type { DeliveryRequest } from '../request.ts';
import type { Tables } from '../tables/tables.ts';

export interface PrepareContext {
  readonly settings: Settings;
  readonly platform: Platform;
  readonly tables: Tables;
  readonly flags?: Flags;
  readonly emit: EventListener;
}

/**
 * Undefined when the flags of the service forbid the delivery: then the recipients have their outcome. Rejects with
 * GenericMapError.
 */
export async function prepare(
  request: DeliveryRequest,
  recipients: Recipients,
  { settings, platform, tables, flags = NO_FLAGS, emit }: PrepareContext,
): Promise<Outgoing | undefined> {
  const isLocal = localDomainTest(settings, tables, platform);
  const outgoing = await Outgoing.open(request, { settings, tables, flags, emit, isLocal });
  const refusal = await refusalByFlags(request, outgoing, settings);
  if (refusal === undefined) return outgoing;
  const { service } = request;
  recipients.beginSession({ text: service, host: service, connectionUse: 1 });
  recipients.finalServer = true;
  await recipients.fail(refusal);
  return undefined;
}
