/**
 * What was seen while a scenario ran: everything that checks and monitors may look at. It has the same form in the
 * virtual and in the live world.
 */
import type { Delivery } from '../simulator/hosts/host.ts';
import type { Session } from '../simulator/session.ts';
import type { Conversation } from './monitors/conversation.ts';
import type { Sender, SenderReport, Submission, WorldKind } from './senders/sender.ts';

/** What the sender tells, and what the world saw of it. */
export interface Evidence extends SenderReport {
  readonly world: WorldKind;
  readonly sender: Pick<Sender, 'name' | 'claims'>;
  readonly submissions: readonly Submission[];
  /** In the order in which they began. */
  readonly sessions: readonly Session[];
  /** One for each session. */
  readonly conversations: readonly Conversation[];
  readonly attempts: readonly Attempt[];
  readonly deliveries: readonly HostDelivery[];
  readonly queries: readonly SeenQuery[];
  /** What scripted table servers were asked. */
  readonly questions: readonly SeenQuestion[];
  /** From the submission to the last outcome, in the time of the world. */
  readonly elapsedMs: number;
  /** What scripted hosts complain about, by host. */
  readonly problems: readonly { readonly host: string; readonly text: string }[];
  /** Where each host listens: an address, or the path of a unix socket. */
  readonly listening: ReadonlyMap<string, readonly string[]>;
}

/** One attempt to connect. The live world sees only those that were accepted. */
export interface Attempt {
  readonly atMs: number;
  readonly address: string;
  readonly port: number;
  /** The host whose address it is: a scenario key, or a domain name of the scenario's DNS; undefined for neither. */
  readonly host: string | undefined;
  readonly accepted: boolean;
}

export interface HostDelivery extends Delivery {
  readonly host: string;
}

export interface SeenQuestion {
  readonly atMs: number;
  readonly server: string;
  /** Of the server, from 1. */
  readonly connection: number;
  readonly text: string;
}

export interface SeenQuery {
  readonly atMs: number;
  readonly name: string;
  readonly type: string;
  readonly transport: 'udp' | 'tcp';
  readonly answer: string;
}
