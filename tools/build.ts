/**
 * Builds `dist/`, the code of the published package: compiled modules, their types, and every file they read at
 * run time. `node tools/build.ts`; the report page must have been built before (`npm run build:page`).
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, globSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** Data beside the modules: the clause register, the report page, sample messages. */
const dataFiles = '{cli,client,simulator,scenarios,reports}/**/*.{json,html,css,txt,eml,pem,cf}';

/** The sources of the report page are compiled into one file, its template; only that one is shipped. */
const pageSources = /^reports\/page\/(?!template\.html$)/;

rmSync(dist, { recursive: true, force: true });

const compiler = spawnSync('tsc', ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
if (compiler.error) throw compiler.error;
if (compiler.status !== 0) process.exit(1);

for (const path of globSync(dataFiles, { cwd: root })) {
  if (!pageSources.test(path)) cpSync(join(root, path), join(dist, path));
}
chmodSync(join(dist, 'cli/main.js'), 0o755);
