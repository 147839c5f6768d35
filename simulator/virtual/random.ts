/**
 * Chance in the virtual world: everything random comes from one seed.
 *
 * The generator is sfc32 (128 bits of state), its state taken from SHA-256 of the seed. `fork` gives a stream of its
 * own for one purpose, so that one more draw in one place does not change what happens in another.
 */
import { hash } from 'node:crypto';
import type { Random } from '../../client/platform/platform.ts';

const TWO_TO_32 = 2 ** 32;
/** Draws thrown away at the start, as the generator's author advises, so that similar states diverge. */
const WARM_UP_DRAWS = 12;

export class VirtualRandom implements Random {
  readonly #key: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: string | number) {
    this.#key = hash('sha256', `nexthop\0${seed}`, 'hex');
    this.#a = wordAt(this.#key, 0);
    this.#b = wordAt(this.#key, 1);
    this.#c = wordAt(this.#key, 2);
    for (let draw = 0; draw < WARM_UP_DRAWS; draw += 1) this.#next();
  }

  /** An independent stream; the same label of the same seed gives the same stream, however much was drawn here. */
  fork(label: string): VirtualRandom {
    return new VirtualRandom(`${this.#key}\0${label}`);
  }

  integer(boundExclusive: number): number {
    if (!Number.isInteger(boundExclusive) || boundExclusive < 1 || boundExclusive > TWO_TO_32) {
      throw new RangeError(`random: the bound must be an integer from 1 to 2^32, not ${boundExclusive}`);
    }
    // Values above the last whole multiple of the bound are drawn again: every result is equally likely.
    const limit = TWO_TO_32 - (TWO_TO_32 % boundExclusive);
    let value = this.#next();
    while (value >= limit) value = this.#next();
    return value % boundExclusive;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let index = 0; index < count; index += 1) bytes[index] = this.#next() >>> 24;
    return bytes;
  }

  /** True with the given probability, 0 to 1. Draws in any case, so that streams stay in step. */
  chance(probability: number): boolean {
    return this.#next() < probability * TWO_TO_32;
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }
}

function wordAt(hex: string, index: number): number {
  return Number.parseInt(hex.slice(index * 8, index * 8 + 8), 16) | 0;
}
