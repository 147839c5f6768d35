/**
 * What lies between two machines: reachability and the properties of the path, set for the far end's address,
 * for its address and port, or as the default of the whole network.
 */
import type { VirtualRandom } from './random.ts';

/**
 * What a connection attempt meets:
 * - `open`: whatever listens there, else a refusal;
 * - `refused`: ECONNREFUSED after a round trip, whatever listens there;
 * - `unreachable`: EHOSTUNREACH after a round trip (a router says so);
 * - `networkUnreachable`: ENETUNREACH at once (the machine itself has no route);
 * - `silent`: nothing ever comes back, ETIMEDOUT at the system's limit.
 */
export type Reachability = 'open' | 'refused' | 'unreachable' | 'networkUnreachable' | 'silent';

export interface PathSettings {
  /** One way, milliseconds. */
  readonly latencyMs: number;
  /** Up to this many milliseconds more, drawn for each segment or datagram; a stream stays in order. */
  readonly jitterMs: number;
  /** In each direction of each connection; undefined is unlimited. Ciphertext sizes vary: not for runs with TLS whose time must be exact. */
  readonly bytesPerSecond: number | undefined;
  /** Longest segment; a longer write is split, and the reader sees the pieces one by one. */
  readonly segmentBytes: number;
  /** How much may be under way or waiting unread before the writer has to wait. */
  readonly windowBytes: number;
  /** Probability, 0 to 1, that a datagram vanishes. */
  readonly datagramLoss: number;
  /** Probability, 0 to 1, that a datagram arrives twice. */
  readonly datagramDuplication: number;
}

export const DEFAULT_PATH: PathSettings = {
  latencyMs: 5,
  jitterMs: 0,
  bytesPerSecond: undefined,
  segmentBytes: 65_536,
  windowBytes: 262_144,
  datagramLoss: 0,
  datagramDuplication: 0,
};

/** Settings in force for one far end; a change reaches the connections that exist already. */
export class Path {
  settings: PathSettings;
  readonly #makeRandom: () => VirtualRandom;
  #stream: VirtualRandom | undefined;

  /** `makeRandom` is asked once, and only if something is left to chance. */
  constructor(settings: PathSettings, makeRandom: () => VirtualRandom) {
    this.settings = settings;
    this.#makeRandom = makeRandom;
  }

  /** One-way delay of the next segment or datagram. */
  delayMs(): number {
    const { latencyMs, jitterMs } = this.settings;
    return jitterMs > 0 ? latencyMs + this.#random.integer(Math.floor(jitterMs) + 1) : latencyMs;
  }

  get #random(): VirtualRandom {
    this.#stream ??= this.#makeRandom();
    return this.#stream;
  }

  loses(): boolean {
    return this.settings.datagramLoss > 0 && this.#random.chance(this.settings.datagramLoss);
  }

  duplicates(): boolean {
    return this.settings.datagramDuplication > 0 && this.#random.chance(this.settings.datagramDuplication);
  }
}

/** Checked here once, so that the network never meets a setting that would hang it. */
export function checkPathSettings(settings: PathSettings): PathSettings {
  const { latencyMs, jitterMs, bytesPerSecond, segmentBytes, windowBytes } = settings;
  const amounts = { latencyMs, jitterMs };
  for (const [name, amount] of Object.entries(amounts)) {
    if (!Number.isFinite(amount) || amount < 0)
      throw new RangeError(`path: ${name} must be 0 or more, not ${amount}`);
  }
  if (bytesPerSecond !== undefined && !(bytesPerSecond > 0 && Number.isFinite(bytesPerSecond))) {
    throw new RangeError(`path: bytesPerSecond must be above 0, not ${bytesPerSecond}`);
  }
  for (const [name, amount] of Object.entries({ segmentBytes, windowBytes })) {
    if (!Number.isInteger(amount) || amount < 1) {
      throw new RangeError(`path: ${name} must be a whole number above 0, not ${amount}`);
    }
  }
  const { datagramLoss, datagramDuplication } = settings;
  for (const [name, probability] of Object.entries({ datagramLoss, datagramDuplication })) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new RangeError(`path: ${name} must be from 0 to 1, not ${probability}`);
    }
  }
  return settings;
}
