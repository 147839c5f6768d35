/** A declarative mail host, checked: what a run of it reads, and what its connections share. */
import type { SaslOptions } from '../sasl/exchange.ts';
import type { Delivery, HostContext, MailProtocol } from './host.ts';
import type { Ending } from './peer.ts';
import type { Action, Counts, Stage, SwitchNode } from './switches.ts';
import type { TlsPlan } from './tls/options.ts';

export interface FaultPlan {
  readonly at: Stage | 'content';
  readonly count: number;
  readonly connection: number | undefined;
  readonly afterBytes: number;
  /** Replaces the stage's answer; undefined keeps it. */
  readonly answer: Action | undefined;
  readonly delayMs: number;
  readonly ending: Ending;
  readonly label: string;
}

/** A checked definition: what one run reads. */
export interface HostPlan {
  readonly name: string | undefined;
  readonly protocol: MailProtocol;
  readonly extensions: readonly string[];
  /** Those within TLS. */
  readonly secureExtensions: readonly string[];
  /** Absent: every mechanism is refused, unless a switch says otherwise. */
  readonly sasl: SaslOptions | undefined;
  readonly maxMessageBytes: number;
  readonly maxRecipients: number;
  readonly maxConnections: number;
  readonly greylistMs: number;
  readonly idleTimeoutMs: number;
  readonly switches: ReadonlyMap<Stage, SwitchNode>;
  readonly faults: readonly FaultPlan[];
  readonly tls: TlsPlan | undefined;
}

/** One run of a host, as its connections see it. */
export interface HostRun {
  readonly name: string;
  readonly plan: HostPlan;
  readonly context: HostContext;
  readonly startedAtMs: number;
  readonly deliveries: readonly Delivery[];
  readonly runCounts: Counts;
  readonly faultsSeen: Set<FaultPlan>;
  /** Whether greylisting defers this attempt. */
  greylisted(clientAddress: string, sender: string, recipient: string): boolean;
  hasRoomFor(bytes: number): boolean;
  deliver(delivery: Delivery): void;
}
