/** OpenSMTPD's configuration for one scenario: a port to submit at for every way that its messages take. */
import { isIPv6 } from 'node:net';
import { namedDestination } from '../foreign.ts';
import type { Submission } from '../sender.ts';

/** Where a message goes: as the recipients' domains say, or to one host. */
export type Route = 'exchangers' | `${'smtp' | 'lmtp'}://${string}`;

/** Throws an error with one line when OpenSMTPD has no such route. */
export function routeOf(submission: Submission): Route {
  const { service, nexthop, recipients } = submission;
  const destination = namedDestination(submission);
  if (destination === undefined) return 'exchangers';
  if (destination.kind === 'unix') throw new Error('opensmtpd relays to no unix sockets');
  const { domain, bracketed, port } = destination;
  if (!bracketed && service === 'smtp') {
    const own = recipients.every(({ address }) => address.toLowerCase().endsWith(`@${domain.toLowerCase()}`));
    if (own && port === 25) return 'exchangers';
    throw new Error(`opensmtpd does not look up the exchangers of a next hop, here ${nexthop}`);
  }
  return `${service}://${isIPv6(domain) ? `[${domain}]` : domain}:${port}`;
}

const FIRST_PORT = 10_025;

export function portOf(index: number): number {
  return FIRST_PORT + index;
}

/** The text of smtpd.conf. What it sends itself, notices of failure, matches no rule and goes nowhere. */
export function openSmtpdConfig(routes: readonly Route[], hostname: string): string {
  const lines = routes.flatMap((route, index) => {
    const host = route === 'exchangers' ? '' : ` host "${route}"`;
    return [
      `listen on 127.0.0.1 port ${portOf(index)} tag way${index} hostname "${hostname}"`,
      `action "way${index}" relay${host} helo "${hostname}"`,
      `match tag way${index} from any for any action "way${index}"`,
    ];
  });
  // Rules come after all listeners.
  const order = ['listen', 'action', 'match'];
  return `smtp max-message-size 128M\n${lines.sort((a, b) => order.indexOf(word(a)) - order.indexOf(word(b))).join('\n')}\n`;
}

function word(line: string): string {
  return line.slice(0, line.indexOf(' '));
}
