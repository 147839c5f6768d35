/**
 * Cisco PIX firewalls in "smtp fixup" mode: they overwrite the greeting with stars, break ESMTP, and lose mail when
 * the final dot comes in the same segment as the text (delivery reference 5.2, 7.7).
 */
import { splitList } from '../config/text.ts';
import type { Reply } from '../reply.ts';
import type { DeliveryRequest } from '../request.ts';
import { TableError } from '../tables/table.ts';
import { fullName } from './peer.ts';
import type { Session } from './session.ts';

interface PixWorkarounds {
  readonly disableEsmtp: boolean;
  /** 0: no pause. */
  readonly pauseBeforeDotMs: number;
}

const NO_WORKAROUNDS: PixWorkarounds = { disableEsmtp: false, pauseBeforeDotMs: 0 };

/** A greeting that has nothing left but the digits of its code, stars and white space. */
const MASKED_GREETING = /^[20* \t\n]*$/;

export async function pixWorkarounds(
  session: Session,
  greeting: Reply,
  request: DeliveryRequest,
): Promise<PixWorkarounds> {
  const { settings } = session;
  if (!MASKED_GREETING.test(greeting.text)) return NO_WORKAROUNDS;
  const words = await configuredWords(session);
  if (words.length === 0) return NO_WORKAROUNDS;
  const wanted = new Set(words.map((word) => word.toLowerCase()));
  const queuedMs = session.clock.now() - request.arrivedAtMs;
  // The pause is expensive and rarely needed: only a message that did not get through at first is worth it.
  if (queuedMs < settings.smtp_pix_workaround_threshold_time * 1000) wanted.delete('delay_dotcrlf');
  const enabled = ['disable_esmtp', 'delay_dotcrlf'].filter((word) => wanted.has(word));
  session.emit({
    type: 'log',
    level: 'info',
    queueId: request.queueId,
    text: `enabling PIX workarounds: ${enabled.join(' ')} for ${fullName(session.peer)}`,
  });
  return {
    disableEsmtp: wanted.has('disable_esmtp'),
    pauseBeforeDotMs: wanted.has('delay_dotcrlf') ? settings.smtp_pix_workaround_delay_time * 1000 : 0,
  };
}

/** Those of the server's address, or else those for all. A table that fails costs no mail: it counts as empty. */
async function configuredWords(session: Session): Promise<readonly string[]> {
  const { settings, tables, peer } = session;
  try {
    const found = await (await tables.of('smtp_pix_workaround_maps'))?.lookup(peer.address);
    return found === undefined ? settings.smtp_pix_workarounds : splitList(found);
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    return settings.smtp_pix_workarounds;
  }
}
