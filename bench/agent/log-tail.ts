/** The lines of a log file, those there are and those to come. */
import { closeSync, type FSWatcher, openSync, readSync, watch, writeFileSync } from 'node:fs';

const CHUNK_BYTES = 65_536;

export class LogTail {
  readonly lines: string[] = [];
  readonly #listeners = new Set<(line: string) => void>();
  readonly #file: number;
  readonly #watcher: FSWatcher;
  readonly #decoder = new TextDecoder();
  #rest = '';

  /** Begins with an empty file. */
  constructor(path: string) {
    writeFileSync(path, '');
    this.#file = openSync(path, 'r');
    this.#watcher = watch(path, () => this.#read());
  }

  /** Calls back with lines to come; what it returns ends that. */
  onLine(listener: (line: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#watcher.close();
    closeSync(this.#file);
  }

  #read(): void {
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let count = CHUNK_BYTES; count === CHUNK_BYTES; ) {
      count = readSync(this.#file, chunk);
      const lines = `${this.#rest}${this.#decoder.decode(chunk.subarray(0, count), { stream: true })}`.split(
        '\n',
      );
      this.#rest = lines.pop() ?? '';
      for (const line of lines) {
        this.lines.push(line);
        for (const listener of this.#listeners) listener(line);
      }
    }
  }
}
