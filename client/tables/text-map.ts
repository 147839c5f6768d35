/**
 * A map from texts to texts, for files of a million entries: JavaScript's own takes twice as long to fill, for it moves
 * its entries each time that it grows. Here they stay, and only their places are found anew.
 */

const FIRST_PLACES = 16;
/** Of FNV-1a, 32 bits. */
const HASH_BASIS = 0x811c9dc5;
const HASH_PRIME = 0x01000193;

export class TextMap {
  readonly #keys: string[] = [];
  readonly #values: string[] = [];
  /** Of the keys. */
  readonly #hashes: number[] = [];
  /** By hash and the places that follow, the number of an entry plus one; 0 for none. Half of them at least are free. */
  #places = new Int32Array(FIRST_PLACES);

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): string | undefined {
    const entry = this.#places[this.#placeOf(key, hashOf(key))] ?? 0;
    return entry === 0 ? undefined : this.#values[entry - 1];
  }

  has(key: string): boolean {
    return this.#places[this.#placeOf(key, hashOf(key))] !== 0;
  }

  set(key: string, value: string): void {
    const hash = hashOf(key);
    const place = this.#placeOf(key, hash);
    const entry = this.#places[place] ?? 0;
    if (entry !== 0) {
      this.#values[entry - 1] = value;
      return;
    }
    this.#keys.push(key);
    this.#values.push(value);
    this.#hashes.push(hash);
    this.#places[place] = this.#keys.length;
    if (this.#keys.length * 2 > this.#places.length) this.#grow();
  }

  /** Where the key is, or would be. */
  #placeOf(key: string, hash: number): number {
    const places = this.#places;
    const last = places.length - 1;
    let place = hash & last;
    for (let entry = places[place] ?? 0; entry !== 0; entry = places[place] ?? 0) {
      if (this.#hashes[entry - 1] === hash && this.#keys[entry - 1] === key) break;
      place = (place + 1) & last;
    }
    return place;
  }

  #grow(): void {
    const places = new Int32Array(this.#places.length * 4);
    const last = places.length - 1;
    for (const [index, hash] of this.#hashes.entries()) {
      let place = hash & last;
      while (places[place] !== 0) place = (place + 1) & last;
      places[place] = index + 1;
    }
    this.#places = places;
  }
}

function hashOf(text: string): number {
  let hash = HASH_BASIS;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), HASH_PRIME);
  return hash;
}
