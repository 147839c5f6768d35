/**
 * Files in memory: a map from path to bytes. Directories exist as far as files are in them.
 * Errors carry the codes of the real platform: `ENOENT`, `EISDIR`, `EFBIG`, and any other code set for a path.
 */
import type { Clock, Files, SqlDatabase } from '../../client/platform/platform.ts';
import { openDatabaseImage } from '../../client/platform/sqlite.ts';
import { asAgedFile, type FileContent } from '../file-content.ts';
import { systemError } from './system-error.ts';

export interface VirtualFilesOptions {
  /** Without one no time passes. */
  readonly clock?: Clock;
  /** Virtual time that every read takes; 0 when absent. */
  readonly readMs?: number;
}

export class VirtualFiles implements Files {
  readonly #contents = new Map<string, { readonly bytes: Uint8Array; readonly modifiedMs: number }>();
  readonly #failures = new Map<string, string>();
  readonly #clock: Clock | undefined;
  readonly #readMs: number;

  constructor(
    files: Readonly<Record<string, FileContent>> = {},
    { clock, readMs = 0 }: VirtualFilesOptions = {},
  ) {
    this.#clock = clock;
    this.#readMs = readMs;
    for (const [path, file] of Object.entries(files)) this.write(path, file);
  }

  /** Creates or replaces a file; text is stored as UTF-8. The bytes are copied. */
  write(path: string, file: FileContent): void {
    const { content, ageMs } = asAgedFile(file);
    const bytes = Uint8Array.from(typeof content === 'string' ? Buffer.from(content) : content);
    this.#contents.set(path, { bytes, modifiedMs: this.#nowMs - ageMs });
    this.#failures.delete(path);
  }

  remove(path: string): void {
    this.#contents.delete(path);
    this.#failures.delete(path);
  }

  /** Every use of `path` fails with this system error code (such as `EACCES` or `EIO`) until it is written again. */
  fail(path: string, code: string): void {
    this.#failures.set(path, code);
  }

  async read(path: string, maxBytes: number): Promise<Uint8Array> {
    const clock = this.#clock;
    if (clock !== undefined && this.#readMs > 0) {
      await new Promise<void>((resolve) => clock.schedule(this.#readMs, resolve));
    }
    const { bytes } = this.#find(path, 'open');
    if (bytes.length > maxBytes) throw fileError('EFBIG', 'open', path);
    return bytes.slice();
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const failure = this.#failures.get(path);
    if (failure !== undefined) throw fileError(failure, 'open', path);
    this.write(path, bytes);
  }

  async list(path: string): Promise<readonly string[]> {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const below = [...this.#contents.keys()].filter((known) => known.startsWith(prefix));
    if (below.length === 0) throw fileError('ENOENT', 'scandir', path);
    return [...new Set(below.map((known) => known.slice(prefix.length).split('/', 1).join('')))];
  }

  async ageMs(path: string): Promise<number> {
    return this.#nowMs - this.#find(path, 'stat').modifiedMs;
  }

  async openDatabase(path: string): Promise<SqlDatabase> {
    if (this.#failures.has(path) || !this.#contents.has(path))
      throw new Error('unable to open database file');
    return openDatabaseImage(this.#find(path, 'open').bytes);
  }

  get #nowMs(): number {
    return this.#clock?.now() ?? 0;
  }

  #find(path: string, call: string): { readonly bytes: Uint8Array; readonly modifiedMs: number } {
    const failure = this.#failures.get(path);
    if (failure !== undefined) throw fileError(failure, call, path);
    const found = this.#contents.get(path);
    if (found === undefined) throw fileError(this.#isDirectory(path) ? 'EISDIR' : 'ENOENT', call, path);
    return found;
  }

  #isDirectory(path: string): boolean {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    for (const known of this.#contents.keys()) if (known.startsWith(prefix)) return true;
    return false;
  }
}

function fileError(code: string, call: string, path: string): NodeJS.ErrnoException {
  return systemError(code, call, { path });
}
