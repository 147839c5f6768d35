/** Builds the report page into one file, `template.html`, that needs no network; `html.ts` puts the results in. */
import { renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import preact from '@preact/preset-vite';
import { defineConfig, type Plugin } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Vite names the output after its entry, which must not be overwritten by it. A build in memory has no output. */
const nameTemplate: Plugin = {
  name: 'name-template',
  writeBundle: () => renameSync(`${here}dist/index.html`, `${here}template.html`),
};

export default defineConfig({
  root: here,
  logLevel: 'warn',
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2023', modulePreload: false },
  plugins: [preact({ prerender: { enabled: false } }), viteSingleFile(), nameTemplate],
});
