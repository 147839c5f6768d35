import { REMEMBERED_LIMIT } from './limits.ts';

/** Branches and places that lead nowhere. */
export class Hopeless {
  readonly #branches: number;
  readonly #places: number;
  /** Most texts are done with before anything has to be remembered. */
  #bits: Uint32Array | undefined;

  private constructor(branches: number, places: number) {
    this.#branches = branches;
    this.#places = places;
  }

  /** Undefined when there would be too many. */
  static over(branches: number, places: number): Hopeless | undefined {
    return branches * places > REMEMBERED_LIMIT ? undefined : new Hopeless(branches, places);
  }

  has(branch: number, place: number): boolean {
    const bit = branch * this.#places + place;
    return ((this.#bits?.[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  add(branch: number, from: number, to: number): void {
    this.#bits ??= new Uint32Array(Math.ceil((this.#branches * this.#places) / 32));
    for (let bit = branch * this.#places + from; bit <= branch * this.#places + to; bit += 1)
      this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }
}
