/** One run of a declarative mail host: what its connections share. The dialogue itself is in declarative-session.ts. */
import type { Connection } from '../../client/platform/platform.ts';
import type { Endpoint } from '../session.ts';
import { DeclarativeSession } from './declarative-session.ts';
import type { Delivery, HostContext, MailHost } from './host.ts';
import type { FaultPlan, HostPlan, HostRun } from './plan.ts';
import type { Counts } from './switches.ts';

/** Content of all deliveries of a run together; beyond it a message gets 452. */
const DELIVERED_BYTES_LIMIT = 512 * 1024 * 1024;
/** Pairs of sender and recipient that greylisting remembers; beyond it new ones are accepted. */
const GREYLIST_LIMIT = 100_000;

export class DeclarativeHost implements MailHost, HostRun {
  readonly kind = 'declarative';
  readonly name: string;
  readonly plan: HostPlan;
  readonly context: HostContext;
  readonly startedAtMs: number;
  readonly deliveries: Delivery[] = [];
  readonly runCounts: Counts = new Map();
  readonly faultsSeen = new Set<FaultPlan>();
  readonly #failures: string[] = [];
  readonly #firstAttemptMs = new Map<string, number>();
  #deliveredBytes = 0;
  #connections = 0;
  #open = 0;

  constructor(plan: HostPlan, context: HostContext) {
    this.plan = plan;
    this.context = context;
    this.name = plan.name ?? context.name;
    this.startedAtMs = context.clock.now();
  }

  serve(connection: Connection, endpoint?: Endpoint): void {
    const tap = this.context.recorder.tap(this.context.name, connection, endpoint);
    this.#connections += 1;
    this.#open += 1;
    // A connection takes up room until the host has closed its side.
    let counted = true;
    const release = () => {
      if (counted) this.#open -= 1;
      counted = false;
    };
    tap.once('finish', release);
    tap.once('close', release);
    const crowded = this.#open > this.plan.maxConnections;
    const session = new DeclarativeSession(this, tap, this.#connections, crowded);
    session.run().catch((error: unknown) => {
      this.#failures.push(`connection ${session.connection}: the host itself failed: ${String(error)}`);
      tap.destroy();
    });
  }

  problems(): readonly string[] {
    const missing = this.plan.faults.filter((fault) => !this.faultsSeen.has(fault));
    return [...this.#failures, ...missing.map((fault) => `fault never came: ${fault.label}`)];
  }

  greylisted(clientAddress: string, sender: string, recipient: string): boolean {
    if (this.plan.greylistMs === 0) return false;
    const nowMs = this.context.clock.now();
    const key = JSON.stringify([clientAddress, sender, recipient]);
    const firstMs = this.#firstAttemptMs.get(key);
    if (firstMs !== undefined) return nowMs - firstMs < this.plan.greylistMs;
    if (this.#firstAttemptMs.size >= GREYLIST_LIMIT) return false;
    this.#firstAttemptMs.set(key, nowMs);
    return true;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#deliveredBytes + bytes <= DELIVERED_BYTES_LIMIT;
  }

  deliver(delivery: Delivery): void {
    this.#deliveredBytes += delivery.content.length;
    this.deliveries.push(delivery);
  }
}
