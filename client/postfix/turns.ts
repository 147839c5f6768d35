/** Lets so many pieces of work run at a time; others wait for their turn, in order. */
export class Turns {
  #left: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#left = limit;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#left > 0) this.#left -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#left += 1;
      else next();
    }
  }
}
