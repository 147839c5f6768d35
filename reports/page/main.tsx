import './base.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { loadReport } from './data.ts';

const root = document.getElementById('app');
if (root !== null) {
  const report = loadReport(document);
  render(
    report === undefined ? <p class="empty">This file holds no results.</p> : <App report={report} />,
    root,
  );
}
