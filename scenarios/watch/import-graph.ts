/** Who imports whom, and which scenarios a changed file can make come out otherwise. */
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Importer and imported, as absolute paths; packages are left out. */
export type Import = readonly [importer: string, imported: string];

/**
 * Records every import from now on: call it before anything else is loaded. What is imported by its address is loaded for
 * its own sake, as files of scenarios are, and nothing leans on it.
 */
export function recordImports(): readonly Import[] {
  const imports: Import[] = [];
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const importer = localPath(context.parentURL);
      const imported = localPath(resolved.url);
      if (importer !== undefined && imported !== undefined && !specifier.startsWith('file:')) {
        imports.push([importer, imported]);
      }
      return resolved;
    },
  });
  return imports;
}

function localPath(url: string | undefined): string | undefined {
  if (url === undefined || !url.startsWith('file:') || url.includes('/node_modules/')) return undefined;
  return fileURLToPath(url.replace(/[?#].*$/s, ''));
}

/**
 * The files of scenarios that lean on what was changed; `all` when the program itself does.
 * @param scenarioFiles those that scenarios were loaded from, or could have been
 */
export function affectedBy(
  changed: readonly string[],
  imports: readonly Import[],
  scenarioFiles: ReadonlySet<string>,
): ReadonlySet<string> | 'all' {
  const importers = Map.groupBy(imports, ([, imported]) => imported);
  const known = new Set(imports.flat());
  const seen = new Set(changed.filter((path) => known.has(path) || scenarioFiles.has(path)));
  // A set that grows while it is walked: every importer is looked at once.
  for (const path of seen) {
    const direct = importers.get(path) ?? [];
    if (direct.length === 0 && !scenarioFiles.has(path)) return 'all';
    for (const [importer] of direct) seen.add(importer);
  }
  return seen.intersection(scenarioFiles);
}
