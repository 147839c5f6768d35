/** The paths and the reachability of a whole network, looked up by far end. */
import { normalAddress } from './addresses.ts';
import { checkPathSettings, DEFAULT_PATH, Path, type PathSettings, type Reachability } from './path.ts';
import type { VirtualRandom } from './random.ts';

/** A far end: an address alone stands for all its ports; a port alone makes no sense. */
export interface FarEnd {
  /** Numeric address, or the path of a unix socket. */
  readonly address: string;
  readonly port?: number;
}

export class Paths {
  readonly #random: VirtualRandom;
  #default: PathSettings;
  readonly #changes = new Map<string, Partial<PathSettings>>();
  readonly #paths = new Map<string, { readonly path: Path; readonly address: string }>();
  readonly #reachability = new Map<string, Reachability>();

  constructor(random: VirtualRandom, settings: Partial<PathSettings>) {
    this.#random = random;
    this.#default = checkPathSettings({ ...DEFAULT_PATH, ...settings });
  }

  /** Changes the given settings, for one far end or as the default; connections that exist feel it at once. */
  change(settings: Partial<PathSettings>, farEnd?: FarEnd): void {
    checkPathSettings({ ...this.#default, ...settings });
    if (farEnd === undefined) {
      this.#default = { ...this.#default, ...settings };
    } else {
      const key = keyOf(farEnd);
      this.#changes.set(key, { ...this.#changes.get(key), ...settings });
    }
    for (const [key, { path, address }] of this.#paths) path.settings = this.#settingsFor(address, key);
  }

  pathTo(address: string, port: number): Path {
    const key = `${address} ${port}`;
    const known = this.#paths.get(key);
    if (known !== undefined) return known.path;
    const path = new Path(this.#settingsFor(address, key), () => this.#random.fork(`path ${key}`));
    this.#paths.set(key, { path, address });
    return path;
  }

  /** The path of a local stream socket has no latency unless one was set for it. */
  pathToUnix(socketPath: string): Path {
    const known = this.#paths.get(socketPath);
    if (known !== undefined) return known.path;
    const path = new Path(this.#settingsFor(socketPath, socketPath), () =>
      this.#random.fork(`path ${socketPath}`),
    );
    this.#paths.set(socketPath, { path, address: socketPath });
    return path;
  }

  setReachability(farEnd: FarEnd, reachability: Reachability): void {
    this.#reachability.set(keyOf(farEnd), reachability);
  }

  /** What was set for the address and port, else for the address (or socket path); undefined when nothing was. */
  reachabilityOf(address: string, port = 0): Reachability | undefined {
    if (this.#reachability.size === 0) return undefined;
    return this.#reachability.get(`${address} ${port}`) ?? this.#reachability.get(address);
  }

  #settingsFor(address: string, key: string): PathSettings {
    const local = address.includes('/') ? { latencyMs: 0, jitterMs: 0 } : undefined;
    if (this.#changes.size === 0 && local === undefined) return this.#default;
    return { ...this.#default, ...local, ...this.#changes.get(address), ...this.#changes.get(key) };
  }
}

function keyOf({ address, port }: FarEnd): string {
  const normal = address.includes('/') ? address : normalAddress(address);
  return port === undefined ? normal : `${normal} ${port}`;
}
