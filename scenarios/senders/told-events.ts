/** Keeps, of what our client tells while it works, what belongs into a report: its decisions, and connections in vain. */
import type { ClientEvent } from '../../client/events.ts';
import { explain } from '../../client/explain.ts';
import type { Clock } from '../../client/platform/platform.ts';
import type { Service } from '../../client/request.ts';
import type { FailedConnection, ToldDecision } from './sender.ts';

export class ToldEvents {
  readonly decisions: ToldDecision[] = [];
  readonly failedConnections: FailedConnection[] = [];
  readonly #clock: Clock;
  /** By name of the session. */
  readonly #connections = new Map<string, NonNullable<ToldDecision['connection']>>();
  /** How many there were, by place. */
  readonly #counts = new Map<string, number>();
  /** Attempts under way, by place. */
  readonly #begunAtMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(event: ClientEvent, service: Service): void {
    const atMs = this.#clock.now();
    if (event.type === 'decision') {
      const { decision, session } = event;
      const connection = session === undefined ? undefined : this.#connections.get(session);
      this.decisions.push({ atMs, ...explain(decision, service), ...(connection && { connection }) });
    } else if (event.type === 'connect') {
      this.#begunAtMs.set(placeOf(event), atMs);
    } else if (event.type === 'connected') {
      const place = placeOf(event);
      const position = this.#counts.get(place) ?? 0;
      this.#counts.set(place, position + 1);
      this.#connections.set(event.session, { address: event.address, port: event.port, position });
    } else if (event.type === 'connectFailed') {
      const { host, address, port, text: reason } = event;
      const begunAtMs = this.#begunAtMs.get(placeOf(event)) ?? atMs;
      this.failedConnections.push({ atMs: begunAtMs, endedAtMs: atMs, host, address, port, reason });
    }
  }
}

function placeOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address} ${port}`;
}
