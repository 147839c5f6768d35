/**
 * Files in memory: a map from path to bytes. Directories exist as far as files are in them.
 * Errors carry the codes of the real platform: `ENOENT`, `EISDIR`, `EFBIG`, and any other code set for a path.
 */
import type { Clock, Files } from '../../client/platform/platform.ts';
import { systemError } from './system-error.ts';

export interface VirtualFilesOptions {
  /** With a clock every read takes `readMs` of virtual time. */
  readonly delay?: { readonly clock: Clock; readonly readMs: number };
}

export class VirtualFiles implements Files {
  readonly #contents = new Map<string, Uint8Array>();
  readonly #failures = new Map<string, string>();
  readonly #delay: VirtualFilesOptions['delay'];

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}, options: VirtualFilesOptions = {}) {
    this.#delay = options.delay;
    for (const [path, content] of Object.entries(files)) this.write(path, content);
  }

  /** Creates or replaces a file; text is stored as UTF-8. The bytes are copied. */
  write(path: string, content: string | Uint8Array): void {
    this.#contents.set(path, Uint8Array.from(typeof content === 'string' ? Buffer.from(content) : content));
    this.#failures.delete(path);
  }

  remove(path: string): void {
    this.#contents.delete(path);
    this.#failures.delete(path);
  }

  /** Every read of `path` fails with this system error code (such as `EACCES` or `EIO`) until it is written again. */
  fail(path: string, code: string): void {
    this.#failures.set(path, code);
  }

  async read(path: string, maxBytes: number): Promise<Uint8Array> {
    const delay = this.#delay;
    if (delay !== undefined) {
      await new Promise<void>((resolve) => delay.clock.schedule(delay.readMs, resolve));
    }
    const failure = this.#failures.get(path);
    if (failure !== undefined) throw fileError(failure, path);
    const content = this.#contents.get(path);
    if (content === undefined) throw fileError(this.#isDirectory(path) ? 'EISDIR' : 'ENOENT', path);
    if (content.length > maxBytes) throw fileError('EFBIG', path);
    return content.slice();
  }

  #isDirectory(path: string): boolean {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    for (const known of this.#contents.keys()) if (known.startsWith(prefix)) return true;
    return false;
  }
}

function fileError(code: string, path: string): NodeJS.ErrnoException {
  return systemError(code, 'open', { path });
}
