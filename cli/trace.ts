/** The client's events as lines for a person who watches: what is looked up, decided, said and heard. */
import type { ClientEvent, SecuredEvent } from '../client/events.ts';
import { explain } from '../client/explain.ts';
import type { Service } from '../client/request.ts';

/** One or more lines without a final line end, or undefined for an event that the mail log shows anyway. */
export function traceLine(event: ClientEvent, service: Service): string | undefined {
  switch (event.type) {
    case 'dnsQuery':
      return `? ${event.name} ${event.recordType} (${event.server}, ${event.transport})`;
    case 'dnsAnswer':
      return `! ${event.name} ${event.recordType}: ${[event.rcode, ...event.records].join('; ')}${event.authenticated ? ' (authenticated)' : ''}`;
    case 'resolved': {
      const list = event.addresses.map(
        ({ host, address, preference }) => `${preference} ${host}[${address}]`,
      );
      return `= ${event.destination}: ${list.join(', ') || 'no addresses'}`;
    }
    case 'connect':
      return `= connecting to ${event.host}[${event.address}]:${event.port}`;
    case 'connected':
      return `= connected, session ${event.session}`;
    case 'decision': {
      const { text, because } = explain(event.decision, service);
      return `= ${text}${because === undefined ? '' : `: ${because}`}`;
    }
    case 'secured': {
      const server = securedBy(event);
      return `= TLS: ${event.protocol}, ${event.cipher}, ${event.resumed ? 'resumed, ' : ''}${server}`;
    }
    case 'command':
      return `C: ${event.line}`;
    case 'reply':
      return event.text
        .split('\n')
        .map((line) => `S: ${line}`)
        .join('\n');
    case 'content':
      return `C: <content, ${event.bytes} bytes>`;
    case 'disconnected':
      return `= session ${event.session} ${event.how}`;
    default:
      return undefined;
  }
}

function securedBy({ present, trusted, matched }: SecuredEvent): string {
  if (!present) return 'server without a certificate';
  if (matched) return 'server verified';
  return trusted ? 'certificate trusted, name not verified' : 'certificate not trusted';
}
