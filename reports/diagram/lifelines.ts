/** Who takes part in a diagram: the client first, then the name server, hosts and table servers as they come. */
import { client, type Drawable, dns, type Lifeline } from './model.ts';

interface Place {
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

export class Lifelines {
  readonly #found = new Map<string, Lifeline>();
  /** Names of hosts, by place: an attempt may know a host by another name than the world does. */
  readonly #names: ReadonlyMap<string, string>;

  constructor({ sessions, queries, attempts = [] }: Drawable) {
    this.#names = new Map([...attempts.map(named), ...sessions.map(named)]);
    this.#found.set(client, { id: client, kind: 'client', name: 'Client', detail: '' });
    if (queries.length > 0) this.#found.set(dns, { id: dns, kind: 'dns', name: 'DNS', detail: '' });
    const places = [
      ...sessions.map((session) => ({ ...session, atMs: session.openedAtMs })),
      ...attempts.map((attempt) => ({ ...attempt, host: attempt.host ?? attempt.address })),
    ];
    for (const place of places.toSorted((a, b) => a.atMs - b.atMs)) this.ofHost(place);
  }

  get list(): readonly Lifeline[] {
    return [...this.#found.values()];
  }

  ofHost(place: Place): string {
    const name = this.#names.get(keyOf(place)) ?? place.host;
    const id = `host ${name}`;
    const { detail = '' } = this.#found.get(id) ?? {};
    const { address } = place;
    const known = detail === '' ? [] : detail.split(', ');
    const addresses = known.includes(address) ? known : [...known, address];
    this.#found.set(id, { id, kind: 'host', name, detail: addresses.join(', ') });
    return id;
  }

  ofTable(server: string): string {
    const id = `table ${server}`;
    this.#found.set(id, { id, kind: 'table', name: server, detail: 'tables' });
    return id;
  }
}

function named(place: Partial<Place> & Pick<Place, 'address' | 'port'>): [string, string] {
  return [keyOf(place), place.host ?? place.address];
}

function keyOf({ address, port }: Pick<Place, 'address' | 'port'>): string {
  return `${address} ${port}`;
}
