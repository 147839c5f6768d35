import './base.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { loadReport } from './data.ts';

const root = document.getElementById('app');
if (root !== null) render(await content(), root);

async function content() {
  if (!('DecompressionStream' in globalThis)) {
    return (
      <p class="empty">
        This report is compressed, and this browser cannot decompress it (it lacks DecompressionStream). A
        browser of 2023 or later can; the same results are in results.json and junit.xml beside it.
      </p>
    );
  }
  try {
    const report = await loadReport(document);
    return report === undefined ? <p class="empty">This file holds no results.</p> : <App report={report} />;
  } catch {
    return (
      <p class="empty">
        The results in this file are damaged: the file may have been cut short on its way. Ask for it again.
      </p>
    );
  }
}
