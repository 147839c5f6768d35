/** Lines of replies that are not taken as they come: `smtp_reply_filter`, and what no server should say. */
import type { Settings } from '../config/register.ts';
import type { EventListener } from '../events.ts';
import type { Service } from '../request.ts';
import { TableError } from '../tables/table.ts';
import type { Tables } from '../tables/tables.ts';
import { WireError } from '../wire/wire.ts';
import type { Features } from './features.ts';
import { fullName, type Peer } from './peer.ts';

/** What a session is here. */
interface Listening {
  readonly service: Service;
  readonly peer: Peer;
  readonly settings: Pick<Settings, 'helpful_warnings'>;
  readonly tables: Tables;
  readonly features: Features;
  readonly queueId: string;
  readonly emit: EventListener;
  log(level: 'info' | 'warning', text: string): void;
  redacted(text: string): string;
}

/** How much of a line of the server's the log shows. */
export const SHOWN_CHARACTERS = 100;

/** The line that takes its place. A reply that cannot be filtered must not be taken at its word. */
export async function filteredLine(session: Listening, line: string): Promise<string> {
  const filter = await session.tables.one('smtp_reply_filter');
  const replacement = await filter?.lookup(line).catch((error: unknown) => {
    if (!(error instanceof TableError)) throw error;
    const text = `${session.queueId}: table ${filter.name} lookup error for ${session.redacted(line)}`;
    session.log('warning', text);
    throw new WireError('localData');
  });
  if (replacement === undefined) return line;
  const [from, to] = [line, replacement].map((text) => session.redacted(text));
  session.log('info', `${fullName(session.peer)}: replacing server reply "${from}" with "${to}"`);
  return replacement;
}

/** A line that is no reply's, amid pipelined commands, may have made one too many or too few of them. */
export function warnOfStrangeLine(session: Listening, line: string): void {
  const { service, peer, queueId } = session;
  if (!session.features.pipelining) return;
  const protocol = service === 'lmtp' ? 'LMTP' : 'ESMTP';
  const text = `non-${protocol} response from ${fullName(peer)}: ${line.slice(0, SHOWN_CHARACTERS)}`;
  session.emit({ type: 'log', level: 'warning', queueId, text });
  if (!session.settings.helpful_warnings) return;
  const parameter =
    service === 'lmtp' ? 'lmtp_discard_lhlo_keyword_address_maps' : 'smtp_discard_ehlo_keyword_address_maps';
  session.log(
    'warning',
    `to prevent loss of mail, turn off command pipelining for ${peer.address} with the ${parameter} parameter`,
  );
}
