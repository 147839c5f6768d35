/** Builds the report page into one file, `template.html`, that needs no network; `html.ts` puts the results in. */
import { renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import preact from '@preact/preset-vite';
import { build, defineConfig, type Plugin } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';
import { plotsMark } from '../html.ts';
import { plotsElementId } from '../model.ts';
import { dataElement } from '../page-data.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Vite names the output after its entry, which must not be overwritten by it. A build in memory has no output. */
const nameTemplate: Plugin = {
  name: 'name-template',
  writeBundle: () => renameSync(`${here}dist/index.html`, `${here}template.html`),
};

/** What renderPage leaves out of a report without a history. */
const addPlots: Plugin = {
  name: 'add-plots',
  async transformIndexHtml(html) {
    const built = await build({
      configFile: false,
      logLevel: 'warn',
      build: {
        write: false,
        target: 'es2023',
        lib: { entry: `${here}plots.ts`, formats: ['iife'], name: 'nexthopPlots' },
      },
    });
    const [output] = [built].flat();
    if (output === undefined || !('output' in output)) throw new Error('the plots were not built');
    return html.replace(
      plotsMark,
      `${plotsMark}${dataElement(plotsElementId, output.output[0].code)}${plotsMark}`,
    );
  },
};

export default defineConfig({
  root: here,
  logLevel: 'warn',
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2023', modulePreload: false },
  plugins: [preact({ prerender: { enabled: false } }), addPlots, viteSingleFile(), nameTemplate],
});
