/** Connections to the servers of tables that wait for the next question, as those of a Postfix process do. */
import type { Clock, Timer } from '../../platform/platform.ts';
import type { Link } from './link.ts';

/** Connections to one server that wait: more than lookups at the same time are not needed. */
const WAITING_LIMIT = 20;

interface Waiting {
  readonly link: Link;
  readonly timer: Timer;
}

export class Links {
  readonly #clock: Clock;
  /** By server; the one used last at the end. */
  readonly #waiting = new Map<string, Waiting[]>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One that was kept for this server, which may have closed it meanwhile. */
  take(server: string): Link | undefined {
    const waiting = this.#waiting.get(server)?.pop();
    waiting?.timer.cancel();
    if (waiting?.link.hasUnread !== true) return waiting?.link;
    waiting.link.close();
    return this.take(server);
  }

  /** Keeps one for so long. */
  keep(server: string, link: Link, lifeMs: number): void {
    const list = this.#waiting.get(server) ?? [];
    if (this.#closed || lifeMs <= 0 || link.hasUnread || list.length === WAITING_LIMIT) {
      link.close();
      return;
    }
    const waiting: Waiting = {
      link,
      timer: this.#clock.schedule(lifeMs, () => this.#expire(server, waiting)),
    };
    this.#waiting.set(server, [...list, waiting]);
  }

  /** Closes all that wait; none will from now on. */
  close(): void {
    this.#closed = true;
    for (const { link, timer } of [...this.#waiting.values()].flat()) {
      timer.cancel();
      link.close();
    }
    this.#waiting.clear();
  }

  #expire(server: string, expired: Waiting): void {
    expired.link.close();
    const left = (this.#waiting.get(server) ?? []).filter((waiting) => waiting !== expired);
    this.#waiting.set(server, left);
  }
}
