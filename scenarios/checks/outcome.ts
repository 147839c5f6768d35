/**
 * What became of a recipient: delivered, deferred, bounced or passed on.
 *
 * The status binds every sender. Enhanced status code, reason, relay and reply text are what Postfix reports.
 */
import type { OtherTransport, OutcomeStatus } from '../../client/request.ts';
import type { Evidence } from '../evidence.ts';
import { mailboxKey } from '../monitors/one-outcome.ts';
import type { RecipientOutcome } from '../senders/sender.ts';
import type { Expectation, Finding, Ledger } from './expectation.ts';
import type { Pattern } from './pattern.ts';
import { matches, showPattern } from './pattern.ts';

export interface OutcomeDetails {
  /** Enhanced status code. */
  readonly dsn?: Pattern;
  readonly reason?: Pattern;
  /** `host[address]:port` or `none`. */
  readonly relay?: Pattern;
  /** The server's reply that decided it. */
  readonly reply?: Pattern;
}

export interface DeliveredDetails extends OutcomeDetails {
  /** The host that took the message for this recipient. */
  readonly via?: string;
  /** The address it was sent under, when it was rewritten. */
  readonly as?: string;
}

/** Reported as sent and, with `via`, found at that host. */
export function delivered(address: string, details: DeliveredDetails = {}): Expectation {
  const { via, as } = details;
  const base = outcomeExpectation('sent', address, details);
  if (via === undefined) return base;
  return {
    ...base,
    title: `${base.title} via ${via}`,
    mentions: { hosts: [via], addresses: [address] },
    async look(evidence, ledger) {
      ledger.hosts.add(via);
      const found = await base.look(evidence, ledger);
      return [...found, { aspect: `via ${via}`, ...tookIt(evidence, via, as ?? address) }];
    },
  };
}

/** Reported as to be tried again later. */
export function deferred(address: string, details: OutcomeDetails = {}): Expectation {
  return outcomeExpectation('deferred', address, details);
}

/** Reported as failed for good. */
export function bounced(address: string, details: OutcomeDetails = {}): Expectation {
  return outcomeExpectation('bounced', address, details);
}

/** Left to another transport of the same mail system, for this destination. */
export function passed(address: string, to: OtherTransport): Expectation {
  return outcomeExpectation('passed', address, {}, showTransport(to));
}

function outcomeExpectation(
  status: OutcomeStatus,
  address: string,
  details: OutcomeDetails,
  passedTo?: string,
): Expectation {
  const word = status === 'sent' ? 'delivered to' : status;
  return {
    title: `${word} ${address === '' ? '<>' : address}${passedTo === undefined ? '' : ` to ${passedTo}`}`,
    binds: 'everyone',
    mentions: { addresses: [address] },
    look(evidence, ledger) {
      const outcome = takeOutcome(evidence, ledger, status, address);
      if (outcome === undefined) return [{ holds: false, seen: `no outcome for ${address} is left` }];
      const findings: Finding[] = [{ holds: outcome.status === status, seen: showOutcome(outcome) }];
      if (passedTo !== undefined) {
        const seen = outcome.passedTo === undefined ? 'nobody' : showTransport(outcome.passedTo);
        findings.push({ aspect: `to ${passedTo}`, holds: seen === passedTo, seen: `passed to ${seen}` });
      }
      for (const aspect of ['dsn', 'reason', 'relay', 'reply'] as const) {
        const pattern = details[aspect];
        if (pattern !== undefined) findings.push(detail(aspect, pattern, onOneLine(outcome[aspect])));
      }
      return findings;
    },
  };
}

/** The same address may have been submitted twice: each expectation takes one, the fitting one first. */
function takeOutcome(evidence: Evidence, ledger: Ledger, status: OutcomeStatus, address: string) {
  const free = evidence.outcomes
    .map((outcome, index) => ({ outcome, index }))
    .filter(({ outcome, index }) => outcome.address === address && !ledger.outcomes.has(index));
  const taken = free.find(({ outcome }) => outcome.status === status) ?? free[0];
  if (taken !== undefined) ledger.outcomes.add(taken.index);
  return taken?.outcome;
}

/** Postfix tells a reply of several lines on one line; senders that tell the lines are read the same way. */
function onOneLine(text: string | undefined): string | undefined {
  return text?.replaceAll('\n', ' ');
}

function detail(
  aspect: 'dsn' | 'reason' | 'relay' | 'reply',
  pattern: Pattern,
  seen: string | undefined,
): Finding {
  return {
    aspect: `${aspect} ${showPattern(pattern)}`,
    binds: 'postfix',
    holds: seen !== undefined && matches(pattern, seen),
    seen: seen === undefined ? `the sender does not tell its ${aspect}` : `${aspect}: ${seen}`,
  };
}

function tookIt(evidence: Evidence, host: string, address: string): Finding {
  const key = mailboxKey(address);
  const takers = evidence.deliveries.filter((delivery) =>
    delivery.recipients.some((taken) => mailboxKey(taken) === key),
  );
  const names = [...new Set(takers.map((delivery) => delivery.host))];
  return {
    holds: names.includes(host),
    seen: names.length === 0 ? 'no host took a message for it' : `taken by ${names.join(', ')}`,
  };
}

/** As `transport:nexthop`. */
export function showTransport({ transport, nexthop }: OtherTransport): string {
  return `${transport}:${nexthop}`;
}

export function showOutcome(outcome: RecipientOutcome): string {
  const parts = [outcome.dsn, outcome.reason].filter((part) => part !== undefined && part !== '');
  return `${outcome.address}: ${outcome.status}${parts.length === 0 ? '' : ` (${parts.join(' ')})`}`;
}
