/** Senders by name: our own client, and those enrolled as far as they are installed here. */
import { enrolments } from './enrolled.ts';
import { nexthopSender } from './nexthop.ts';
import type { Enrolment, Sender } from './sender.ts';

export interface FoundSenders {
  readonly senders: readonly Sender[];
  /** Asked for, known, and not installed. */
  readonly missing: readonly Enrolment[];
}

/** A name that no sender has; one line that lists those there are. */
export class UnknownSenderError extends Error {
  override readonly name = 'UnknownSenderError';
}

export const senderNames: readonly string[] = ['nexthop', ...enrolments.map(({ name }) => name)];

/** In the order asked for, without repeats. `version` is Nexthop's own. */
export async function findSenders(names: readonly string[], version: string): Promise<FoundSenders> {
  const senders: Sender[] = [];
  const missing: Enrolment[] = [];
  for (const name of new Set(names)) {
    if (name === 'nexthop') {
      senders.push(nexthopSender(version));
      continue;
    }
    const enrolment = enrolments.find((candidate) => candidate.name === name);
    if (enrolment === undefined) {
      throw new UnknownSenderError(`unknown sender '${name}', enrolled are: ${senderNames.join(', ')}`);
    }
    const sender = await enrolment.find();
    if (sender === undefined) missing.push(enrolment);
    else senders.push(sender);
  }
  return { senders, missing };
}
