import { readFileSync } from 'node:fs';

/** Nexthop's own version, from the package's manifest: beside the sources, or one level above `dist`. */
export function nexthopVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
        return String(manifest.version);
    } catch {
      // Not there: the other layout.
    }
  }
  return 'unknown';
}
