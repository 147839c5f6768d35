/** What a file of a world holds, and since when. */
import { type Duration, durationMs } from './duration.ts';

/** A file that was changed last some time before the world began. */
export interface AgedFile {
  readonly content: string | Uint8Array;
  readonly ageMs: number;
}

export type FileContent = string | Uint8Array | AgedFile;

/** `aged('1h', 'text')`: a file that is an hour old. Throws DurationError. */
export function aged(age: Duration, content: string | Uint8Array): AgedFile {
  return { content, ageMs: durationMs(age) };
}

/** A file without an age is new. */
export function asAgedFile(file: FileContent): AgedFile {
  return typeof file === 'string' || file instanceof Uint8Array ? { content: file, ageMs: 0 } : file;
}
