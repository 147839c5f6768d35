/**
 * The mail log: the line that smtp(8) would write for an event (delivery reference, section 9).
 */
import { quoteAddress } from '../address.ts';
import type { Settings } from '../config/register.ts';
import type { ClientEvent, TlsReportEvent } from '../events.ts';
import type { Outcome } from '../request.ts';
import { formatDelay } from './delay.ts';

/** Returns the text after the program's name, without a line end, or undefined for an event that is not logged. */
export function mailLogLine(event: ClientEvent, settings: Settings): string | undefined {
  switch (event.type) {
    case 'outcome':
      if (event.outcome.logStatus === undefined) return undefined;
      return printable(`${event.queueId}: ${outcomeText(event.outcome, settings)}`);
    case 'tlsrpt':
      return printable(tlsReportText(event));
    case 'connectFailed':
      // A local socket is the only server there is: its failure is the outcome, and logged as such.
      return event.port === 0 ? undefined : printable(event.text);
    case 'log': {
      const level = event.level === 'info' ? '' : `${event.level}: `;
      const queueId = event.queueId === undefined ? '' : `${event.queueId}: `;
      return printable(`${level}${queueId}${event.text}`);
    }
    default:
      return undefined;
  }
}

function outcomeText(outcome: Outcome, settings: Settings): string {
  const { recipient, timing, passedTo } = outcome;
  const shown = (address: string) =>
    settings.info_log_address_format === 'external' ? quoteAddress(address) : address;
  if (passedTo !== undefined) {
    return `passing <${shown(recipient.address)}> to transport=${passedTo.transport}`;
  }
  const delay = (milliseconds: number) => formatDelay(milliseconds, settings.delay_logging_resolution_limit);
  const original = recipient.originalAddress ?? '';
  const parts = [`to=<${shown(recipient.address)}>`];
  if (original !== '' && original.toLowerCase() !== recipient.address.toLowerCase()) {
    parts.push(`orig_to=<${shown(original)}>`);
  }
  parts.push(`relay=${outcome.relay}`);
  if (timing.connectionUse > 1) parts.push(`conn_use=${timing.connectionUse}`);
  parts.push(`delay=${delay(timing.totalMs)}`);
  parts.push(
    `delays=${[timing.beforeActiveMs, timing.queueMs, timing.setupMs, timing.transmissionMs].map(delay).join('/')}`,
  );
  if (outcome.tls !== undefined) parts.push(`tls=${outcome.tls}`);
  parts.push(`dsn=${outcome.dsn}`, `status=${outcome.logStatus} (${outcome.reason})`);
  return parts.join(', ');
}

function tlsReportText({ domain, host, address, failure }: TlsReportEvent): string {
  const server = `domain=${domain}, receiving_mx=${host}[${address}]`;
  if (failure === undefined) return `TLSRPT: status=success, ${server}`;
  const reason = failure.reason === undefined ? '' : `, failure_reason=${failure.reason}`;
  return `TLSRPT: status=failure, ${server}, failure_type=${failure.type.replaceAll('-', '_')}${reason}`;
}

function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, '?');
}
