import './base.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { loadReport } from './data.ts';

const root = document.getElementById('app');
if (root !== null) render(await content(), root);

async function content() {
  if (!('DecompressionStream' in globalThis)) {
    return (
      <Unreadable>
        This report is compressed, and this browser cannot decompress it (it lacks DecompressionStream). A
        browser of 2023 or later can; results.json and junit.xml beside this file hold the same results.
      </Unreadable>
    );
  }
  try {
    const report = await loadReport(document);
    return report === undefined ? (
      <Unreadable>This file holds no results.</Unreadable>
    ) : (
      <App report={report} />
    );
  } catch {
    return (
      <Unreadable>
        The results in this file are damaged: the file may have been cut short on its way. Ask for it again.
      </Unreadable>
    );
  }
}

function Unreadable({ children }: { readonly children: string }) {
  return (
    <main>
      <h1>Nexthop report</h1>
      <p class="warning">{children}</p>
    </main>
  );
}
